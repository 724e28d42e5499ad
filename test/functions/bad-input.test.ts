import { describe, expect, it } from 'vitest';
import { edited, sample } from '../events/samples.ts';
import { host } from './hosts.ts';
import { createRig, terminating } from './rig.ts';

const nothingToDo: readonly (readonly [what: string, event: unknown, reason: string])[] = [
  ['undefined', undefined, 'malformed'],
  ['a text', 'hello', 'malformed'],
  ['an empty object', {}, 'malformed'],
  ['an empty list of records', { Records: [] }, 'malformed'],
  ['a queue message that is no JSON', { Records: [{ eventSource: 'aws:sqs', body: '{' }] }, 'malformed'],
  [
    'a lifecycle event without its instance',
    edited('lifecycle-terminate', { 'detail.EC2InstanceId': undefined }),
    'malformed',
  ],
  ['an event of another service', sample('foreign-s3'), 'foreign-service'],
  [
    'a new type of event of ECS',
    edited('task-state-change', { 'detail-type': 'ECS Something New' }),
    'unknown',
  ],
  [
    'a task of another cluster',
    edited('task-state-change', { 'detail.clusterArn': 'arn:aws:ecs:us-east-1:111122223333:cluster/other' }),
    'cluster-not-in-policy',
  ],
  [
    'edge 46: a Fargate task',
    edited('task-state-change', { 'detail.launchType': 'FARGATE', 'detail.containerInstanceArn': undefined }),
    'task-not-on-host',
  ],
  [
    'edge 1: a task that is still stopping',
    edited('task-state-change', { 'detail.lastStatus': 'STOPPING' }),
    'task-not-stopped',
  ],
  ['a task of an instance that is not drained', sample('task-state-change'), 'not-draining'],
  [
    'edge 31: a group that the policy does not name',
    edited('lifecycle-terminate', { 'detail.AutoScalingGroupName': 'other' }),
    'group-not-in-policy',
  ],
  [
    'edge 31: a hook of somebody else on our group',
    edited('lifecycle-terminate', { 'detail.LifecycleHookName': 'ecs-managed-draining-termination-hook' }),
    'hook-not-in-policy',
  ],
  [
    'edge 34: the test notification, which has no instance',
    sample('lifecycle-test-notification'),
    'test-notification',
  ],
  [
    'edge 19: a rebalance recommendation, which is off by default',
    sample('rebalance-recommendation'),
    'trigger-off',
  ],
  [
    'edge 45: an ECS Anywhere machine',
    edited('spot-interruption', { 'detail.instance-id': 'mi-0123456789abcdef0' }),
    'external-instance',
  ],
  [
    'a host that ECS still has',
    edited('container-instance-state-change', { 'detail.status': 'DRAINING' }),
    'state-not-of-interest',
  ],
  [
    'edge 38: a reboot, which gives the host back',
    sample('health-scheduled-change-reboot'),
    'maintenance-keeps-host',
  ],
];

describe('an event that asks nothing of draining', () => {
  it.each(nothingToDo)('%s is journalled and costs no call and no error', async (_, event, reason) => {
    const rig = createRig({ hosts: [host(1)] });

    await rig.send(event);
    expect(rig.reasons()).toEqual([reason]);
    expect(rig.journal.entries[0]).toMatchObject({ outcome: 'ignored', weight: 'routine' });
    expect(rig.world.calls).toEqual([]);
  });

  it('is refused notably when it is an order, since whoever gave it waits for an answer', async () => {
    const rig = createRig({ hosts: [host(1)] });

    await rig.send(edited('drain-order', { 'detail.instanceId': 'mi-0123456789abcdef0' }));

    expect(rig.journal.entries).toMatchObject([
      { reason: 'external-instance', outcome: 'refused', weight: 'notable' },
    ]);
  });

  it('a replay of one event is one record, however often it comes', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    const event = terminating(rig, leaving);
    for (let time = 0; time < 3; time++) await rig.send(event);

    expect(rig.world.inputs('ECS:UpdateContainerInstancesState')).toHaveLength(1);
    expect((await rig.record(leaving))?.hooks).toHaveLength(1);
  });
});

describe('edge 30: an instance that ECS does not know', () => {
  it('has its hook completed at once, since nothing runs on it', async () => {
    const unknown = host(1);
    const rig = createRig();
    await rig.send(terminating(rig, unknown));

    expect(rig.world.writes()).toEqual(['AutoScaling:CompleteLifecycleAction']);
    expect(rig.notable()).toEqual(['instance-gone', 'hook-completed']);
    expect(await rig.record(unknown)).toMatchObject({ phase: 'closed', closedAs: 'gone' });
  });

  it('edge 27: so has one that ECS lists and then calls MISSING', async () => {
    const vanishing = host(1);
    const rig = createRig({ hosts: [vanishing] });
    const describing = rig.world.hold('ECS:DescribeContainerInstances');
    const sent = rig.send(terminating(rig, vanishing));
    await describing.reached;
    vanishing.forgotten = true;
    describing.release();
    await sent;

    expect(rig.world.waiting).toEqual([]);
    expect((await rig.record(vanishing))?.closedAs).toBe('gone');
  });

  it('edge 27: one that goes MISSING as it is set DRAINING has its hook completed by the next tick', async () => {
    const vanishing = host(1);
    const rig = createRig({ hosts: [vanishing] });
    const updating = rig.world.hold('ECS:UpdateContainerInstancesState');
    const sent = rig.send(terminating(rig, vanishing));
    await updating.reached;
    vanishing.forgotten = true;
    updating.release();
    await sent;
    await rig.tick();

    expect(rig.world.waiting).toEqual([]);
    expect((await rig.record(vanishing))?.closedAs).toBe('gone');
  });

  it('edge 21: one that ECS forgets while its tasks are listed is gone, not an error', async () => {
    const vanishing = host(1);
    const rig = createRig({ hosts: [vanishing] });
    await rig.send(terminating(rig, vanishing));
    rig.world.fail('ECS:ListTasks', notFound());
    await rig.tick();

    expect(rig.world.waiting).toEqual([]);
    expect((await rig.record(vanishing))?.closedAs).toBe('gone');
  });
});

describe('edge 26: an instance that is still registering', () => {
  it('keeps its hook open and is set DRAINING once it is ACTIVE', async () => {
    const registering = host(1, { status: 'REGISTERING' });
    const rig = createRig({ hosts: [registering] });
    await rig.send(terminating(rig, registering));
    expect(rig.world.writes()).toEqual([]);
    expect(rig.notable()).toEqual(['instance-not-active-yet']);

    registering.status = 'ACTIVE';
    await rig.tick();
    expect(registering.status).toBe('DRAINING');
    await rig.tick();
    expect(rig.world.waiting).toEqual([]);
  });
});

function notFound(): Error {
  return Object.assign(new Error('Container instance was not found.'), { name: 'InvalidParameterException' });
}
