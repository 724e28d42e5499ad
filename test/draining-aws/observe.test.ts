import { describe, expect, it } from 'vitest';
import { newRecord } from '../../lib/draining/intake.ts';
import {
  findContainerInstances,
  listContainerInstances,
  observe,
  type Request,
} from '../../lib/draining/observe.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import type { Look } from '../../lib/draining/snapshot.ts';
import { clusterName, containerInstanceArn, instanceId, taskArn } from '../../lib/ids.ts';
import { type Host, host, tasks } from '../functions/hosts.ts';
import { createWorld } from '../functions/world.ts';
import { testClock } from '../state/clock.ts';

const prod = clusterName('prod');
const nothing: Look = { instance: false, tasks: false, hooks: [], ec2: false, diagnosis: false };

function request({ id, arn }: Host, look: Partial<Look>, record: Partial<DrainRecord> = {}): Request {
  return {
    record: {
      ...newRecord(instanceId(id), prod, 0),
      containerInstance: containerInstanceArn(arn),
      ...record,
    },
    look: { ...nothing, ...look },
  };
}

function worldOf(...hosts: Host[]) {
  const world = createWorld(testClock());
  world.hosts.push(...hosts);
  return { ...world, look: (...requests: Request[]) => observe(world.clients, prod, requests, 0) };
}

describe('edge 28: more than a page', () => {
  it('lists 250 container instances in three pages', async () => {
    const world = worldOf(...Array.from({ length: 250 }, (_, n) => host(n)));

    const arns = await listContainerInstances(world.clients, prod, { status: 'ACTIVE' });
    expect(new Set(arns).size).toBe(250);
    expect(world.inputs('ECS:ListContainerInstances').map(({ nextToken }) => nextToken)).toEqual([
      undefined,
      '100',
      '200',
    ]);
  });

  it('describes 250 container instances by 100', async () => {
    const hosts = Array.from({ length: 250 }, (_, n) => host(n));
    const world = worldOf(...hosts);

    const seen = await world.look(...hosts.map((one) => request(one, { instance: true })));
    expect([...seen.values()].filter(({ instance }) => instance !== 'gone')).toHaveLength(250);
    const sizes = world.inputs('ECS:DescribeContainerInstances').map(sizeOf('containerInstances'));
    expect(sizes).toEqual([100, 100, 50]);
    expect(world.names()).not.toContain('ECS:ListContainerInstances');
  });

  it('finds instances by their EC2 ids, 50 to a filter', async () => {
    const hosts = Array.from({ length: 120 }, (_, n) => host(n));
    const world = worldOf(...hosts);

    const found = await findContainerInstances(
      world.clients,
      prod,
      hosts.map(({ id }) => instanceId(id)),
    );
    expect(found.sort()).toEqual(hosts.map(({ arn }) => arn).sort());
    expect(world.calls).toHaveLength(3);
  });

  it('lists and describes 230 tasks of both desired states, and asks for no more than 100 at once', async () => {
    const busy = host(1, { tasks: tasks(230) });
    for (const task of busy.tasks.slice(150))
      Object.assign(task, { desiredStatus: 'STOPPED', lastStatus: 'STOPPING' });
    const world = worldOf(busy);

    const seen = await world.look(request(busy, { tasks: true }, { phase: 'draining' }));
    expect(seen.get(instanceId(busy.id))?.tasks).toHaveLength(230);
    expect(world.names().filter((name) => name === 'ECS:ListTasks')).toHaveLength(3);
    expect(world.inputs('ECS:DescribeTasks').map(sizeOf('tasks'))).toEqual([100, 100, 30]);
  });
});

