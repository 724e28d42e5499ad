import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import type { GroupSpec, HookSpec } from '../../simulator/autoscaling/model.ts';
import { first, prodWorld, published } from './worlds.ts';

/** A group of three that scales in by one, up to the moment when its hook waits. */
async function waiting(hook: Partial<HookSpec> = {}, group: Partial<GroupSpec> = {}) {
  const made = prodWorld({
    group: { hooks: [{ name: 'drain', heartbeatTimeoutMs: 5 * MINUTE, ...hook }], ...group },
  });
  const { world, autoScaling } = made;
  const oldest = first([...made.group.members.values()]);
  await autoScaling.setDesiredCapacity({ AutoScalingGroupName: 'prod-asg', DesiredCapacity: 2 });
  await world.run({ until: () => oldest.state === 'Terminating:Wait', limit: world.now() + MINUTE });
  const event = first(published(world, 'EC2 Instance-terminate Lifecycle Action'));
  const detail = event.detail as { LifecycleActionToken: string; EC2InstanceId: string };
  const action = { AutoScalingGroupName: 'prod-asg', LifecycleHookName: 'drain' };
  return {
    ...made,
    oldest,
    event,
    openedAt: world.now(),
    byToken: { ...action, LifecycleActionToken: detail.LifecycleActionToken },
    byInstance: { ...action, InstanceId: detail.EC2InstanceId },
  };
}

describe('a terminate lifecycle hook', () => {
  it('holds the oldest instance of a scale-in and says so on the bus', async () => {
    const { event, oldest, group } = await waiting({ notificationMetadata: '{"cluster":"prod"}' });
    expect(event).toMatchObject({
      source: 'aws.autoscaling',
      resources: [group.arn],
      detail: {
        AutoScalingGroupName: 'prod-asg',
        LifecycleHookName: 'drain',
        EC2InstanceId: oldest.instanceId,
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        NotificationMetadata: '{"cluster":"prod"}',
      },
    });
  });

  it.each(['byToken', 'byInstance'] as const)('ends when it is completed %s', async (by) => {
    const setting = await waiting();
    const { world, autoScaling, group, ec2, oldest } = setting;
    await autoScaling.completeLifecycleAction({ ...setting[by], LifecycleActionResult: 'CONTINUE' });
    await world.runFor(2 * MINUTE);
    expect(group.members.has(oldest.instanceId)).toBe(false);
    const { Reservations } = await ec2.describeInstances({ InstanceIds: [oldest.instanceId] });
    expect(Reservations?.[0]?.Instances?.[0]?.State?.Name).toBe('terminated');
    expect(published(world, 'EC2 Instance Terminate Successful')).toHaveLength(1);
  });

  it('edge 7: refuses a completed action with the error that AWS gives', async () => {
    const { autoScaling, byToken } = await waiting();
    const complete = () =>
      autoScaling.completeLifecycleAction({ ...byToken, LifecycleActionResult: 'CONTINUE' });
    await complete();
    await expect(complete()).rejects.toMatchObject({
      name: 'ValidationError',
      message: `No active Lifecycle Action found with token ${byToken.LifecycleActionToken}`,
    });
  });

  it('edge 7: refuses a heartbeat once the action has run out', async () => {
    const { world, autoScaling, byInstance, oldest } = await waiting();
    await world.runFor(5 * MINUTE - SECOND);
    expect(oldest.state).toBe('Terminating:Wait');
    await world.runFor(2 * SECOND);
    expect(oldest.state).toBe('Terminating:Proceed');
    await expect(autoScaling.recordLifecycleActionHeartbeat(byInstance)).rejects.toThrow(
      `No active Lifecycle Action found with instance ID ${oldest.instanceId}`,
    );
  });

  it('edge 3: a heartbeat restarts its time', async () => {
    const { world, autoScaling, byToken, oldest } = await waiting();
    await world.runFor(4 * MINUTE);
    await autoScaling.recordLifecycleActionHeartbeat(byToken);
    await world.runFor(4 * MINUTE);
    expect(oldest.state).toBe('Terminating:Wait');
    await world.runFor(2 * MINUTE);
    expect(oldest.state).not.toBe('Terminating:Wait');
  });

  it('edge 4: ends at 100 heartbeat timeouts, whatever the heartbeats', async () => {
    const { world, autoScaling, byToken, oldest, openedAt } = await waiting({
      heartbeatTimeoutMs: 30 * SECOND,
    });
    while (oldest.state === 'Terminating:Wait') {
      await autoScaling.recordLifecycleActionHeartbeat(byToken);
      await world.runFor(15 * SECOND);
    }
    expect(world.now() - openedAt).toBe(50 * MINUTE);
  });

  it('edge 4: and at 48 hours where that is less, as DescribeLifecycleHooks shows', async () => {
    const { autoScaling } = await waiting({ heartbeatTimeoutMs: HOUR });
    const { LifecycleHooks } = await autoScaling.describeLifecycleHooks({ AutoScalingGroupName: 'prod-asg' });
    expect(LifecycleHooks?.[0]).toMatchObject({
      HeartbeatTimeout: 3600,
      GlobalTimeout: 48 * 3600,
      DefaultResult: 'ABANDON',
    });
  });

  it('waits for every hook; ABANDON skips the others', async () => {
    const hooks = [{ name: 'drain' }, { name: 'other' }];
    const one = await waiting({}, { hooks });
    await one.autoScaling.completeLifecycleAction({ ...one.byToken, LifecycleActionResult: 'CONTINUE' });
    expect(one.oldest.state).toBe('Terminating:Wait');
    const two = await waiting({}, { hooks });
    await two.autoScaling.completeLifecycleAction({ ...two.byToken, LifecycleActionResult: 'ABANDON' });
    expect(two.oldest.state).toBe('Terminating:Proceed');
  });

  it('edge 6: retains an abandoned instance if the group says so, until it is terminated by name', async () => {
    const { world, autoScaling, byToken, oldest, group, ec2 } = await waiting({}, { retainOnAbandon: true });
    await autoScaling.completeLifecycleAction({ ...byToken, LifecycleActionResult: 'ABANDON' });
    await world.runFor(HOUR);
    const { AutoScalingGroups } = await autoScaling.describeAutoScalingGroups({});
    expect(AutoScalingGroups?.[0]?.Instances?.map(({ LifecycleState }) => LifecycleState)).toEqual([
      'Terminating:Retained',
      'InService',
      'InService',
    ]);
    await autoScaling.terminateInstanceInAutoScalingGroup({
      InstanceId: oldest.instanceId,
      ShouldDecrementDesiredCapacity: false,
    });
    await world.runFor(2 * MINUTE);
    expect(group.members.has(oldest.instanceId)).toBe(false);
    expect((await ec2.describeInstances({})).Reservations).toHaveLength(3);
  });
});

