import { describe, expect, it, vi } from 'vitest';
import { SECOND } from '../../lib/clock.ts';
import { host, stop, tasks } from './hosts.ts';
import { createRig, inactiveEvent, stoppedEvent, terminating } from './rig.ts';

const UPDATE = 'ECS:UpdateContainerInstancesState';
const COMPLETE = 'AutoScaling:CompleteLifecycleAction';

/** A rig with one terminating host of one task, and that task's STOPPED event. */
function oneLeaving() {
  const leaving = host(1, { tasks: tasks(1) });
  const rig = createRig({ hosts: [leaving] });
  const begin = () => rig.send(terminating(rig, leaving));
  const end = async () => {
    rig.clock.advance(10 * SECOND);
    stop(...leaving.tasks);
    await rig.send(leaving.tasks[0] && stoppedEvent(rig, leaving, leaving.tasks[0]));
  };
  return { leaving, rig, begin, end };
}

const outage = () => new Error('the store could not be reached');

describe('edge 2: a crash before DRAINING is asked for', () => {
  it('leaves the intention on record, and the next tick carries it out', async () => {
    const { leaving, rig, begin, end } = oneLeaving();
    const asking = rig.world.hold(UPDATE);
    void begin();
    await asking.reached;
    expect(await rig.record(leaving)).toMatchObject({
      phase: 'requested',
      drainRequestedAt: rig.clock.now(),
    });

    await rig.tick();
    expect(leaving.status).toBe('DRAINING');
    await end();
    expect(rig.world.waiting).toEqual([]);
  });

  it('without even the intention, the next tick decides afresh', async () => {
    const { leaving, rig, begin } = oneLeaving();
    vi.spyOn(rig.store, 'commit').mockRejectedValueOnce(outage());

    await expect(begin()).rejects.toThrow('could not be reached');
    expect(rig.world.writes()).toEqual([]);
    await rig.tick();
    expect(leaving.status).toBe('DRAINING');
  });
});

describe('a crash after DRAINING was asked for, before that is on record', () => {
  it('is picked up as our own drain, and the hook is completed once', async () => {
    const { leaving, rig, begin, end } = oneLeaving();
    const requestedAt = rig.clock.now();
    const commit = rig.store.commit.bind(rig.store);
    vi.spyOn(rig.store, 'commit').mockImplementationOnce(commit).mockRejectedValueOnce(outage());
    await expect(begin()).rejects.toThrow('could not be reached');
    expect(leaving.status).toBe('DRAINING');

    await rig.tick();
    expect(await rig.record(leaving)).toMatchObject({ phase: 'draining', drainRequestedAt: requestedAt });
    expect(rig.entry('already-draining')?.sentence).toContain('our own earlier request');
    await end();
    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
    expect(rig.world.inputs(COMPLETE)).toHaveLength(1);
    expect(rig.world.waiting).toEqual([]);
  });

  it('loses no STOPPED event that comes before the next tick', async () => {
    const { leaving, rig, begin, end } = oneLeaving();
    const commit = rig.store.commit.bind(rig.store);
    vi.spyOn(rig.store, 'commit').mockImplementationOnce(commit).mockRejectedValueOnce(outage());
    await expect(begin()).rejects.toThrow();
    await end();
    await rig.tick();
    await rig.tick();

    expect(rig.world.waiting).toEqual([]);
    expect((await rig.record(leaving))?.phase).toBe('leaving');
  });
});

describe('a crash around the completion of the hook', () => {
  it('before it: the next tick completes the hook', async () => {
    const { leaving, rig, begin, end } = oneLeaving();
    await begin();
    const completing = rig.world.hold(COMPLETE);
    void end();
    await completing.reached;
    expect(rig.world.waiting).toHaveLength(1);

    await rig.tick();
    expect(rig.world.waiting).toEqual([]);
    expect(await rig.record(leaving)).toMatchObject({ phase: 'leaving', hooks: [{ state: 'completed' }] });
  });

  it('edge 7: after it: the hook is found to be over, and nothing is left open', async () => {
    const { leaving, rig, begin, end } = oneLeaving();
    await begin();
    const commit = rig.store.commit.bind(rig.store);
    vi.spyOn(rig.store, 'commit').mockImplementationOnce(commit).mockRejectedValueOnce(outage());
    await expect(end()).rejects.toThrow();
    expect(rig.world.waiting, 'completed once').toEqual([]);

    await rig.tick();
    expect(await rig.record(leaving)).toMatchObject({ phase: 'leaving', hooks: [{ state: 'expired' }] });
    expect(rig.reasons()).toContain('hook-already-over');
    await rig.tick();
    expect(rig.world.inputs(COMPLETE)).toHaveLength(2);
  });

  it('of an instance that is gone: the record is not closed with the hook open', async () => {
    const unknown = host(1);
    const rig = createRig();
    const completing = rig.world.hold(COMPLETE);
    void rig.send(terminating(rig, unknown));
    await completing.reached;
    expect(await rig.record(unknown)).toMatchObject({ phase: 'requested', hooks: [{ state: 'open' }] });

    await rig.tick();
    expect(rig.world.waiting).toEqual([]);
    expect((await rig.record(unknown))?.phase).toBe('closed');
  });

  it('the event that Lambda then sends again finds everything done', async () => {
    const { leaving, rig, begin, end } = oneLeaving();
    await begin();
    await end();
    leaving.status = 'INACTIVE';
    const journalled = inactiveEvent(leaving);
    vi.spyOn(rig.store, 'commit').mockRejectedValueOnce(outage());
    await expect(rig.send(journalled)).rejects.toThrow();
    await rig.send(journalled);

    expect(await rig.record(leaving)).toMatchObject({ phase: 'closed', closedAs: 'gone' });
    expect(rig.world.inputs(COMPLETE)).toHaveLength(1);
  });
});
