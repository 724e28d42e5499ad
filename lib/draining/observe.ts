import { DescribeLifecycleHooksCommand, type LifecycleHook } from '@aws-sdk/client-auto-scaling';
import {
  type ContainerInstance,
  DescribeCapacityProvidersCommand,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
} from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../aws/batch.ts';
import type { AwsClients } from '../aws/clients.ts';
import { isHookGroupMissing } from '../aws/errors.ts';
import { collectPages } from '../aws/paging.ts';
import type { EpochMs } from '../clock.ts';
import { type ClusterName, containerInstanceArn, type GroupName, type InstanceId } from '../ids.ts';
import { readCircumstances } from './circumstances.ts';
import { diagnose } from './diagnose.ts';
import type { DrainRecord } from './record.ts';
import {
  type HookView,
  hookKey,
  type InstanceView,
  type Look,
  type Snapshot,
  type StandDown,
} from './snapshot.ts';
import { type Host, readTasks } from './tasks.ts';

/** Limits of the ECS API: 100 per Describe call; the filter's length is not published, so the list is kept short. */
const DESCRIBE_BATCH = 100;
const FILTER_BATCH = 50;
/** Reads share 20 calls a second per account and Region, so few are made at once. */
const CONCURRENT_READS = 4;

export interface Request {
  readonly record: DrainRecord;
  readonly look: Look;
}

/**
 * Reads what the looks ask for, for many instances of one cluster in as few calls as the API allows.
 * Throws what AWS throws beyond the retries; nothing is decided on half a picture.
 */
export async function observe(
  clients: AwsClients,
  cluster: ClusterName,
  requests: readonly Request[],
  now: EpochMs,
): Promise<Map<InstanceId, Snapshot>> {
  const wanting = (flag: 'instance' | 'ec2') =>
    requests.filter(({ look }) => look[flag]).map(({ record }) => record);
  const [instances, ec2] = await Promise.all([
    readInstances(clients, cluster, wanting('instance')),
    readEc2(clients, wanting('ec2')),
  ]);
  const begin = requests
    .filter(({ record }) => record.phase === 'requested')
    .map(({ record }) => record.instanceId);
  const [hooks, standDowns] = await Promise.all([
    readHooks(clients, requests),
    readStandDowns(
      clients,
      begin.flatMap((id) => instances.get(id) ?? []),
    ),
  ]);
  const standDownOf = (id: InstanceId) => standDowns.get(instances.get(id)?.capacityProviderName ?? '');
  const isUnlisted = ({ record, look }: Request) => {
    const found = instances.get(record.instanceId);
    return look.instance && (found === undefined || found.status === 'INACTIVE');
  };
  const hosts = requests
    .filter(
      (request) => request.look.tasks && !isUnlisted(request) && !standDownOf(request.record.instanceId),
    )
    .flatMap(({ record }): Host[] => {
      const arn = instances.get(record.instanceId)?.containerInstanceArn ?? record.containerInstance;
      return arn ? [{ record, arn: containerInstanceArn(arn) }] : [];
    });
  const listed = await readTasks(clients, cluster, hosts);
  // The same few services are on many instances, so what keeps their tasks is read once for all.
  const stalled = requests
    .filter(({ look }) => look.diagnosis)
    .map(({ record }) => listed.get(record.instanceId));
  const circumstances = await readCircumstances(clients, cluster, stalled.filter(Array.isArray).flat());
  const snapshots = new Map<InstanceId, Snapshot>();
  for (const request of requests) {
    const { record, look } = request;
    const id = record.instanceId;
    const found = instances.get(id);
    const standDown = standDownOf(id);
    const seen = listed.get(id);
    const gone = isUnlisted(request) || seen === 'gone';
    const tasks = seen === 'gone' ? undefined : seen;
    const blockers = look.diagnosis && tasks ? diagnose({ ...circumstances, tasks }, now) : undefined;
    snapshots.set(id, {
      ...(gone ? { instance: 'gone' as const } : found ? { instance: viewOf(found) } : {}),
      ...(tasks ? { tasks } : {}),
      ...(look.hooks.length > 0 ? { hooks } : {}),
      ...(look.ec2 ? { ec2: ec2.get(id) ?? 'not-found' } : {}),
      ...(blockers ? { blockers } : {}),
      // ECS Anywhere registers under the id that Systems Manager gave: mi-… (ECS API reference, ContainerInstance).
      ...(id.startsWith('mi-')
        ? { standDown: 'external-instance' as const }
        : standDown
          ? { standDown }
          : {}),
    });
  }
  return snapshots;
}

