import type { TemplateVersion } from '../ec2/launch-templates.ts';
import type { Group, Member } from './model.ts';

/** As DescribeAutoScalingGroups tells a group. */
export function groupShape(group: Group): object {
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    ...launchShape(group),
    MinSize: group.min,
    MaxSize: group.max,
    DesiredCapacity: group.desired,
    DefaultCooldown: 300,
    AvailabilityZones: [...group.zones],
    HealthCheckType: 'EC2',
    CreatedTime: new Date(group.createdAt),
    Instances: [...group.members.values()].map(memberShape),
    SuspendedProcesses: [...group.suspended].map((name) => ({
      ProcessName: name,
      SuspensionReason: 'User suspended',
    })),
    DefaultInstanceWarmup: group.spec.warmupMs === undefined ? undefined : group.spec.warmupMs / 1000,
    NewInstancesProtectedFromScaleIn: group.spec.protectedFromScaleIn ?? false,
  };
}

/** One excludes the other: API reference, CreateAutoScalingGroup. */
function launchShape({ template, spec }: Group): object {
  const own = {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    Version: spec.templateVersion ?? '$Latest',
  };
  if (spec.instanceTypes === undefined) return { LaunchTemplate: own };
  const Overrides = spec.instanceTypes.map((InstanceType) => ({ InstanceType }));
  return { MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification: own, Overrides } } };
}

export function memberShape(member: Member): object {
  return {
    InstanceId: member.instanceId,
    InstanceType: member.type,
    AvailabilityZone: member.zone,
    LifecycleState: member.state,
    HealthStatus: member.healthy ? 'Healthy' : 'Unhealthy',
    LaunchTemplate: usedShape(member.template),
    ProtectedFromScaleIn: member.protectedFromScaleIn,
  };
}

/** The version's number, whatever the group calls it. */
const usedShape = ({ template, number }: TemplateVersion) => ({
  LaunchTemplateId: template.id,
  LaunchTemplateName: template.name,
  Version: String(number),
});
