import { UpdateContainerInstancesStateCommand } from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { act, type Order } from '../../lib/draining/act.ts';
import type { HookAction } from '../../lib/draining/record.ts';
import { clusterName, containerInstanceArn, groupName, instanceId, taskArn } from '../../lib/ids.ts';
import { awsError, denied, throttled } from '../functions/calls.ts';
import { type Host, host, tasks } from '../functions/hosts.ts';
import { createWorld } from '../functions/world.ts';
import { testClock } from '../state/clock.ts';

const prod = clusterName('prod');
const UPDATE = 'ECS:UpdateContainerInstancesState';

function worldOf(...hosts: Host[]) {
  const world = createWorld(testClock());
  world.hosts.push(...hosts);
  return { ...world, act: (...orders: Order[]) => act(world.clients, prod, orders) };
}

const begin = ({ id, arn }: Host): Order => ({
  instanceId: instanceId(id),
  action: { kind: 'begin-drain', arn: containerInstanceArn(arn) },
});

const hook: HookAction = {
  group: groupName('prod-hosts'),
  hook: 'stevedore-drain',
  token: 'the-token',
  openedAt: 0,
  state: 'open',
  lastHeartbeatAt: 0,
};
const complete = ({ id }: Host): Order => ({
  instanceId: instanceId(id),
  action: { kind: 'complete', hook, result: 'CONTINUE' },
});

describe('setting instances DRAINING', () => {
  it('edge 27: takes ten to a call', async () => {
    const hosts = Array.from({ length: 23 }, (_, n) => host(n));
    const world = worldOf(...hosts);

    const outcomes = await world.act(...hosts.map(begin));
    const sizes = world
      .inputs(UPDATE)
      .map(({ containerInstances }) => (containerInstances as unknown[]).length);
    expect(sizes).toEqual([10, 10, 3]);
    expect(outcomes.map(({ result }) => result)).toEqual(hosts.map(() => 'done'));
  });

  it('tells how many tasks ECS wants on it: what is only pending is stopped at once', async () => {
    const busy = host(1, { tasks: [...tasks(2), ...tasks(1, { arn: 'pending', lastStatus: 'PENDING' })] });

    expect(await worldOf(busy).act(begin(busy))).toMatchObject([{ result: 'done', tasks: 2 }]);
  });

  it('edge 27: one that is MISSING among ten is gone, and the others are done', async () => {
    const hosts = [host(1), host(2, { forgotten: true }), host(3)];
    const world = worldOf(...hosts);

    const outcomes = await world.act(...hosts.map(begin));
    expect(outcomes.map(({ result }) => result)).toEqual(['done', 'gone', 'done']);
    expect(world.inputs(UPDATE)).toHaveLength(1);
  });

  it('another failure of one is tried again later, and names ECS’s reason', async () => {
    const world = worldOf(host(1));
    mockClient(world.clients.ecs)
      .on(UpdateContainerInstancesStateCommand)
      .resolves({ failures: [{ arn: host(1).arn, reason: 'NOT_NOW' }] });
    const [outcome] = await world.act(begin(host(1)));

    expect(outcome).toMatchObject({ result: 'retry', error: { code: 'NOT_NOW' } });
    expect(outcome?.error?.sentence).toContain(`did not set ${host(1).id} DRAINING: NOT_NOW`);
  });

  it('edge 26: one that is registering fails the batch, so each is tried by itself', async () => {
    const hosts = [host(1), host(2, { status: 'REGISTERING' }), host(3)];
    const world = worldOf(...hosts);

    const outcomes = await world.act(...hosts.map(begin));
    expect(outcomes.map(({ result }) => result)).toEqual(['done', 'retry', 'done']);
    expect(outcomes[1]?.error?.code).toBe('aws-instance-not-active');
    expect(world.inputs(UPDATE)).toHaveLength(1 + 3);
    expect([hosts[0]?.status, hosts[2]?.status]).toEqual(['DRAINING', 'DRAINING']);
  });

  it('edge 29: throttling of a batch is tried again for all of it, not one by one', async () => {
    const hosts = [host(1), host(2)];
    const world = worldOf(...hosts);
    world.fail(UPDATE, throttled());

    const outcomes = await world.act(...hosts.map(begin));
    expect(outcomes.map(({ result, error }) => [result, error?.code])).toEqual([
      ['retry', 'aws-throttled'],
      ['retry', 'aws-throttled'],
    ]);
    expect(world.inputs(UPDATE)).toHaveLength(1);
  });

  it('goes both ways in calls of their own', async () => {
    const [going, coming] = [host(1), host(2, { status: 'DRAINING' })];
    const world = worldOf(going, coming);
    const back: Order = {
      instanceId: instanceId(coming.id),
      action: { kind: 'reactivate', arn: containerInstanceArn(coming.arn) },
    };
    await world.act(begin(going), back);

    expect([going.status, coming.status]).toEqual(['DRAINING', 'ACTIVE']);
  });
});

