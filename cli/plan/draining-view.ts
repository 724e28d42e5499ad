import {
  DescribeAutoScalingInstancesCommand,
  DescribeLifecycleHooksCommand,
  type LifecycleHook,
} from '@aws-sdk/client-auto-scaling';
import type { ContainerInstance } from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../../lib/aws/batch.ts';
import type { AwsClients } from '../../lib/aws/clients.ts';
import { isHookGroupMissing } from '../../lib/aws/errors.ts';
import type { EpochMs } from '../../lib/clock.ts';
import { newRecord } from '../../lib/draining/intake.ts';
import { describeContainerInstances, listContainerInstances, observe } from '../../lib/draining/observe.ts';
import type { ClusterPolicy } from '../../lib/draining/policy.ts';
import type { Snapshot } from '../../lib/draining/snapshot.ts';
import { type GroupName, type InstanceId, instanceId } from '../../lib/ids.ts';

/** A cluster as a plan of draining needs it. */
export interface ClusterView {
  readonly instances: readonly InstanceOfCluster[];
  /** The terminate hooks of the policy's groups; undefined: there is no such group. */
  readonly hooks: ReadonlyMap<GroupName, readonly LifecycleHook[] | undefined>;
}

export interface InstanceOfCluster {
  readonly id: InstanceId;
  /** Undefined: in no Auto Scaling group. */
  readonly group: string | undefined;
  readonly active: boolean;
  readonly connected: boolean;
  readonly draining: boolean;
  readonly capacityProvider: string | undefined;
  /** As the function sees it before it would drain it. */
  readonly snapshot: Snapshot;
}

/** DescribeAutoScalingInstances takes 50 ids (Auto Scaling API reference). */
const INSTANCE_BATCH = 50;
const CONCURRENT_READS = 4;
/** The other kind of hook holds instances that are launched (Auto Scaling API reference, LifecycleHook). */
const TERMINATING = 'EC2_INSTANCE_TERMINATING';

/**
 * Reads all container instances of a cluster, who owns them, and the hooks of the policy's groups.
 * @throws what AWS throws beyond the retries
 */
export async function readCluster(
  clients: AwsClients,
  { cluster, groups, standaloneTasks }: ClusterPolicy,
  now: EpochMs,
): Promise<ClusterView> {
  const [described, hooks] = await Promise.all([
    listContainerInstances(clients, cluster, {}).then((arns) =>
      describeContainerInstances(clients, cluster, arns),
    ),
    mapConcurrent(
      groups,
      CONCURRENT_READS,
      async ({ name }) => [name, await hooksOf(clients, name)] as const,
    ),
  ]);
  const known = described.flatMap((one) =>
    one.ec2InstanceId ? [{ one, id: instanceId(one.ec2InstanceId) }] : [],
  );
  const ids = known.map(({ id }) => id);
  const owners = await groupsOf(clients, ids);
  const look = { instance: true, tasks: false, hooks: [], ec2: false, diagnosis: false };
  // Standalone tasks matter only where the policy refuses them; to list the tasks of all would take a call for each.
  const examples = new Set(standaloneTasks.kind === 'refuse' ? firstOfEach(known, owners) : []);
  const requests = ids.map((id) => ({
    record: newRecord(id, cluster, now),
    look: { ...look, tasks: examples.has(id) },
  }));
  const snapshots = await observe(clients, cluster, requests, now);
  const instances = known.map(({ one, id }) => viewOf(one, id, owners.get(id), snapshots.get(id) ?? {}));
  return { instances, hooks: new Map(hooks) };
}

/** An instance of the group to show what a trigger leads to; a better one is ACTIVE. */
export const exampleOf = (
  { instances }: Pick<ClusterView, 'instances'>,
  group: string,
): InstanceOfCluster | undefined => {
  const own = instances.filter((one) => one.group === group);
  return own.find(({ active }) => active) ?? own[0];
};

function firstOfEach(
  known: readonly { readonly one: ContainerInstance; readonly id: InstanceId }[],
  owners: ReadonlyMap<string, string>,
): InstanceId[] {
  const instances = known.map(({ one, id }) => viewOf(one, id, owners.get(id), {}));
  return [...new Set(owners.values())].flatMap((group) => exampleOf({ instances }, group)?.id ?? []);
}

function viewOf(
  one: ContainerInstance,
  id: InstanceId,
  group: string | undefined,
  snapshot: Snapshot,
): InstanceOfCluster {
  return {
    id,
    group,
    active: one.status === 'ACTIVE',
    connected: one.agentConnected ?? false,
    draining: one.status === 'DRAINING',
    capacityProvider: one.capacityProviderName,
    snapshot,
  };
}

async function hooksOf(
  { autoScaling }: AwsClients,
  group: GroupName,
): Promise<readonly LifecycleHook[] | undefined> {
  try {
    const command = new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group });
    const { LifecycleHooks = [] } = await autoScaling.send(command);
    return LifecycleHooks.filter(({ LifecycleTransition = '' }) => LifecycleTransition.endsWith(TERMINATING));
  } catch (error) {
    if (isHookGroupMissing(error)) return undefined;
    throw error;
  }
}

async function groupsOf(
  { autoScaling }: AwsClients,
  ids: readonly InstanceId[],
): Promise<Map<string, string>> {
  // What is registered by Systems Manager (ECS Anywhere) is in no group, and not asked for.
  const own = ids.filter((id) => id.startsWith('i-'));
  const pages = await mapConcurrent(chunk(own, INSTANCE_BATCH), CONCURRENT_READS, (InstanceIds) =>
    autoScaling.send(new DescribeAutoScalingInstancesCommand({ InstanceIds })),
  );
  const found = pages.flatMap(({ AutoScalingInstances = [] }) => AutoScalingInstances);
  return new Map(
    found.map(({ InstanceId = '', AutoScalingGroupName = '' }) => [InstanceId, AutoScalingGroupName]),
  );
}
