import { describe, expect, it, vi } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { partitionOf } from '../../lib/draining/route.ts';
import { host, stop, tasks } from './hosts.ts';
import { clusterPolicy, createRig, spotEvent, stoppedEvent, terminating } from './rig.ts';

const LEASE = partitionOf(clusterPolicy('prod'));
const UPDATE = 'ECS:UpdateContainerInstancesState';

/** Another invocation has the lease from now for `ms`. */
const takeLease = (rig: ReturnType<typeof createRig>, ms: number) =>
  rig.store.claim(LEASE, 'somebody else', rig.clock.now(), rig.clock.now() + ms);

describe('the lease of a cluster', () => {
  it('lets one of two handlers work for both: the second leaves a note and goes', async () => {
    const [first, second] = [host(1), host(2)];
    const rig = createRig({ hosts: [first, second] });
    const reading = rig.world.hold('ECS:DescribeContainerInstances');
    const working = rig.send(terminating(rig, first));
    await reading.reached;

    const callsBefore = rig.world.calls.length;
    await rig.send(terminating(rig, second));
    expect(rig.world.names(callsBefore), 'calls of the second').toEqual([]);
    expect(await rig.store.woken(LEASE)).toHaveLength(1);

    reading.release();
    await working;
    expect([first.status, second.status]).toEqual(['DRAINING', 'DRAINING']);
    expect(rig.world.inputs(UPDATE)).toHaveLength(2);
    expect(await rig.store.woken(LEASE)).toEqual([]);
  });

  it('the last task’s event that comes while the record is worked on is seen by the same invocation', async () => {
    const leaving = host(1, { tasks: tasks(1) });
    const [task] = leaving.tasks;
    if (!task) throw new Error('no task');
    const rig = createRig({ hosts: [leaving], clusters: [clusterPolicy('prod', { settleMs: 0 })] });
    const updating = rig.world.hold(UPDATE);
    const working = rig.send(terminating(rig, leaving));
    await updating.reached;
    stop(task);
    await rig.send(stoppedEvent(rig, leaving, task));
    updating.release();
    await working;

    expect(rig.world.waiting).toEqual([]);
  });

  it('loses no note that is left just before the release', async () => {
    const [first, second] = [host(1), host(2)];
    const rig = createRig({ hosts: [first, second] });
    const release = rig.store.release.bind(rig.store);
    vi.spyOn(rig.store, 'release').mockImplementationOnce(async (lease, owner) => {
      await rig.send(terminating(rig, second), { id: 'second' });
      expect(second.status, 'left to the holder').toBe('ACTIVE');
      await release(lease, owner);
    });
    await rig.send(terminating(rig, first), { id: 'first' });

    expect(second.status).toBe('DRAINING');
  });

  it('loses no note that is left just after the holder has looked for the last time', async () => {
    const [first, second] = [host(1), host(2)];
    const rig = createRig({ hosts: [first, second] });
    const reading = rig.world.hold('ECS:DescribeContainerInstances');
    const working = rig.send(terminating(rig, first));
    await reading.reached;
    const append = rig.store.append.bind(rig.store);
    vi.spyOn(rig.store, 'append').mockImplementation(async (key, notices, options) => {
      if (options?.wake) {
        reading.release();
        await working;
      }
      return append(key, notices, options);
    });
    await rig.send(terminating(rig, second));

    expect(second.status).toBe('DRAINING');
  });

  it('of a holder that crashed runs out, and the next tick does what was left', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    await takeLease(rig, 20 * SECOND);
    await rig.send(terminating(rig, leaving));
    expect(leaving.status).toBe('ACTIVE');

    await rig.tick(20 * SECOND);
    expect(leaving.status).toBe('DRAINING');
  });

  it('of a holder that crashes over a note leaves the record due', async () => {
    const leaving = host(1, { tasks: tasks(1) });
    const [task] = leaving.tasks;
    if (!task) throw new Error('no task');
    const rig = createRig({ hosts: [leaving, host(2)] });
    await rig.send(terminating(rig, leaving));
    // After two diagnoses the next look of its own accord is minutes away.
    for (let minutes = 0; minutes < 10; minutes++) await rig.tick();
    const reading = rig.world.hold('ECS:DescribeContainerInstances');
    void rig.send(terminating(rig, host(2)), { id: 'crashes' });
    await reading.reached;
    stop(task);
    await rig.send(stoppedEvent(rig, leaving, task));
    const [note] = await rig.store.woken(LEASE);
    if (!note) throw new Error('no note');
    await rig.store.acknowledge([note]);

    expect(await rig.store.due(LEASE, rig.clock.now(), 10)).toContainEqual(note);
    await rig.tick();
    expect(rig.world.waiting.map(({ instanceId }) => instanceId)).not.toContain(leaving.id);
  });

  it('edge 17: does not hold up Spot, which has two minutes', async () => {
    const [spot, other] = [host(1), host(2)];
    const rig = createRig({ hosts: [spot, other] });
    await takeLease(rig, 20 * SECOND);

    await rig.send(spotEvent(spot, rig.clock.now()));
    expect(spot.status).toBe('DRAINING');
    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  });

  it('edge 10: Spot and the holder that decide at once act once between them', async () => {
    const spot = host(1, { tasks: tasks(1) });
    const rig = createRig({ hosts: [spot] });
    const reading = rig.world.hold('AutoScaling:DescribeLifecycleHooks');
    const working = rig.send(terminating(rig, spot));
    await reading.reached;
    await rig.send(spotEvent(spot, rig.clock.now()));
    reading.release();
    await working;

    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
    const record = await rig.record(spot);
    expect(record?.reasons.map(({ kind }) => kind).sort()).toEqual(['hook', 'spot-interruption']);
    expect(record?.phase).toBe('draining');
  });
});

describe('an invocation without time left', () => {
  it('begins nothing, and the next tick goes on', async () => {
    const leaving = host(1, { tasks: tasks(1) });
    const [task] = leaving.tasks;
    if (!task) throw new Error('no task');
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    for (let minutes = 0; minutes < 10; minutes++) await rig.tick();
    const before = rig.world.calls.length;
    // Its counter still says one, so that the sweep will not find it.
    task.lastStatus = 'STOPPED';
    await rig.send(stoppedEvent(rig, leaving, task), { remainingMs: 10 * SECOND });
    expect(rig.world.names(before)).toEqual([]);

    await rig.tick(MINUTE);
    expect(rig.world.waiting).toEqual([]);
  });
});