describe('lifecycle actions', () => {
  it('edge 7: one that has ended is done already', async () => {
    const world = worldOf();

    expect(await world.act(complete(host(1)))).toMatchObject([{ result: 'already' }]);
    expect(world.calls).toHaveLength(1);
  });

  it('are addressed by token and instance, or by the instance alone where no event brought a token', async () => {
    const world = worldOf();
    const { token: _, ...withoutToken } = hook;
    const heartbeat = { kind: 'heartbeat', hook: withoutToken } as const;
    await world.act(complete(host(1)), { instanceId: instanceId(host(1).id), action: heartbeat });

    const target = {
      AutoScalingGroupName: 'prod-hosts',
      LifecycleHookName: 'stevedore-drain',
      InstanceId: host(1).id,
    };
    expect(world.inputs('AutoScaling:CompleteLifecycleAction')).toEqual([
      { ...target, LifecycleActionToken: 'the-token', LifecycleActionResult: 'CONTINUE' },
    ]);
    expect(world.inputs('AutoScaling:RecordLifecycleActionHeartbeat')).toEqual([target]);
  });

  it.each([
    ['busy with the group', awsError('ResourceContentionFault', 'busy'), 'retry', 'aws-resource-contention'],
    ['throttling', throttled(), 'retry', 'aws-throttled'],
    ['a denied permission', denied('autoscaling:CompleteLifecycleAction'), 'refused', 'aws-access-denied'],
    ['an error of no known kind', new Error('what?'), 'refused', 'aws-unexpected'],
  ])('%s is told apart', async (_, error, result, code) => {
    const world = worldOf();
    world.fail('AutoScaling:CompleteLifecycleAction', error);

    expect(await world.act(complete(host(1)))).toMatchObject([{ result, error: { code } }]);
  });

  it('of a group that was deleted are over', async () => {
    const world = worldOf();
    const gone = awsError(
      'ValidationError',
      'AutoScalingGroup name not found - AutoScalingGroup prod-hosts not found',
    );
    world.fail('AutoScaling:CompleteLifecycleAction', gone);

    expect(await world.act(complete(host(1)))).toMatchObject([{ result: 'already' }]);
  });
});

describe('stopping tasks and deregistering', () => {
  it('a task that is gone has stopped; one that runs is stopped with the reason', async () => {
    const busy = host(1, { tasks: tasks(1) });
    const world = worldOf(busy);
    const stop = (task: string): Order => ({
      instanceId: instanceId(busy.id),
      action: { kind: 'stop-task', task: taskArn(task), why: 'Stevedore: because' },
    });
    const outcomes = await world.act(stop(busy.tasks[0]?.arn ?? ''), stop('unknown'));

    expect(outcomes.map(({ result }) => result)).toEqual(['done', 'gone']);
    expect(world.inputs('ECS:StopTask')[0]).toMatchObject({ reason: 'Stevedore: because' });
  });

  it('a ghost that ECS forgot meanwhile is gone', async () => {
    const [ghost, forgotten] = [host(1), host(2, { forgotten: true })];
    const world = worldOf(ghost, forgotten);
    const outcomes = await world.act(
      ...[ghost, forgotten].map(
        ({ id, arn }): Order => ({
          instanceId: instanceId(id),
          action: { kind: 'deregister', arn: containerInstanceArn(arn) },
        }),
      ),
    );

    expect(outcomes.map(({ result }) => result)).toEqual(['done', 'gone']);
    expect(ghost.status).toBe('INACTIVE');
  });
});
