import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { host, stop, tasks } from './hosts.ts';
import { clusterPolicy, createRig, drainOrder, stoppedEvent, terminating } from './rig.ts';

const standalone = () => host(1, { tasks: tasks(1, { group: 'family:nightly' }) });

describe('edge 13: a standalone task, which no drain moves', () => {
  it('is waited for, and named, by default', async () => {
    const leaving = standalone();
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    for (let minute = 0; minute < 30; minute++) await rig.tick();

    expect(rig.world.inputs('ECS:StopTask')).toEqual([]);
    expect(rig.world.waiting).toHaveLength(1);
    expect(rig.entry('drain-blocked')?.sentence).toContain('standalone');
  });

  it('is stopped after its grace, and the hook completed when it has stopped', async () => {
    const leaving = standalone();
    const [task] = leaving.tasks;
    if (!task) throw new Error('no task');
    const clusters = [clusterPolicy('prod', { standaloneTasks: { kind: 'stop', afterMs: 10 * MINUTE } })];
    const rig = createRig({ hosts: [leaving], clusters });
    await rig.send(terminating(rig, leaving));
    for (let minute = 0; minute < 8; minute++) await rig.tick();
    expect(rig.world.inputs('ECS:StopTask')).toEqual([]);

    for (let minute = 0; minute < 3; minute++) await rig.tick();
    expect(rig.world.inputs('ECS:StopTask')).toMatchObject([{ cluster: 'prod', task: task.arn }]);
    stop(task);
    await rig.send(stoppedEvent(rig, leaving, task));
    expect(rig.world.waiting).toEqual([]);
  });

  it('keeps an ordered drain from beginning if the policy refuses, but no hook', async () => {
    const [ordered, leaving] = [standalone(), host(2)];
    const clusters = [clusterPolicy('prod', { standaloneTasks: { kind: 'refuse' } })];
    const rig = createRig({ hosts: [ordered, leaving], clusters });
    await rig.send(drainOrder(ordered, rig.clock.now()));
    await rig.send(terminating(rig, leaving));

    expect([ordered.status, leaving.status]).toEqual(['ACTIVE', 'DRAINING']);
    expect(rig.entry('standalone-tasks-refused')).toMatchObject({ subject: ordered.id, outcome: 'refused' });
  });
});