describe('a group', () => {
  it('launches instances that register in the cluster after their boot time', async () => {
    const { world, autoScaling, cluster } = prodWorld({ group: { bootMs: 30 * SECOND } });
    await autoScaling.setDesiredCapacity({ AutoScalingGroupName: 'prod-asg', DesiredCapacity: 5 });
    await world.runFor(20 * SECOND);
    expect(cluster.instances.size).toBe(3);
    await world.runFor(MINUTE);
    expect(cluster.instances.size).toBe(5);
  });

  it('spares instances that are protected from scale-in', async () => {
    const { world, autoScaling, group } = prodWorld({ group: { protectedFromScaleIn: true } });
    await autoScaling.setDesiredCapacity({ AutoScalingGroupName: 'prod-asg', DesiredCapacity: 0 });
    await world.runFor(MINUTE);
    expect([...group.members.values()].map(({ state }) => state)).toEqual([
      'InService',
      'InService',
      'InService',
    ]);
  });

  it('refuses a capacity outside of its bounds', async () => {
    const { autoScaling } = prodWorld({ group: { max: 4 } });
    await expect(
      autoScaling.setDesiredCapacity({ AutoScalingGroupName: 'prod-asg', DesiredCapacity: 5 }),
    ).rejects.toMatchObject({ name: 'ValidationError' });
  });

  it('edge 21: sees a direct termination late, when ECS may have forgotten the instance, and replaces it', async () => {
    const { world, cluster, group, instances } = prodWorld({ group: { hooks: [{ name: 'drain' }] } });
    const host = first(instances);
    world.ec2.terminate(host.ec2InstanceId);
    await world.runFor(3 * MINUTE);
    expect(host.status).toBe('INACTIVE');
    expect(published(world, 'EC2 Instance-terminate Lifecycle Action')).toHaveLength(1);
    const states = [...group.members.values()].map(({ state }) => state);
    expect(states).toEqual(['Terminating:Wait', 'InService', 'InService', 'InService']);
    expect([...cluster.instances.values()].filter(({ status }) => status === 'ACTIVE')).toHaveLength(3);
  });
});
