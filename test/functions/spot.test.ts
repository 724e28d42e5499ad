import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { edited } from '../events/samples.ts';
import { host, tasks } from './hosts.ts';
import { clusterPolicy, createRig, spotEvent, terminating } from './rig.ts';

describe('a Spot interruption', () => {
  it('of an instance in the second cluster of the policy is found there and drained at once', async () => {
    const spot = host(1, { cluster: 'batch' });
    const rig = createRig({ hosts: [spot] });
    await rig.send(spotEvent(spot, rig.clock.now()));

    expect(spot.status).toBe('DRAINING');
    expect(rig.world.clustersAsked()).toEqual(['prod', 'batch']);
    expect(rig.world.inputs('ECS:UpdateContainerInstancesState')).toEqual([
      { cluster: 'batch', containerInstances: [spot.arn], status: 'DRAINING' },
    ]);
    expect(rig.world.calls).toHaveLength(4);
  });

  it('edge 17: of an instance that no cluster knows is journalled and nothing else', async () => {
    const rig = createRig();
    await rig.send(spotEvent(host(1), rig.clock.now()));

    expect(rig.reasons()).toEqual(['not-a-container-instance']);
    expect(rig.world.writes()).toEqual([]);
  });

  it('edge 17: of an instance that vanishes before it is drained is closed, not an error', async () => {
    const spot = host(1);
    const rig = createRig({ hosts: [spot] });
    const describing = rig.world.hold('ECS:DescribeContainerInstances');
    const sent = rig.send(spotEvent(spot, rig.clock.now()));
    await describing.reached;
    spot.forgotten = true;
    describing.release();
    await sent;

    expect(await rig.record(spot)).toMatchObject({ phase: 'closed', closedAs: 'gone' });
  });

  it('edge 10: then the hook: one record, one DRAINING, the earlier deadline, and the hook completed', async () => {
    const spot = host(1);
    const rig = createRig({ hosts: [spot] });
    await rig.send(spotEvent(spot, rig.clock.now()));
    await rig.send(terminating(rig, spot));
    const record = await rig.record(spot);
    expect(record?.deadline).toBe(rig.clock.now() + 2 * MINUTE);
    await rig.tick();

    expect(rig.world.inputs('ECS:UpdateContainerInstancesState')).toHaveLength(1);
    expect(rig.world.waiting).toEqual([]);
  });

  it('edge 16: stops what would not end in time, if the policy says so', async () => {
    const spot = host(1, { tasks: tasks(2) });
    const rig = createRig({
      hosts: [spot],
      clusters: [clusterPolicy('prod', { spotStopLeadMs: 45 * SECOND })],
    });
    await rig.send(spotEvent(spot, rig.clock.now()));
    expect(rig.world.inputs('ECS:StopTask')).toEqual([]);
    await rig.tick();

    expect(rig.world.inputs('ECS:StopTask').map(({ task }) => task)).toEqual(
      spot.tasks.map(({ arn }) => arn),
    );
    expect(rig.notable()).toContain('spot-tasks-stopped');
  });
});

describe('edge 21: an instance that is terminated directly, past any hook', () => {
  const shuttingDown = (id: string) => edited('instance-state-change', { 'detail.instance-id': id });

  it('is drained as long as ECS lists it', async () => {
    const killed = host(1, { tasks: tasks(1) });
    const rig = createRig({ hosts: [killed] });
    await rig.send(shuttingDown(killed.id));
    expect(killed.status).toBe('DRAINING');
    expect((await rig.record(killed))?.reasons).toMatchObject([{ kind: 'direct-termination' }]);
  });

  it('is nothing to us once ECS has unlisted it', async () => {
    const killed = host(1);
    const rig = createRig();
    await rig.send(shuttingDown(killed.id));

    expect(rig.reasons()).toEqual(['not-a-container-instance']);
    expect(await rig.record(killed)).toBeUndefined();
  });
});
