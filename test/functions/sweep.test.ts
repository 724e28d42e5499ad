import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { awsError, denied } from './calls.ts';
import { host, stop, tasks } from './hosts.ts';
import { clusterPolicy, createRig, type Rig, stoppedEvent, terminating } from './rig.ts';

const DEREGISTER = 'ECS:DeregisterContainerInstance';

async function ticks(rig: Rig, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) await rig.tick();
}

describe('edge 12: what no event announced', () => {
  it('a lost lifecycle event is found by Terminating:Wait, and its hook completed without a token', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    terminating(rig, leaving);
    await rig.tick();
    expect(leaving.status).toBe('DRAINING');
    await rig.tick();

    expect(rig.world.waiting).toEqual([]);
    const [completion] = rig.world.inputs('AutoScaling:CompleteLifecycleAction');
    expect(completion).toMatchObject({ InstanceId: leaving.id, LifecycleActionResult: 'CONTINUE' });
    expect(completion).not.toHaveProperty('LifecycleActionToken');
  });

  it('a lifecycle event that comes after the sweep brings the token of the same action', async () => {
    const leaving = host(1, { tasks: tasks(1) });
    const rig = createRig({ hosts: [leaving] });
    const late = terminating(rig, leaving, 'late-token');
    await rig.tick();
    await rig.send(late);

    expect((await rig.record(leaving))?.hooks).toMatchObject([{ token: 'late-token', state: 'open' }]);
  });

  it('an instance that waits for us and is known is not found a second time', async () => {
    const leaving = host(1, { tasks: tasks(1) });
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    await ticks(rig, 3);

    expect((await rig.record(leaving))?.hooks).toHaveLength(1);
    expect(rig.world.inputs('ECS:UpdateContainerInstancesState')).toHaveLength(1);
  });

  it.each(['STOPPED', 'forgotten'])('a lost end of a task is found within minutes: %s', async (how) => {
    const ending = { desiredStatus: 'STOPPED', lastStatus: 'STOPPING' };
    const leaving = [1, 2].map((n) =>
      host(n, { tasks: tasks(1, { ...ending, arn: `${host(n).arn}-task` }) }),
    );
    const rig = createRig({ hosts: leaving });
    for (const one of leaving) await rig.send(terminating(rig, one));
    await rig.tick();
    for (const { tasks } of leaving) how === 'STOPPED' ? stop(...tasks) : tasks.splice(0);
    await ticks(rig, 3);
    expect(rig.world.waiting).toHaveLength(2);
    const before = rig.world.calls.length;
    await rig.tick();

    expect(rig.world.waiting).toEqual([]);
    const described = rig.world.names(before).filter((name) => name === 'ECS:DescribeTasks');
    expect(described, 'one call for all instances of the cluster').toHaveLength(1);
  });

  it('a task that ECS has yet to stop is not taken for stopped', async () => {
    const leaving = host(1, { tasks: tasks(1, { desiredStatus: 'STOPPED', lastStatus: 'STOPPING' }) });
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    await ticks(rig, 30);

    expect(rig.world.waiting).toHaveLength(1);
  });

  it('costs one call a minute and cluster while nothing drains, and two every fifth minute', async () => {
    const rig = createRig({ hosts: [host(1), host(2)] });
    const perTick: number[] = [];
    for (let minute = 1; minute <= 5; minute++) {
      const before = rig.world.calls.length;
      await rig.tick();
      perTick.push(rig.world.calls.length - before);
    }
    expect(perTick, 'two clusters').toEqual([2, 2, 2, 2, 4]);
  });
});

