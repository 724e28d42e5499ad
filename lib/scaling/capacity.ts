import { type AutoScalingGroup, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeServicesCommand, ListContainerInstancesCommand, type Service } from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../aws/batch.ts';
import { isClusterNotFound } from '../aws/errors.ts';
import { collectPages } from '../aws/paging.ts';
import type { ScalingClients } from '../aws/scaling-clients.ts';
import type { EpochMs } from '../clock.ts';
import type { ClusterName } from '../ids.ts';
import type { Target } from './policy.ts';
import type { ScalingRecord } from './record.ts';
import type { CapacityView } from './snapshot.ts';

type ServiceTarget = Extract<Target, { readonly kind: 'service' }>;
type GroupTarget = Extract<Target, { readonly kind: 'group' }>;

export interface CapacityRequest {
  readonly target: Target;
  readonly record: ScalingRecord;
}

/** Limits of the ECS and Auto Scaling API references; the length of a filter is not published, so it is kept short. */
const SERVICE_BATCH = 10;
const GROUP_BATCH = 100;
const FILTER_BATCH = 50;
/** Suspended, these mean that a change would do nothing, or that somebody wants no scaling; the others do not matter. */
const HOLDING = ['Launch', 'Terminate', 'AlarmNotification'];
const CONCURRENT_READS = 4;

/**
 * How many of each target there are now, by target id, in as few calls as the API allows.
 * Throws what AWS throws beyond the retries; a target that does not exist is `missing`.
 */
export async function readCapacities(
  clients: ScalingClients,
  requests: readonly CapacityRequest[],
  now: EpochMs,
): Promise<Map<string, CapacityView | 'missing'>> {
  const targets = requests.map(({ target }) => target);
  const [services, groups] = await Promise.all([
    readServices(
      clients,
      targets.filter((target) => target.kind === 'service'),
    ),
    readGroups(
      clients,
      targets.filter((target) => target.kind === 'group'),
    ),
  ]);
  const views = new Map<string, CapacityView | 'missing'>();
  for (const { target, record } of requests) {
    if (target.kind === 'service') {
      views.set(target.id, serviceView(services.get(target.id)));
    } else {
      const group = groups.get(target.group);
      views.set(target.id, group ? await groupView(clients, target, group, record, now) : 'missing');
    }
  }
  return views;
}

async function readServices(
  { ecs }: ScalingClients,
  targets: readonly ServiceTarget[],
): Promise<Map<string, Service>> {
  const byCluster = [...Map.groupBy(targets, ({ cluster }) => cluster)];
  const batches = byCluster.flatMap(([cluster, some]) =>
    chunk(some, SERVICE_BATCH).map((batch) => ({ cluster, batch })),
  );
  const found = new Map<string, Service>();
  await mapConcurrent(batches, CONCURRENT_READS, async ({ cluster, batch }) => {
    const names = batch.map(({ service }) => service);
    try {
      const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: names }));
      for (const { id, service } of batch) {
        const one = services.find(({ serviceName }) => serviceName === service);
        if (one) found.set(id, one);
      }
    } catch (error) {
      // One cluster that was deleted must not keep the others from being scaled.
      if (!isClusterNotFound(error)) throw error;
    }
  });
  return found;
}

/** A service that is being deleted (DRAINING) or was (INACTIVE) has no count to set. */
function serviceView(service: Service | undefined): CapacityView | 'missing' {
  if (service?.status !== 'ACTIVE') return 'missing';
  const { deployments = [], taskSets = [], runningCount = 0 } = service;
  const primary = deployments.find(({ status }) => status === 'PRIMARY');
  return {
    desired: service.desiredCount ?? 0,
    // Old and new tasks run side by side in a deployment, and both count in runningCount (containers-roadmap#525).
    running: primary?.runningCount ?? runningCount,
    // Services of CodeDeploy and of external controllers have task sets and no deployments.
    deploying: deployments.length > 1 || primary?.rolloutState === 'IN_PROGRESS' || taskSets.length > 1,
    warming: 0,
    protectedFromScaleIn: 0,
    bounds: null,
    suspended: [],
  };
}

async function readGroups(
  { autoScaling }: ScalingClients,
  targets: readonly GroupTarget[],
): Promise<Map<string, AutoScalingGroup>> {
  const names = targets.map(({ group }) => group);
  const pages = await mapConcurrent(chunk(names, GROUP_BATCH), CONCURRENT_READS, (some) =>
    collectPages('Auto Scaling DescribeAutoScalingGroups', async (NextToken) => {
      const command = new DescribeAutoScalingGroupsCommand({
        AutoScalingGroupNames: some,
        MaxRecords: GROUP_BATCH,
        NextToken,
      });
      const page = await autoScaling.send(command);
      return { items: page.AutoScalingGroups, next: page.NextToken };
    }),
  );
  return new Map(pages.flat().map((group) => [group.AutoScalingGroupName ?? '', group]));
}

async function groupView(
  clients: ScalingClients,
  target: GroupTarget,
  group: AutoScalingGroup,
  record: ScalingRecord,
  now: EpochMs,
): Promise<CapacityView> {
  const { Instances = [], SuspendedProcesses = [], MinSize = 0, MaxSize = 0, DesiredCapacity = 0 } = group;
  const inService = Instances.filter(({ LifecycleState }) => LifecycleState === 'InService');
  const pending = Instances.filter(({ LifecycleState = '' }) => LifecycleState.startsWith('Pending')).length;
  const ids = inService.map(({ InstanceId = '' }) => InstanceId);
  const running = target.cluster === null ? ids.length : await countUsable(clients, target.cluster, ids);
  return {
    desired: DesiredCapacity,
    running,
    unusable: ids.length - running,
    deploying: false,
    warming: Math.min(Instances.length, Math.max(pending, addedLately(record, target.warmupMs, now))),
    protectedFromScaleIn: inService.filter(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn).length,
    bounds: { min: MinSize, max: MaxSize },
    suspended: SuspendedProcesses.flatMap(({ ProcessName = '' }) =>
      HOLDING.includes(ProcessName) ? [ProcessName] : [],
    ),
  };
}

/** Auto Scaling does not say when it launched an instance, so that it is counted by what we have added. */
function addedLately({ changes }: ScalingRecord, warmupMs: number, now: EpochMs): number {
  const lately = changes.filter(({ at, from, to }) => to > from && at + warmupMs > now);
  return lately.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** DRAINING instances take no tasks, and one whose agent is silent does not either (amazon-ecs-agent#718). */
async function countUsable(
  { ecs }: ScalingClients,
  cluster: ClusterName,
  ids: readonly string[],
): Promise<number> {
  const lists = await mapConcurrent(chunk(ids, FILTER_BATCH), CONCURRENT_READS, (some) =>
    collectPages(`ECS ListContainerInstances of cluster ${cluster}`, async (nextToken) => {
      const filter = `agentConnected == true and ec2InstanceId in [${some.join(', ')}]`;
      const command = new ListContainerInstancesCommand({ cluster, status: 'ACTIVE', filter, nextToken });
      const page = await ecs.send(command);
      return { items: page.containerInstanceArns, next: page.nextToken };
    }),
  );
  return lists.flat().length;
}
