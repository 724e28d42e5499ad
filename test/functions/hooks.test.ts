import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { awsError, throttled } from './calls.ts';
import { host, stop, tasks } from './hosts.ts';
import { clusterPolicy, createRig, drainOrder, inactiveEvent, stoppedEvent, terminating } from './rig.ts';

const COMPLETE = 'AutoScaling:CompleteLifecycleAction';
const UPDATE = 'ECS:UpdateContainerInstancesState';

describe('a lifecycle hook', () => {
  it('edge 7: that has ended before counts as done and is not asked again', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    rig.world.waiting.length = 0;
    for (let minute = 0; minute < 5; minute++) await rig.tick();

    expect(rig.world.inputs(COMPLETE)).toHaveLength(1);
    expect(rig.reasons()).toContain('hook-already-over');
    expect(await rig.record(leaving)).toMatchObject({ phase: 'leaving', hooks: [{ state: 'expired' }] });
  });

  it('edge 5: that has ended gets no more heartbeats', async () => {
    const leaving = host(1, { tasks: tasks(1) });
    const rig = createRig({ hosts: [leaving] });
    rig.world.heartbeatTimeouts.set('prod-hosts/stevedore-drain', 120);
    await rig.send(terminating(rig, leaving));
    rig.world.waiting.length = 0;
    for (let minute = 0; minute < 5; minute++) await rig.tick();

    expect(rig.world.inputs('AutoScaling:RecordLifecycleActionHeartbeat')).toHaveLength(1);
  });

  it('edge 11: that arrives when the instance has been drained already is completed', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    await rig.send(drainOrder(leaving, rig.clock.now()));
    await rig.tick();
    expect((await rig.record(leaving))?.phase).toBe('leaving');

    await rig.send(terminating(rig, leaving));
    await rig.tick();
    expect(rig.world.waiting).toEqual([]);
    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  });

  it('edge 10: a second action of the same hook is remembered and completed by its own token', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving, 'token-a'));
    await rig.send(terminating(rig, leaving, 'token-b'));
    await rig.tick();

    const tokens = rig.world.inputs(COMPLETE).map(({ LifecycleActionToken }) => LifecycleActionToken);
    expect(tokens.sort()).toEqual(['token-a', 'token-b']);
    expect(rig.world.waiting).toEqual([]);
    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  });

  it('edge 10: of two actions that began in the same second, one that fails is tried again', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving, 'token-a'));
    await rig.send(terminating(rig, leaving, 'token-b'));
    let refusals = 1;
    rig.world.failWhen(COMPLETE, throttled(), ({ LifecycleActionToken }) => {
      return LifecycleActionToken === 'token-a' && refusals-- > 0;
    });
    await rig.tick();
    expect(rig.world.waiting.map(({ token }) => token)).toEqual(['token-a']);
    await rig.tick();
    expect(rig.world.waiting).toEqual([]);
  });

  it('edge 50: replayed after the end changes nothing and reads nothing', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    const event = terminating(rig, leaving);
    await rig.send(event);
    await rig.tick();
    leaving.status = 'INACTIVE';
    await rig.send(inactiveEvent(leaving));
    const before = rig.world.calls.length;

    rig.clock.advance(23 * HOUR);
    await rig.send(event);
    expect(rig.world.names(before)).toEqual([]);
    expect((await rig.record(leaving))?.phase).toBe('closed');
  });

  it('edge 50: replayed when even the record is forgotten finds the action over', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    const event = terminating(rig, leaving);
    await rig.send(event);
    await rig.tick();
    leaving.status = 'INACTIVE';
    await rig.send(inactiveEvent(leaving));
    rig.clock.advance(48 * HOUR);
    await rig.send(event);

    expect(rig.reasons().slice(-2)).toEqual(['instance-gone', 'hook-already-over']);
    expect((await rig.record(leaving))?.phase).toBe('closed');
  });

  it('edge 32: is completed at once where ECS drains by itself, and nothing else is touched', async () => {
    const managed = host(1, { capacityProvider: 'managed', tasks: tasks(3) });
    const rig = createRig({ hosts: [managed] });
    const autoScalingGroupProvider = { autoScalingGroupArn: 'arn', managedDraining: 'ENABLED' } as const;
    rig.world.capacityProviders.set('managed', { autoScalingGroupProvider });
    await rig.send(terminating(rig, managed));

    expect(rig.world.writes()).toEqual([COMPLETE]);
    expect(rig.notable()).toEqual(['stood-down-managed-draining', 'hook-completed']);
  });

  it('that was taken off the group is not waited for', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    rig.world.heartbeatTimeouts.clear();
    await rig.send(terminating(rig, leaving));
    await rig.tick();

    expect(rig.notable()).toContain('hook-missing');
    expect(rig.world.inputs(COMPLETE)).toEqual([]);
  });

  it('whose group was deleted is over, and does not hold up the drains around it', async () => {
    const [orphan, other] = [host(1), host(2)];
    const rig = createRig({ hosts: [orphan, other] });
    const gone = awsError('ValidationError', 'AutoScalingGroup name not found - null');
    rig.world.fail('AutoScaling:DescribeLifecycleHooks', gone);
    await rig.send(terminating(rig, orphan));
    expect(orphan.status).toBe('DRAINING');
    expect(await rig.record(orphan)).toMatchObject({ hooks: [{ state: 'expired' }] });
  });

  it('whose group is deleted meanwhile counts as ended: the record closes', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    const gone = awsError(
      'ValidationError',
      'AutoScalingGroup name not found - AutoScalingGroup prod-hosts not found',
    );
    rig.world.fail(COMPLETE, gone, 99);
    await rig.tick();
    leaving.status = 'INACTIVE';
    await rig.send(inactiveEvent(leaving));

    expect(rig.world.inputs(COMPLETE)).toHaveLength(1);
    expect(await rig.record(leaving)).toMatchObject({ phase: 'closed', hooks: [{ state: 'expired' }] });
  });
});