describe('edge 22: a ghost, which EC2 has ended and ECS still lists', () => {
  it('is deregistered once EC2 says so and the grace has passed, not before', async () => {
    const ghost = host(1, { agentConnected: false, ec2: 'terminated', tasks: tasks(2) });
    const rig = createRig({ hosts: [ghost] });
    await ticks(rig, 5);
    expect(await rig.record(ghost)).toMatchObject({ phase: 'leaving', reasons: [{ kind: 'ghost' }] });
    expect(rig.notable()).toContain('ghost-in-grace');
    await ticks(rig, 9);
    expect(rig.world.inputs(DEREGISTER)).toEqual([]);

    await ticks(rig, 2);
    expect(rig.world.inputs(DEREGISTER)).toEqual([
      { cluster: 'prod', containerInstance: ghost.arn, force: true },
    ]);
    expect(await rig.record(ghost)).toMatchObject({ phase: 'closed', closedAs: 'gone' });
    expect(rig.notable()).toContain('ghost-deregistered');
    await ticks(rig, 10);
    expect(rig.world.inputs(DEREGISTER)).toHaveLength(1);
  });

  it('is one, too, if EC2 has forgotten it altogether', async () => {
    const ghost = host(1, { agentConnected: false, ec2: 'not-found' });
    const rig = createRig({ hosts: [ghost] });
    await ticks(rig, 20);

    expect(rig.world.inputs(DEREGISTER)).toHaveLength(1);
  });

  it.each(['running', 'pending', 'stopping', 'shutting-down'])(
    'edge 23, edge 24: is not one while EC2 says %s, however long the agent is silent',
    async (ec2) => {
      const silent = host(1, { agentConnected: false, ec2 });
      const rig = createRig({ hosts: [silent] });
      await ticks(rig, 60);

      expect(await rig.record(silent)).toBeUndefined();
      expect(rig.world.writes()).toEqual([]);
    },
  );

  it('is kept if only stopped, unless the policy says otherwise', async () => {
    const stopped = host(1, { agentConnected: false, ec2: 'stopped' });
    const rig = createRig({ hosts: [stopped] });
    await ticks(rig, 30);

    expect(rig.world.inputs(DEREGISTER)).toEqual([]);
    expect(rig.notable()).toEqual(['ghost-kept-by-policy']);
  });

  it('edge 18: one that EC2 stopped is deregistered after the grace for stopped ones', async () => {
    const stopped = host(1, { agentConnected: false, ec2: 'stopped' });
    const ghosts = { terminatedAfterMs: null, stoppedAfterMs: 30 * MINUTE };
    const rig = createRig({ hosts: [stopped], clusters: [clusterPolicy('prod', { ghosts })] });
    await ticks(rig, 34);
    expect(rig.world.inputs(DEREGISTER)).toEqual([]);
    await ticks(rig, 2);

    expect(rig.world.inputs(DEREGISTER)).toHaveLength(1);
  });

  it('that runs again when the grace has passed is left alone', async () => {
    const risen = host(1, { agentConnected: false, ec2: 'stopped' });
    const ghosts = { terminatedAfterMs: null, stoppedAfterMs: 10 * MINUTE };
    const rig = createRig({ hosts: [risen], clusters: [clusterPolicy('prod', { ghosts })] });
    await ticks(rig, 6);
    Object.assign(risen, { ec2: 'running', agentConnected: true });
    await ticks(rig, 20);

    expect(rig.world.inputs(DEREGISTER)).toEqual([]);
    expect(await rig.record(risen)).toMatchObject({ phase: 'closed', closedAs: 'withdrawn' });
  });

  it('is not deregistered while a hook of it is open (edge 25)', async () => {
    const ghost = host(1, { agentConnected: false, ec2: 'terminated' });
    const rig = createRig({ hosts: [ghost] });
    await rig.send(terminating(rig, ghost));
    await ticks(rig, 60);

    const begun = 'ECS:UpdateContainerInstancesState';
    expect(rig.world.writes()).toEqual([begun, 'AutoScaling:CompleteLifecycleAction', DEREGISTER]);
  });
});

describe('a sweep that fails', () => {
  const missing = () => awsError('ClusterNotFoundException', 'Cluster not found.');

  it('in one cluster does not hide the others, and is thrown in the end', async () => {
    const leaving = host(1, { cluster: 'batch' });
    const rig = createRig({ hosts: [leaving] });
    terminating(rig, leaving);
    rig.world.failWhen('AutoScaling:DescribeAutoScalingGroups', missing(), ({ AutoScalingGroupNames }) =>
      JSON.stringify(AutoScalingGroupNames).includes('prod-hosts'),
    );

    await expect(rig.tick()).rejects.toThrow('Cluster not found');
    expect(leaving.status).toBe('DRAINING');
    expect(rig.standings.map(({ cluster }) => cluster)).toEqual(['batch']);
  });

  it('does not make late what is due', async () => {
    const leaving = host(1, { tasks: tasks(1) });
    const rig = createRig({ hosts: [leaving] });
    rig.world.heartbeatTimeouts.set('prod-hosts/stevedore-drain', 240);
    await rig.send(terminating(rig, leaving));
    const refusal = denied('autoscaling:DescribeAutoScalingGroups');
    rig.world.failWhen('AutoScaling:DescribeAutoScalingGroups', refusal, () => true);
    for (let minute = 0; minute < 3; minute++) {
      await expect(rig.tick()).rejects.toThrow('autoscaling:DescribeAutoScalingGroups');
    }

    expect(rig.world.inputs('AutoScaling:RecordLifecycleActionHeartbeat').length).toBeGreaterThan(0);
  });

  it('in several clusters is thrown as one error that says all', async () => {
    const rig = createRig();
    rig.world.fail('AutoScaling:DescribeAutoScalingGroups', new Error('first'));
    rig.world.fail('AutoScaling:DescribeAutoScalingGroups', new Error('second'));

    await expect(rig.tick()).rejects.toThrow('first; second');
  });
});

describe('edge 49: the gauges', () => {
  it('say how many drains are open, how many blocked, and how old the oldest is', async () => {
    const [old, young] = [
      host(1, { tasks: tasks(1) }),
      host(2, { tasks: tasks(1, { arn: `${host(2).arn}/t` }) }),
    ];
    const rig = createRig({ hosts: [old, young] });
    rig.world.services.set('web', {
      desiredCount: 1,
      runningCount: 1,
      deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 },
    });
    await rig.send(terminating(rig, old));
    await ticks(rig, 2);
    await rig.send(terminating(rig, young));
    rig.standings.length = 0;
    await rig.tick();

    expect(rig.standings).toEqual([
      { cluster: 'prod', open: 2, blocked: 1, oldestOpenSeconds: 180 },
      { cluster: 'batch', open: 0, blocked: 0, oldestOpenSeconds: 0 },
    ]);
    expect(rig.entry('drain-blocked')?.sentence).toContain('Service web cannot move');
    stop(...old.tasks);
    await rig.send(old.tasks[0] && stoppedEvent(rig, old, old.tasks[0]));
    rig.standings.length = 0;
    await rig.tick();
    expect(rig.standings[0]?.open).toBe(1);
  });
});
