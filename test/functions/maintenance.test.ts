import { describe, expect, it } from 'vitest';
import { HOUR } from '../../lib/clock.ts';
import { instance, sample } from '../events/samples.ts';
import { host, tasks } from './hosts.ts';
import { clusterPolicy, createRig, START, spotEvent, terminating } from './rig.ts';

const DAY = 24 * HOUR;
const retiring = () => host(1, { id: instance, tasks: tasks(1) });

describe('edge 38: scheduled maintenance', () => {
  it('is drained a lead time before it begins, not two weeks early, and costs nothing until then', async () => {
    const leaving = retiring();
    const rig = createRig({ hosts: [leaving] });
    await rig.send(sample('health-scheduled-change'));
    expect(rig.notable()).toEqual(['maintenance-not-near']);
    const before = rig.world.inputs('ECS:DescribeContainerInstances').length;

    await rig.tick(12 * DAY);
    expect(rig.world.inputs('ECS:DescribeContainerInstances')).toHaveLength(before);
    expect(leaving.status).toBe('ACTIVE');

    await rig.tick(DAY);
    expect(rig.clock.now()).toBe(START + 13 * DAY);
    expect(leaving.status).toBe('DRAINING');
  });

  it('that is withdrawn before is forgotten', async () => {
    const staying = retiring();
    const rig = createRig({ hosts: [staying] });
    await rig.send(sample('health-scheduled-change'));
    rig.clock.advance(2 * DAY);
    await rig.send(sample('health-scheduled-change-closed'));
    await rig.tick(12 * DAY);

    expect(staying.status).toBe('ACTIVE');
    expect(rig.notable()).toContain('withdrawn-before-start');
  });

  it('edge 39: that is withdrawn while the instance drains gives it back', async () => {
    const staying = retiring();
    const rig = createRig({ hosts: [staying] });
    await rig.send(sample('health-scheduled-change'));
    await rig.tick(13 * DAY);
    expect(staying.status).toBe('DRAINING');
    await rig.send(sample('health-scheduled-change-closed'));

    expect(staying.status).toBe('ACTIVE');
    expect(rig.notable()).toContain('reactivated');
  });

  it('does not give back what a hook wants gone by then', async () => {
    const leaving = retiring();
    const rig = createRig({ hosts: [leaving] });
    await rig.send(sample('health-scheduled-change'));
    await rig.tick(13 * DAY);
    await rig.send(terminating(rig, leaving));
    await rig.send(sample('health-scheduled-change-closed'));

    expect(leaving.status).toBe('DRAINING');
  });
});

describe('a trigger that the cluster of the instance has off', () => {
  it('is journalled, and that cluster is not even asked', async () => {
    const triggers = { ...clusterPolicy('prod').triggers, spotInterruption: false };
    const spot = host(1);
    const rig = createRig({
      hosts: [spot],
      clusters: [clusterPolicy('prod', { triggers }), clusterPolicy('batch')],
    });
    await rig.send(spotEvent(spot, rig.clock.now()));

    expect(rig.world.clustersAsked()).toEqual(['batch']);
    expect(rig.reasons()).toEqual(['not-a-container-instance']);
  });

  it('is journalled too where the instance is known already', async () => {
    const triggers = { ...clusterPolicy('prod').triggers, spotInterruption: false };
    const spot = host(1, { tasks: tasks(1) });
    const rig = createRig({
      hosts: [spot],
      clusters: [clusterPolicy('prod', { triggers }), clusterPolicy('batch')],
    });
    await rig.send(terminating(rig, spot));
    await rig.send(spotEvent(spot, rig.clock.now()));

    expect(rig.reasons()).toContain('trigger-off');
    expect((await rig.record(spot))?.reclaimAt).toBeUndefined();
  });
});
