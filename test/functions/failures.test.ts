import { describe, expect, it, vi } from 'vitest';
import { TableMissingError } from '../../lib/aws/table.ts';
import { MINUTE } from '../../lib/clock.ts';
import { awsError, denied, throttled } from './calls.ts';
import { host, stop, tasks } from './hosts.ts';
import { createRig, spotEvent, stoppedEvent, terminating } from './rig.ts';

describe('a missing table', () => {
  it('is thrown with its remedy, so that Lambda tries again and then keeps the event', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    vi.spyOn(rig.store, 'append').mockRejectedValue(new TableMissingError('stevedore-prod', undefined));

    await expect(rig.send(terminating(rig, leaving))).rejects.toThrow(
      /no table stevedore-prod .*deploy the stack/,
    );
    expect(rig.world.calls).toEqual([]);
  });
});

describe('a permission that the role lacks', () => {
  it('for a read: is journalled with the action’s name, and thrown', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    rig.world.fail('ECS:DescribeContainerInstances', denied('ecs:DescribeContainerInstances'));

    await expect(rig.send(terminating(rig, leaving))).rejects.toThrow(/ecs:DescribeContainerInstances/);
    const entry = rig.entry('access-denied');
    expect(entry).toMatchObject({ outcome: 'failed', weight: 'notable', subject: leaving.id });
    expect(entry?.sentence).toContain('ecs:DescribeContainerInstances');
    expect(rig.world.writes()).toEqual([]);
  });

  it('for a change: is journalled with the action’s name, and thrown', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    rig.world.fail('ECS:UpdateContainerInstancesState', denied('ecs:UpdateContainerInstancesState'));

    await expect(rig.send(terminating(rig, leaving))).rejects.toThrow(/ecs:UpdateContainerInstancesState/);
    expect(rig.entry('access-denied')?.sentence).toContain('ecs:UpdateContainerInstancesState');
  });

  it('holds up nothing else, and the drain goes on once it is granted', async () => {
    const [leaving, other] = [host(1), host(2)];
    const rig = createRig({ hosts: [leaving, other] });
    rig.world.failWhen(
      'AutoScaling:CompleteLifecycleAction',
      denied('autoscaling:CompleteLifecycleAction'),
      ({ InstanceId }) => InstanceId === leaving.id && rig.clock.now() < granted,
    );
    const granted = rig.clock.now() + 90_000;
    await rig.send(terminating(rig, leaving));
    await rig.send(terminating(rig, other));

    await expect(rig.tick()).rejects.toThrow(/autoscaling:CompleteLifecycleAction/);
    expect(rig.world.waiting.map(({ instanceId }) => instanceId)).toEqual([leaving.id]);
    await rig.tick();
    expect(rig.world.waiting).toEqual([]);
  });
});

describe('edge 29: throttling beyond the retries', () => {
  it.each(['ECS:DescribeContainerInstances', 'ECS:UpdateContainerInstancesState'])(
    'of %s is journalled, not thrown, and the next tick goes on',
    async (call) => {
      const leaving = host(1);
      const rig = createRig({ hosts: [leaving] });
      rig.world.fail(call, throttled());

      await rig.send(terminating(rig, leaving));
      expect(rig.entry('throttled')).toMatchObject({ outcome: 'failed', subject: leaving.id });
      expect(leaving.status).toBe('ACTIVE');
      await rig.tick();
      expect(leaving.status).toBe('DRAINING');
    },
  );

  it('of the completion keeps the hook open, and the next tick completes it', async () => {
    const leaving = host(1, { tasks: tasks(1) });
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    rig.clock.advance(MINUTE);
    stop(...leaving.tasks);
    rig.world.fail('AutoScaling:CompleteLifecycleAction', throttled());

    await rig.send(leaving.tasks[0] && stoppedEvent(rig, leaving, leaving.tasks[0]));
    expect(await rig.record(leaving)).toMatchObject({ hooks: [{ state: 'open' }] });
    await rig.tick();
    expect(rig.world.waiting).toEqual([]);
    expect(await rig.record(leaving)).toMatchObject({ phase: 'leaving', hooks: [{ state: 'completed' }] });
  });

  it('of the sweep is journalled, and what is due is done all the same', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    rig.world.fail('ECS:DescribeContainerInstances', throttled());
    await rig.send(terminating(rig, leaving));
    rig.world.fail('AutoScaling:DescribeAutoScalingGroups', throttled());

    await rig.tick();
    expect(rig.entriesAbout('prod')).toMatchObject([
      { reason: 'throttled', outcome: 'failed', weight: 'notable' },
    ]);
    expect(leaving.status).toBe('DRAINING');
  });

  it('while the instance is looked for is thrown: nothing but the event would bring it back', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    rig.world.fail('ECS:ListContainerInstances', throttled());
    const event = spotEvent(leaving, rig.clock.now());

    await expect(rig.send(event)).rejects.toThrow('Rate exceeded');
    await rig.send(event);
    expect(leaving.status).toBe('DRAINING');
  });
});

describe('a cluster that ECS does not know', () => {
  const missing = () => awsError('ClusterNotFoundException', 'Cluster not found.');

  it('is journalled with its remedy, and thrown', async () => {
    const leaving = host(1);
    const rig = createRig({ hosts: [leaving] });
    rig.world.fail('ECS:ListContainerInstances', missing());

    await expect(rig.send(terminating(rig, leaving))).rejects.toThrow('Cluster not found');
    expect(rig.entry('cluster-not-found')).toMatchObject({ cluster: 'prod', outcome: 'failed' });
    expect(rig.entry('cluster-not-found')?.sentence).toContain('policy file');
  });

  it('does not hide the instances of the others from events that name no cluster', async () => {
    const spot = host(1, { cluster: 'batch' });
    const rig = createRig({ hosts: [spot] });
    rig.world.failWhen('ECS:ListContainerInstances', missing(), ({ cluster }) => cluster === 'prod');

    await rig.send(spotEvent(spot, rig.clock.now()));
    expect(spot.status).toBe('DRAINING');
    await expect(rig.send(spotEvent(host(9), rig.clock.now()))).rejects.toThrow('Cluster not found');
  });
});
