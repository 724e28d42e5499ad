import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import type { GroupSpec } from '../../simulator/autoscaling/model.ts';
import type { WorldOptions } from '../../simulator/world.ts';
import { first, prodWorld } from './worlds.ts';

const ASG = { AutoScalingGroupName: 'prod-asg' };

function grouped(group: Partial<GroupSpec> = {}, options: WorldOptions = {}) {
  const made = prodWorld({ ...options, group });
  const describe = async () =>
    first((await made.autoScaling.describeAutoScalingGroups({})).AutoScalingGroups ?? []);
  const zones = () => [...made.group.members.values()].map(({ zone }) => zone.at(-1)).toSorted();
  return { ...made, describe, zones };
}

describe('an Auto Scaling group', () => {
  it('tells its zones, its launch template, and of each instance what it was launched from', async () => {
    const { describe, group } = grouped();
    const { AvailabilityZones, LaunchTemplate, MixedInstancesPolicy, Instances } = await describe();
    expect(AvailabilityZones).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c']);
    expect(LaunchTemplate).toMatchObject({ LaunchTemplateId: group.template.id, Version: '$Latest' });
    expect(MixedInstancesPolicy).toBeUndefined();
    expect(Instances?.[0]).toMatchObject({
      AvailabilityZone: 'eu-west-1a',
      InstanceType: 'm7g.large',
      LifecycleState: 'InService',
      ProtectedFromScaleIn: false,
      LaunchTemplate: { LaunchTemplateId: group.template.id, Version: '1' },
    });
  });

  it('with overrides launches any of them, and what registers follows the type', async () => {
    const { describe, instances } = grouped({ instances: 12, instanceTypes: ['m6i.large', 'm6i.xlarge'] });
    const { LaunchTemplate, MixedInstancesPolicy } = await describe();
    expect(LaunchTemplate).toBeUndefined();
    expect(MixedInstancesPolicy?.LaunchTemplate?.Overrides).toEqual([
      { InstanceType: 'm6i.large' },
      { InstanceType: 'm6i.xlarge' },
    ]);
    const sizes = instances.map(({ attributes, cpu, memory }) => [
      attributes.get('ecs.instance-type'),
      cpu,
      memory,
    ]);
    expect(sizes).toContainEqual(['m6i.large', 2048, 7680]);
    expect(sizes).toContainEqual(['m6i.xlarge', 4096, 15360]);
  });

  it('launches where it has the fewest instances', async () => {
    const { world, autoScaling, group, zones } = grouped({ instances: 6 });
    const inB = [...group.members.values()].filter(({ zone }) => zone.endsWith('b'));
    for (const { instanceId: InstanceId } of inB) {
      const ShouldDecrementDesiredCapacity = true;
      await autoScaling.terminateInstanceInAutoScalingGroup({ InstanceId, ShouldDecrementDesiredCapacity });
    }
    await world.runFor(3 * MINUTE);
    expect(zones()).toEqual(['a', 'a', 'c', 'c']);
    await autoScaling.setDesiredCapacity({ ...ASG, DesiredCapacity: 6 });
    await world.runFor(MINUTE);
    expect(zones()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  // The errors as in hashicorp/nomad-autoscaler#1290 and aws/aws-cli#47.
  it('terminates an instance with or without a replacement, and refuses where there is no room below', async () => {
    const { world, autoScaling, group } = grouped({ instances: 3, min: 2 });
    const [one = '', two = '', three = ''] = group.members.keys();
    const terminate = (InstanceId: string, ShouldDecrementDesiredCapacity: boolean) =>
      autoScaling.terminateInstanceInAutoScalingGroup({ InstanceId, ShouldDecrementDesiredCapacity });
    await terminate(one, true);
    expect(group.desired).toBe(2);
    await expect(terminate(two, true)).rejects.toMatchObject({
      name: 'ValidationError',
      message:
        "Currently, desiredSize equals minSize (2). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
    });
    await terminate(three, false);
    await world.runFor(3 * MINUTE);
    expect([group.members.size, group.members.has(three)]).toEqual([2, false]);
    await expect(terminate('i-none', true)).rejects.toThrow(
      'Instance Id not found - No managed instance found for instance ID: i-none',
    );
  });

  // User guide, "Rebalancing activities": launch first, then terminate.
  it.each([
    ['AZRebalance moves an instance from the zone that has too many', true, [], ['a', 'b', 'b', 'c', 'c']],
    ['not when it is suspended', true, ['AZRebalance'], ['b', 'b', 'b', 'c', 'c']],
    ['nor unless the world has it', false, [], ['b', 'b', 'b', 'c', 'c']],
  ])('%s', async (_what, rebalancesZones, suspended, expected) => {
    const { world, autoScaling, group, zones } = grouped(
      { instances: 8, suspended: ['AZRebalance'] },
      { rebalancesZones },
    );
    const leaving = [...group.members.values()].filter(({ zone }) => zone.endsWith('a'));
    for (const { instanceId: InstanceId } of leaving) {
      await autoScaling.terminateInstanceInAutoScalingGroup({
        InstanceId,
        ShouldDecrementDesiredCapacity: true,
      });
    }
    await world.runFor(5 * MINUTE);
    if (suspended.length === 0) {
      await autoScaling.resumeProcesses({ ...ASG, ScalingProcesses: ['AZRebalance'] });
    }
    let most = group.members.size;
    await world.run({
      until: () => {
        most = Math.max(most, group.members.size);
        return false;
      },
      limit: world.now() + 20 * MINUTE,
    });
    expect(zones()).toEqual(expected);
    expect(most).toBe(rebalancesZones && suspended.length === 0 ? 6 : 5);
  });
});

describe('EC2', () => {
  it('describes instances with what they were launched as', async () => {
    const { ec2, group } = grouped({ spot: true });
    const { Reservations } = await ec2.describeInstances({});
    expect(Reservations?.[0]?.Instances?.[0]).toMatchObject({
      InstanceType: 'm7g.large',
      InstanceLifecycle: 'spot',
      ImageId: group.template.versions[0]?.imageId,
      Placement: { AvailabilityZone: 'eu-west-1a' },
    });
  });

  it('describes instance types', async () => {
    const { ec2 } = grouped();
    const Filters = [{ Name: 'instance-type', Values: ['g4dn.xlarge', 'm7g.medium', 'x9.huge'] }];
    const { InstanceTypes = [] } = await ec2.describeInstanceTypes({ Filters });
    expect(InstanceTypes.map(({ InstanceType }) => InstanceType)).toEqual(['m7g.medium', 'g4dn.xlarge']);
    expect(InstanceTypes[1]).toMatchObject({
      VCpuInfo: { DefaultVCpus: 4 },
      MemoryInfo: { SizeInMiB: 16384 },
      GpuInfo: { Gpus: [{ Count: 1 }] },
      NetworkInfo: { MaximumNetworkInterfaces: 3 },
      ProcessorInfo: { SupportedArchitectures: ['x86_64'] },
    });
  });

  it('describes versions of launch templates, and groups launch from the newest', async () => {
    const { world, ec2, autoScaling, group } = grouped();
    world.ec2.launchTemplates.addVersion(group.template, { imageId: 'ami-new' });
    const { id: LaunchTemplateId } = group.template;
    const version = async (Version: string) => {
      const answer = await ec2.describeLaunchTemplateVersions({ LaunchTemplateId, Versions: [Version] });
      return answer.LaunchTemplateVersions?.[0];
    };
    expect(await version('$Latest')).toMatchObject({
      VersionNumber: 2,
      DefaultVersion: false,
      LaunchTemplateData: { ImageId: 'ami-new', InstanceType: 'm7g.large' },
    });
    expect(await version('$Default')).toMatchObject({ VersionNumber: 1, DefaultVersion: true });
    await expect(version('7')).rejects.toMatchObject({ name: 'InvalidLaunchTemplateId.VersionNotFound' });

    await autoScaling.setDesiredCapacity({ ...ASG, DesiredCapacity: 4 });
    await world.runFor(MINUTE);
    expect([...group.members.values()].map(({ template }) => template.number)).toEqual([1, 1, 1, 2]);
  });
});
