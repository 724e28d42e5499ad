import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { sample } from '../events/samples.ts';
import { host, stop, tasks } from './hosts.ts';
import { createRig, inactiveEvent, stoppedEvent, terminating } from './rig.ts';

/** The host and the task of the samples. */
const sampleHost = () =>
  host(1, {
    id: 'i-0a1b2c3d4e5f67890',
    arn: 'arn:aws:ecs:us-east-1:111122223333:container-instance/prod/6f0f7bb0c9d24f0d8f2a3e1d5b7c9a11',
    capacityProvider: 'prod-hosts',
    tasks: tasks(1, { arn: 'arn:aws:ecs:us-east-1:111122223333:task/prod/c13b4cb4f0c84b3c8e2a9d7f6e5d4c31' }),
  });

const beginning = [
  'ECS:ListContainerInstances',
  'AutoScaling:DescribeLifecycleHooks',
  'ECS:DescribeContainerInstances',
  'ECS:DescribeCapacityProviders',
  'ECS:UpdateContainerInstancesState',
];
const ending = ['ECS:ListTasks', 'ECS:ListTasks', 'AutoScaling:CompleteLifecycleAction'];

describe('a drain from the lifecycle event to the end of its hook', () => {
  it('makes eight calls for an instance with one task, in the order of the work', async () => {
    const leaving = sampleHost();
    const rig = createRig({ hosts: [leaving] });
    terminating(rig, leaving, '3c1f0a52-7b9e-4d2a-8f43-5a6b7c8d9e01');

    await rig.send(sample('lifecycle-terminate'));
    expect(rig.world.names().sort()).toEqual([...beginning].sort());
    expect(rig.world.names().at(-1)).toBe('ECS:UpdateContainerInstancesState');
    expect(leaving.status).toBe('DRAINING');

    rig.clock.advance(98 * SECOND);
    stop(...leaving.tasks);
    await rig.send(sample('task-state-change'));
    expect(rig.world.names(beginning.length)).toEqual(ending);

    await rig.send(sample('container-instance-state-change'));
    expect(rig.world.calls).toHaveLength(beginning.length + ending.length);
    expect(rig.world.waiting).toEqual([]);
    expect(rig.notable()).toEqual(['drain-begun', 'drained', 'hook-completed', 'instance-gone']);
    expect(await rig.record(leaving)).toMatchObject({
      phase: 'closed',
      closedAs: 'gone',
      hooks: [{ state: 'completed' }],
    });
  });

  it('completes the hook by its token, with CONTINUE', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    const event = terminating(rig, leaving, 'the-token');
    await rig.send(event);
    await rig.tick();

    expect(rig.world.inputs('AutoScaling:CompleteLifecycleAction')).toEqual([
      {
        AutoScalingGroupName: 'prod-hosts',
        LifecycleHookName: 'stevedore-drain',
        LifecycleActionToken: 'the-token',
        InstanceId: leaving.id,
        LifecycleActionResult: 'CONTINUE',
      },
    ]);
  });

  it('edge 9: with 100 tasks, each event twice and in reverse order, only the last one costs calls', async () => {
    const leaving = host(1, { tasks: tasks(100) });
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    const begun = rig.world.calls.length;
    rig.clock.advance(30 * SECOND);

    const [last, ...others] = leaving.tasks;
    if (!last) throw new Error('no tasks');
    for (const task of others.toReversed()) {
      stop(task);
      await rig.send(stoppedEvent(rig, leaving, task));
      await rig.send(stoppedEvent(rig, leaving, task));
    }
    expect(rig.world.names(begun), 'the first 99').toEqual([]);

    stop(last);
    await rig.send(stoppedEvent(rig, leaving, last));
    expect(rig.world.names(begun), 'the last one').toEqual(ending);
    expect(rig.world.waiting).toEqual([]);

    await rig.send(stoppedEvent(rig, leaving, last));
    await rig.send(inactiveEvent(leaving));
    await rig.send(stoppedEvent(rig, leaving, last));
    expect(rig.world.names(begun), 'what comes after').toEqual(ending);
    expect(rig.world.calls.length).toBeLessThanOrEqual(10);
    expect((await rig.record(leaving))?.phase).toBe('closed');
  });

  it('edge 1: is not over while a task that was told to stop is still stopping', async () => {
    const leaving = host(1, { tasks: tasks(2) });
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    const [first, second] = leaving.tasks;
    if (!first || !second) throw new Error('no tasks');
    // ECS counts neither any more, and both counts and ListTasks' default would say that nothing runs.
    Object.assign(first, { desiredStatus: 'STOPPED', lastStatus: 'DEACTIVATING' });
    stop(second);
    await rig.send(stoppedEvent(rig, leaving, second));
    await rig.tick();
    expect(rig.world.waiting).toHaveLength(1);
    expect((await rig.record(leaving))?.remaining).toMatchObject([
      { task: first.arn, lastStatus: 'DEACTIVATING' },
    ]);

    stop(first);
    await rig.send(stoppedEvent(rig, leaving, first));
    expect(rig.world.waiting).toEqual([]);
  });

  it('edge 42: a task that is placed just after DRAINING is waited for', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    const late = tasks(1);
    leaving.tasks.push(...late);
    await rig.tick();
    expect(rig.world.waiting).toHaveLength(1);

    stop(...late);
    await rig.send(late[0] && stoppedEvent(rig, leaving, late[0]));
    expect(rig.world.waiting).toEqual([]);
  });

  it('edge 2: outlives any invocation, with one heartbeat per half of the hook’s timeout (edge 3)', async () => {
    const leaving = host(1, { tasks: tasks(1) });
    const rig = createRig({ hosts: [leaving] });
    rig.world.heartbeatTimeouts.set('prod-hosts/stevedore-drain', 600);
    rig.world.services.set('web', { desiredCount: 1, runningCount: 1 });
    await rig.send(terminating(rig, leaving));
    for (let minute = 0; minute < 60; minute++) await rig.tick();

    const heartbeats = rig.world.inputs('AutoScaling:RecordLifecycleActionHeartbeat').length;
    expect(heartbeats).toBeGreaterThanOrEqual(HOUR / (300 * SECOND));
    expect(heartbeats).toBeLessThanOrEqual(HOUR / (240 * SECOND));
    stop(...leaving.tasks);
    await rig.send(leaving.tasks[0] && stoppedEvent(rig, leaving, leaving.tasks[0]));
    expect(rig.world.waiting).toEqual([]);
  });

  it('edge 6: at the deadline it acts by the policy instead of falling silent', async () => {
    const leaving = host(1, { tasks: tasks(1) });
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    for (let minutes = 0; minutes < 125; minutes += 5) await rig.tick(5 * MINUTE);

    expect(rig.world.waiting).toEqual([]);
    expect(rig.reasons()).toContain('deadline-continue');
  });
});
