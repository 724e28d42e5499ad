import {
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
  PutLifecycleHookCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateClusterCommand,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
  RegisterContainerInstanceCommand,
} from '@aws-sdk/client-ecs';
import type { Aws } from './aws.ts';
import { HOOK } from './names.ts';

interface Hosts {
  readonly cluster: string;
  readonly group: string;
  readonly zone: string;
}

/** A cluster, a group of two instances, and the instances in the cluster. Resolves to their ids. */
export async function createHosts({ autoScaling, ecs }: Aws, { cluster, group, zone }: Hosts) {
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const launch = { LaunchConfigurationName: group };
  const image = { ImageId: 'ami-12c6146b', InstanceType: 't3.small' as const };
  await autoScaling.send(new CreateLaunchConfigurationCommand({ ...launch, ...image }));
  const size = { MinSize: 2, MaxSize: 2, AvailabilityZones: [zone] };
  const named = { AutoScalingGroupName: group };
  await autoScaling.send(new CreateAutoScalingGroupCommand({ ...named, ...launch, ...size }));
  const described = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] });
  const { AutoScalingGroups: [{ Instances = [] } = {}] = [] } = await autoScaling.send(described);
  const ids = Instances.map(({ InstanceId }) => InstanceId ?? '');
  for (const instanceId of ids) {
    const instanceIdentityDocument = JSON.stringify({ instanceId, region: zone.slice(0, -1) });
    await ecs.send(new RegisterContainerInstanceCommand({ cluster, instanceIdentityDocument }));
  }
  return ids;
}

/** The terminate hook, as docs/policy.md has it. */
export async function putHook({ autoScaling }: Aws, group: string): Promise<void> {
  await autoScaling.send(
    new PutLifecycleHookCommand({
      AutoScalingGroupName: group,
      LifecycleHookName: HOOK,
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      HeartbeatTimeout: 600,
      DefaultResult: 'CONTINUE',
    }),
  );
}

/** What ECS says of the container instance; undefined: it has none of this EC2 instance. */
export async function statusOf(
  { ecs }: Aws,
  cluster: string,
  instanceId: string,
): Promise<string | undefined> {
  const listed = await ecs.send(new ListContainerInstancesCommand({ cluster }));
  const request = { cluster, containerInstances: listed.containerInstanceArns };
  const { containerInstances = [] } = await ecs.send(new DescribeContainerInstancesCommand(request));
  return containerInstances.find(({ ec2InstanceId }) => ec2InstanceId === instanceId)?.status;
}