describe('what is read of tasks', () => {
  it('edge 1: counts those that ECS wants stopped and that still run', async () => {
    const stopping = host(1, { tasks: tasks(1, { desiredStatus: 'STOPPED', lastStatus: 'DEPROVISIONING' }) });
    const seen = await worldOf(stopping).look(request(stopping, { tasks: true }, { phase: 'draining' }));

    expect(seen.get(instanceId(stopping.id))?.tasks).toMatchObject([{ lastStatus: 'DEPROVISIONING' }]);
  });

  it.each([0, 1])(
    'edge 1: misses no task that is told to stop between the two lists (tasks expected: %s)',
    async (expectedTasks) => {
      const busy = host(1, { tasks: tasks(1) });
      const world = worldOf(busy);
      world.failWhen('ECS:ListTasks', new Error('never'), () => {
        const second = world.inputs('ECS:ListTasks').length === 2;
        if (second) busy.tasks[0] && Object.assign(busy.tasks[0], { desiredStatus: 'STOPPED' });
        return false;
      });
      const seen = await world.look(request(busy, { tasks: true }, { phase: 'draining', expectedTasks }));

      expect(seen.get(instanceId(busy.id))?.tasks).toHaveLength(1);
    },
  );

  it('leaves out what is known STOPPED, so that a drain that is over describes nothing', async () => {
    const drained = host(1, { tasks: tasks(150, { desiredStatus: 'STOPPED', lastStatus: 'STOPPED' }) });
    const world = worldOf(drained);
    const stopped = drained.tasks.map(({ arn }) => taskArn(arn));

    const seen = await world.look(request(drained, { tasks: true }, { phase: 'draining', stopped }));
    expect(seen.get(instanceId(drained.id))?.tasks).toEqual([]);
    expect(world.names()).not.toContain('ECS:DescribeTasks');
  });

  it('edge 13: tells a standalone task by its group, which RunTask may set to anything', async () => {
    const mixed = host(1, {
      tasks: [...tasks(1), ...tasks(1, { arn: 'arn:aws:ecs:us-east-1:1:task/prod/alone', group: 'nightly' })],
    });
    const seen = await worldOf(mixed).look(request(mixed, { tasks: true }));

    const services = seen.get(instanceId(mixed.id))?.tasks?.map(({ service }) => service);
    expect(services).toEqual(['web', undefined]);
  });
});

describe('what is read of instances', () => {
  it.each(['forgotten', 'INACTIVE'])('edge 27: %s is gone', async (how) => {
    const gone = host(1, how === 'forgotten' ? { forgotten: true } : { status: how });
    const seen = await worldOf(gone).look(request(gone, { instance: true, tasks: true }));

    expect(seen.get(instanceId(gone.id))).toEqual({ instance: 'gone' });
  });

  it('nothing that was not asked for', async () => {
    const quiet = host(1);
    const world = worldOf(quiet);
    await world.look(request(quiet, {}));

    expect(world.calls).toEqual([]);
  });

  it('edge 45: a machine of ECS Anywhere is not ours', async () => {
    const outside = host(1, { id: 'mi-0123456789abcdef0' });
    const seen = await worldOf(outside).look(request(outside, { instance: true }));

    expect(seen.get(instanceId(outside.id))?.standDown).toBe('external-instance');
  });

  it('edge 32, edge 45: who else manages it is asked of its capacity provider, once for all', async () => {
    const hosts = [1, 2, 3].map((n) => host(n, { capacityProvider: n === 3 ? 'managed' : 'plain' }));
    const world = worldOf(...hosts);
    world.capacityProviders.set('managed', { managedInstancesProvider: {} });

    const seen = await world.look(...hosts.map((one) => request(one, { instance: true })));
    expect(world.inputs('ECS:DescribeCapacityProviders')).toEqual([
      { capacityProviders: ['plain', 'managed'] },
    ]);
    expect([...seen.values()].map(({ standDown }) => standDown)).toEqual([
      undefined,
      undefined,
      'managed-instance',
    ]);
  });

  it('edge 22: what EC2 has forgotten is not-found', async () => {
    const [gone, alive] = [host(1, { ec2: 'not-found' }), host(2)];
    const world = worldOf(gone, alive);
    const seen = await world.look(request(gone, { ec2: true }), request(alive, { ec2: true }));

    expect([...seen.values()].map(({ ec2 }) => ec2)).toEqual(['not-found', 'running']);
    expect(world.names()).toEqual(['EC2:DescribeInstances']);
  });
});

function sizeOf(field: string) {
  return (input: Readonly<Record<string, unknown>>) => (input[field] as unknown[]).length;
}