/** Finds container instances by their EC2 ids, whatever their status but INACTIVE. */
export async function findContainerInstances(
  clients: AwsClients,
  cluster: ClusterName,
  ids: readonly InstanceId[],
): Promise<string[]> {
  const lists = await mapConcurrent(chunk(ids, FILTER_BATCH), CONCURRENT_READS, (some) => {
    const filter =
      some.length === 1 ? `ec2InstanceId == ${some[0]}` : `ec2InstanceId in [${some.join(', ')}]`;
    return listContainerInstances(clients, cluster, { filter });
  });
  return lists.flat();
}

export function listContainerInstances(
  clients: AwsClients,
  cluster: ClusterName,
  which: { filter?: string; status?: 'ACTIVE' | 'DRAINING' },
): Promise<string[]> {
  return collectPages(`ECS ListContainerInstances of cluster ${cluster}`, async (nextToken) => {
    const page = await clients.ecs.send(new ListContainerInstancesCommand({ cluster, ...which, nextToken }));
    return { items: page.containerInstanceArns, next: page.nextToken };
  });
}

/** Descriptions of container instances; those that ECS reports MISSING are left out. */
export async function describeContainerInstances(
  clients: AwsClients,
  cluster: ClusterName,
  arns: readonly string[],
): Promise<ContainerInstance[]> {
  const answers = await mapConcurrent(chunk(arns, DESCRIBE_BATCH), CONCURRENT_READS, (containerInstances) =>
    clients.ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances })),
  );
  return answers.flatMap((answer) => answer.containerInstances ?? []);
}

async function readInstances(
  clients: AwsClients,
  cluster: ClusterName,
  records: readonly DrainRecord[],
): Promise<Map<InstanceId, ContainerInstance>> {
  const unknown = records.filter((record) => record.containerInstance === undefined);
  const known = records.flatMap((record) => record.containerInstance ?? []);
  const found = await findContainerInstances(
    clients,
    cluster,
    unknown.map(({ instanceId }) => instanceId),
  );
  const described = await describeContainerInstances(clients, cluster, [...known, ...found]);
  return new Map(described.map((one) => [one.ec2InstanceId as InstanceId, one]));
}

function viewOf(one: ContainerInstance): InstanceView {
  return {
    arn: containerInstanceArn(one.containerInstanceArn ?? ''),
    status: one.status ?? 'UNKNOWN',
    agentConnected: one.agentConnected ?? false,
    runningTasks: one.runningTasksCount ?? 0,
  };
}

async function readHooks(
  clients: AwsClients,
  requests: readonly Request[],
): Promise<Map<string, HookView | 'missing'>> {
  const groups = [...new Set(requests.flatMap(({ look }) => look.hooks))];
  const views = new Map<string, HookView | 'missing'>();
  await mapConcurrent(groups, CONCURRENT_READS, async (group) => {
    for (const hook of await describeHooks(clients, group)) {
      const heartbeatTimeoutMs = (hook.HeartbeatTimeout ?? 3_600) * 1_000;
      views.set(hookKey(group, hook.LifecycleHookName ?? ''), {
        heartbeatTimeoutMs,
      });
    }
  });
  const wanted = requests.flatMap(({ record }) => record.hooks.filter((hook) => groups.includes(hook.group)));
  for (const { group, hook } of wanted) {
    if (!views.has(hookKey(group, hook))) views.set(hookKey(group, hook), 'missing');
  }
  return views;
}

/** None for a group that was deleted: one such must not keep the others of the batch from being read. */
async function describeHooks(clients: AwsClients, group: GroupName): Promise<LifecycleHook[]> {
  const command = new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group });
  try {
    return (await clients.autoScaling.send(command)).LifecycleHooks ?? [];
  } catch (error) {
    if (isHookGroupMissing(error)) return [];
    throw error;
  }
}

/** Who manages the instances, by capacity provider name. */
async function readStandDowns(
  clients: AwsClients,
  instances: readonly ContainerInstance[],
): Promise<Map<string, StandDown>> {
  const names = [...new Set(instances.flatMap((one) => one.capacityProviderName ?? []))];
  const answers = await mapConcurrent(chunk(names, DESCRIBE_BATCH), CONCURRENT_READS, (capacityProviders) =>
    clients.ecs.send(new DescribeCapacityProvidersCommand({ capacityProviders })),
  );
  const providers = answers.flatMap((answer) => answer.capacityProviders ?? []);
  const standDowns = new Map<string, StandDown>();
  for (const { name = '', autoScalingGroupProvider, managedInstancesProvider } of providers) {
    if (managedInstancesProvider) standDowns.set(name, 'managed-instance');
    else if (autoScalingGroupProvider?.managedDraining === 'ENABLED')
      standDowns.set(name, 'managed-draining');
  }
  return standDowns;
}

async function readEc2(clients: AwsClients, records: readonly DrainRecord[]) {
  if (records.length === 0) return new Map<InstanceId, never>();
  const ec2 = await clients.ec2();
  return ec2.instanceStates(records.map(({ instanceId }) => instanceId));
}