describe('a closed record', () => {
  it('edge 9: is forgotten after 25 hours, even if a duplicate event comes late', async () => {
    const leaving = host(1, { tasks: tasks(1) });
    const [task] = leaving.tasks;
    if (!task) throw new Error('no task');
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    stop(task);
    rig.clock.advance(10 * SECOND);
    await rig.send(stoppedEvent(rig, leaving, task));
    leaving.status = 'INACTIVE';
    await rig.send(inactiveEvent(leaving));
    rig.clock.advance(HOUR);
    await rig.send(stoppedEvent(rig, leaving, task));

    rig.clock.advance(26 * HOUR);
    expect(await rig.record(leaving)).toBeUndefined();
  });
});

describe('edge 33: the cluster of an event that names none', () => {
  it('is remembered with the instance, so that the second event costs no search', async () => {
    const leaving = host(1, { cluster: 'batch', tasks: tasks(1, {}, 'batch') });
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    const before = rig.world.calls.length;
    const { 'detail-type': _, ...rest } = drainOrder(leaving, rig.clock.now()) as Record<string, unknown>;
    const detail = { verb: 'release', instanceId: leaving.id, by: 'jo' };
    await rig.send({ ...rest, 'detail-type': 'Stevedore Drain Order', detail });

    expect(rig.world.names(before)).toEqual([]);
    expect((await rig.record(leaving))?.phase).toBe('draining');
  });
});

describe('edge 39: an order that is withdrawn', () => {
  it('sets the instance ACTIVE again, since we drained it and no hook is open', async () => {
    const kept = host(1, { tasks: tasks(1) });
    const rig = createRig({ hosts: [kept], clusters: [clusterPolicy('prod', { deadlineMs: 5 * MINUTE })] });
    const order = drainOrder(kept, rig.clock.now()) as { detail: object };
    await rig.send(order);
    expect(kept.status).toBe('DRAINING');
    await rig.send({ ...order, detail: { ...order.detail, verb: 'release' } });

    expect(kept.status).toBe('ACTIVE');
    expect(await rig.record(kept)).toMatchObject({ phase: 'closed', closedAs: 'reactivated' });
  });

  it('leaves alone what a hook wants gone', async () => {
    const leaving = host(1, { tasks: tasks(1) });
    const rig = createRig({ hosts: [leaving] });
    const order = drainOrder(leaving, rig.clock.now()) as { detail: object };
    await rig.send(order);
    await rig.send(terminating(rig, leaving));
    await rig.send({ ...order, detail: { ...order.detail, verb: 'release' } });

    expect(leaving.status).toBe('DRAINING');
  });
});
