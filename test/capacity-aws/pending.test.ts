import type { Deployment, Service, Task } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { definition, definitionArn, service, settle, task } from './shapes.ts';
import { createCapacityWorld } from './world.ts';

const primary: Deployment = { id: 'ecs-svc/2', status: 'PRIMARY', taskDefinition: definitionArn('web:2') };
const before: Deployment = { id: 'ecs-svc/1', status: 'ACTIVE', taskDefinition: definitionArn('web:1') };

/** Service web wants `desired` tasks and has those. */
function worldOf(desired: number, tasks: readonly Task[], changes: Partial<Service> = {}) {
  const world = createCapacityWorld();
  settle(world, ['i-1']);
  world.state.services = [service('web', desired, changes)];
  world.state.definitions.set(...definition('web:2'));
  world.state.tasks = [...tasks];
  return world;
}

const running = (count: number, changes: Partial<Task> = {}) =>
  Array.from({ length: count }, (_, n) => task(`${changes.startedBy ?? ''}-${n}`, 'i-1', changes));

async function pendingOf(...of: Parameters<typeof worldOf>) {
  const { view } = await worldOf(...of).observe();
  return view.pending.map(({ workload, count }) => [workload.group, count]);
}

describe('a service of launch type EC2', () => {
  it('lacks what it wants and has no task for: ECS makes none where there is no room', async () => {
    expect(await pendingOf(4, running(3))).toEqual([['service:web', 1]]);
    expect(await pendingOf(4, running(4))).toEqual([]);
  });

  it('scaling edge 7: lacks no task that has an instance and only starts', async () => {
    expect(await pendingOf(4, running(4, { lastStatus: 'PENDING' }))).toEqual([]);
  });

  it('lacks nothing while it is deleted, nor as a daemon', async () => {
    expect(await pendingOf(4, [], { status: 'DRAINING' })).toEqual([]);
    expect(await pendingOf(4, [], { schedulingStrategy: 'DAEMON' })).toEqual([]);
  });

  it('in a deployment that has stopped all it may lacks what the maximum lets it start', async () => {
    const deploymentConfiguration = { minimumHealthyPercent: 100, maximumPercent: 150 };
    const changes = { deployments: [primary, before], deploymentConfiguration };
    const tasks = [...running(4), ...running(1, { startedBy: 'ecs-svc/2', lastStatus: 'PENDING' })];
    expect(await pendingOf(4, tasks, changes)).toEqual([['service:web', 1]]);
  });

  it('in a deployment that may still stop tasks makes room for itself', async () => {
    const deploymentConfiguration = { minimumHealthyPercent: 50, maximumPercent: 100 };
    const changes = { deployments: [primary, before], deploymentConfiguration };
    expect(await pendingOf(4, running(3), changes)).toEqual([]);
    expect(await pendingOf(4, running(2), changes)).toEqual([['service:web', 2]]);
  });

  it('lacks what would take the place of tasks on a DRAINING instance, as far as the maximum lets it', async () => {
    const pendingBeside = async (maximumPercent: number, tasks = running(4)) => {
      const deploymentConfiguration = { minimumHealthyPercent: 100, maximumPercent };
      const world = worldOf(4, tasks, { deploymentConfiguration });
      world.state.instances = world.state.instances.map((one) => ({ ...one, status: 'DRAINING' }));
      const { view } = await world.observe();
      return view.pending.map(({ workload, count }) => [workload.group, count]);
    };

    expect(await pendingBeside(200)).toEqual([['service:web', 4]]);
    expect(await pendingBeside(150)).toEqual([['service:web', 2]]);
    expect(await pendingBeside(100)).toEqual([]);
    const started = running(4).map((one) => ({
      ...one,
      taskArn: `${one.taskArn}-new`,
      containerInstanceArn: '',
    }));
    expect(await pendingBeside(200, [...running(4), ...started])).toEqual([]);
  });

  it('with task sets lacks what each of them wants', async () => {
    const changes = {
      deployments: [],
      taskSets: [
        { id: 'ecs-svc/1', taskDefinition: definitionArn('web:1'), computedDesiredCount: 4 },
        { id: 'ecs-svc/2', taskDefinition: definitionArn('web:2'), computedDesiredCount: 3 },
      ],
    };
    const tasks = [...running(4), ...running(1, { startedBy: 'ecs-svc/2' })];
    expect(await pendingOf(4, tasks, changes)).toEqual([['service:web', 2]]);
  });
});

