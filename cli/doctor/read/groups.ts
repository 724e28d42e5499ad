import {
  type AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  DescribeLifecycleHooksCommand,
  type LaunchTemplateSpecification,
} from '@aws-sdk/client-auto-scaling';
import { mapConcurrent } from '../../../lib/aws/batch.ts';
import { isGroupMissing } from '../../../lib/aws/errors.ts';
import { collectPages } from '../../../lib/aws/paging.ts';
import type { GroupView } from '../snapshot.ts';
import { CONCURRENCY, inBatches } from './in-batches.ts';

/** Also the size of a page by default. */
const GROUPS_A_CALL = 50;
/** The longest that any hook may wait (Auto Scaling user guide, "lifecycle hooks"): 48 hours, or 100 heartbeats. */
const LONGEST_SECONDS = 172_800;
const MOST_HEARTBEATS = 100;
const DEFAULT_HEARTBEAT_SECONDS = 3_600;

/** Those that exist. */
export const readGroups = (client: AutoScalingClient, names: Iterable<string>): Promise<AutoScalingGroup[]> =>
  inBatches(names, GROUPS_A_CALL, (some) =>
    collectPages('Auto Scaling DescribeAutoScalingGroups', async (NextToken) => {
      const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: some, NextToken });
      const page = await client.send(command);
      return { items: page.AutoScalingGroups, next: page.NextToken };
    }),
  );

/** The terminate hooks of each group. */
export async function readHooks(
  client: AutoScalingClient,
  names: readonly string[],
): Promise<Map<string, GroupView['hooks']>> {
  const hooks = await mapConcurrent(
    names,
    CONCURRENCY,
    async (name): Promise<[string, GroupView['hooks']]> => [name, await hooksOf(client, name)],
  );
  return new Map(hooks);
}

async function hooksOf(client: AutoScalingClient, name: string): Promise<GroupView['hooks']> {
  try {
    const { LifecycleHooks = [] } = await client.send(
      new DescribeLifecycleHooksCommand({ AutoScalingGroupName: name }),
    );
    return LifecycleHooks.filter(
      (hook) => hook.LifecycleTransition === 'autoscaling:EC2_INSTANCE_TERMINATING',
    ).map(({ LifecycleHookName = '', GlobalTimeout, HeartbeatTimeout = DEFAULT_HEARTBEAT_SECONDS }) => ({
      name: LifecycleHookName,
      longestMs: (GlobalTimeout ?? Math.min(LONGEST_SECONDS, MOST_HEARTBEATS * HeartbeatTimeout)) * 1_000,
    }));
  } catch (error) {
    // It was deleted meanwhile.
    if (isGroupMissing(error)) return [];
    throw error;
  }
}

/** Every launch template that a group may start instances from. Launch configurations are not looked at. */
export function templatesOf({
  LaunchTemplate,
  MixedInstancesPolicy,
}: AutoScalingGroup): LaunchTemplateSpecification[] {
  const mixed = MixedInstancesPolicy?.LaunchTemplate;
  const overrides = (mixed?.Overrides ?? []).map((one) => one.LaunchTemplateSpecification);
  return [LaunchTemplate, mixed?.LaunchTemplateSpecification, ...overrides].filter(
    (one) => one !== undefined,
  );
}

export const groupView = (
  group: AutoScalingGroup,
  hooks: GroupView['hooks'],
  templates: GroupView['templates'],
): GroupView => ({
  name: group.AutoScalingGroupName ?? '',
  arn: group.AutoScalingGroupARN ?? group.AutoScalingGroupName ?? '',
  minSize: group.MinSize ?? 0,
  maxSize: group.MaxSize ?? 0,
  protectsNew: group.NewInstancesProtectedFromScaleIn ?? false,
  instances: (group.Instances ?? []).map(
    ({ InstanceId = '', LifecycleState = '', ProtectedFromScaleIn }) => ({
      id: InstanceId,
      state: LifecycleState,
      protected: ProtectedFromScaleIn ?? false,
    }),
  ),
  hooks,
  templates,
});