describe('tasks of capacity providers', () => {
  const waiting = { lastStatus: 'PROVISIONING', capacityProviderName: 'hosts' };
  const strategy = { capacityProviderStrategy: [{ capacityProvider: 'hosts', weight: 1 }] };

  it('wait from when ECS made the first of them', async () => {
    const createdAt = (minute: number) => ({ createdAt: new Date(Date.UTC(2026, 10, 21, 13, minute)) });
    const tasks = [
      task('1', undefined, { ...waiting, ...createdAt(50) }),
      task('2', undefined, { ...waiting, ...createdAt(48) }),
      task('3', undefined, { ...waiting, ...createdAt(49), desiredStatus: 'STOPPED' }),
      task('4', undefined, { ...waiting, ...createdAt(40), group: 'family:report' }),
    ];
    const world = worldOf(2, tasks, { ...strategy });
    world.state.services[0] = { ...service('web', 2, strategy), launchType: undefined };

    const { view } = await world.observe();
    expect(view.pending).toMatchObject([
      {
        workload: { group: 'service:web', providers: ['hosts'] },
        count: 2,
        since: Date.UTC(2026, 10, 21, 13, 48),
      },
      { workload: { group: 'family:report' }, count: 1, since: Date.UTC(2026, 10, 21, 13, 40) },
    ]);
  });

  it('are not even made without managed scaling, and wait all the same', async () => {
    const world = worldOf(4, [], strategy);
    world.state.services[0] = { ...service('web', 4, strategy), launchType: undefined };

    const { view } = await world.observe();
    expect(view.pending).toMatchObject([
      { workload: { group: 'service:web', providers: ['hosts'] }, count: 4, since: world.clock.now() },
    ]);
  });

  it('do not wait once they have an instance, though they are PROVISIONING while it gets an interface', async () => {
    expect(await pendingOf(1, [task('1', 'i-1', waiting)], strategy)).toEqual([]);
  });

  it('of Fargate are no business of ours', async () => {
    const capacityProviderStrategy = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
    const world = worldOf(4, [], { capacityProviderStrategy });

    const { view } = await world.observe();
    expect([view.pending, [...view.services]]).toEqual([[], []]);
  });
});

describe('since when a service lacks tasks', () => {
  it('is when that was seen first, and forgotten when it is over', async () => {
    const world = worldOf(4, running(3));
    const first = world.clock.now();
    const one = await world.observe();
    world.clock.advance(MINUTE);
    const two = await world.observe(one.pendingSince);

    expect(two.view.pending).toMatchObject([{ since: first }]);
    expect(two.pendingSince).toEqual({ 'service:web web:1': first });

    world.state.tasks = running(4);
    const three = await world.observe(two.pendingSince);
    expect([three.view.pending, three.pendingSince]).toEqual([[], {}]);
  });
});

describe('a service', () => {
  it('is as ECS describes it, with its defaults', async () => {
    const world = worldOf(4, running(4));
    world.state.services.push(service('agent', 1, { schedulingStrategy: 'DAEMON' }));

    const { view } = await world.observe();
    expect(view.services).toEqual(
      new Map([
        [
          'service:web',
          {
            desired: 4,
            running: 4,
            minimumHealthyPercent: 100,
            maximumPercent: 200,
            deploying: false,
            controller: 'ECS',
          },
        ],
        ['service:agent', expect.objectContaining({ minimumHealthyPercent: 0, maximumPercent: 100 })],
      ]),
    );
    expect(view.daemons?.map(({ group }) => group)).toEqual(['service:agent']);
  });

  it('scaling edge 9: is deploying while there are two deployments, or one is in progress', async () => {
    const deploying = async (deployments: Deployment[]) =>
      (await worldOf(4, running(4), { deployments }).observe()).view.services.get('service:web')?.deploying;

    expect(await deploying([primary, before])).toBe(true);
    expect(await deploying([{ ...primary, rolloutState: 'IN_PROGRESS' }])).toBe(true);
    expect(await deploying([{ ...primary, rolloutState: 'FAILED' }])).toBe(false);
  });
});
