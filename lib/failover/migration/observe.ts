import {
  type Cluster,
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../../aws/batch.ts';
import { isClusterNotFound } from '../../aws/errors.ts';
import type { FailoverClients } from '../../aws/failover-clients.ts';
import { readFailures } from '../../aws/failures.ts';
import { collectPages } from '../../aws/paging.ts';
import type { ClusterName } from '../../ids.ts';
import { checkImages } from '../images.ts';
import { serviceView } from '../observe.ts';
import type { MigrationPolicy } from '../policy.ts';
import type { MigrationRecord } from '../record.ts';
import { lacksFargate } from './providers.ts';
import type {
  ClusterView,
  DefaultItem,
  MigrationSnapshot,
  MovableView,
  TargetCircumstances,
} from './snapshot.ts';

/** DescribeServices takes at most 10 (ECS API reference). */
const BATCH = 10;
const CONCURRENT_READS = 4;

/**
 * Reads what a migration is decided by: one service while that is moved or stopped at, else the cluster and all
 * services that are left; nothing when none is left.
 * @throws what AWS throws beyond the retries
 */
export async function observe(
  clients: FailoverClients,
  { moved, moving, stopped }: MigrationRecord,
  { cluster, services }: MigrationPolicy,
): Promise<MigrationSnapshot> {
  const only = stopped?.service ?? (moving?.deploymentId === undefined ? undefined : moving.service);
  if (only) return { services: await readServices(clients, cluster, [only]) };
  if (stopped) return { cluster: await readCluster(clients, cluster), services: new Map() };
  const left = new Set<string>(services.filter((one) => !moved.includes(one)));
  if (moving) left.add(moving.service);
  if (left.size === 0) return { services: new Map() };
  const [one, all] = await Promise.all([
    readClusterWhole(clients, cluster),
    readServices(clients, cluster, [...left]),
  ]);
  return { cluster: one, services: all };
}

async function readServices(
  { ecs }: FailoverClients,
  cluster: ClusterName,
  names: readonly string[],
): Promise<Map<string, MovableView | 'missing'>> {
  const batches = await mapConcurrent(chunk(names, BATCH), CONCURRENT_READS, async (some) => {
    try {
      const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: some }));
      const other = readFailures(answer.failures).find(({ kind }) => kind === 'other');
      if (other) throw new Error(`ECS could not describe service ${other.arn}: ${other.reason}`);
      return answer.services ?? [];
    } catch (error) {
      if (isClusterNotFound(error)) return [];
      throw error;
    }
  });
  const found = new Map(batches.flat().map((service) => [service.serviceName, service]));
  return new Map(
    names.map((name) => {
      const service = found.get(name);
      return [name, service ? movableView(service) : 'missing'];
    }),
  );
}

const movableView = (service: Service): MovableView => ({
  ...serviceView(service),
  rollout: service.deploymentConfiguration?.strategy ?? 'ROLLING',
  placementConstraints: service.placementConstraints?.length ?? 0,
  placementStrategies: service.placementStrategy?.length ?? 0,
  revisions: (service.currentServiceRevisions ?? []).flatMap(({ arn }) => arn ?? []),
});

/** With its Managed Instances, where those would forbid to write the list. */
async function readClusterWhole(
  clients: FailoverClients,
  name: ClusterName,
): Promise<ClusterView | 'missing'> {
  const view = await readCluster(clients, name);
  if (view === 'missing' || !lacksFargate(view)) return view;
  const providers = await collectPages(`ECS DescribeCapacityProviders of ${name}`, async (nextToken) => {
    const page = await clients.ecs.send(new DescribeCapacityProvidersCommand({ cluster: name, nextToken }));
    return { items: page.capacityProviders, next: page.nextToken };
  });
  const managed = providers.filter(
    (one) => one.type === 'MANAGED_INSTANCES' || one.managedInstancesProvider !== undefined,
  );
  return { ...view, managedInstances: managed.flatMap((one) => one.name ?? []) };
}

export async function readCluster({ ecs }: FailoverClients, name: string): Promise<ClusterView | 'missing'> {
  const command = new DescribeClustersCommand({ clusters: [name], include: ['ATTACHMENTS'] });
  const { clusters: [cluster] = [] } = await ecs.send(command);
  // A deleted cluster is still described for a while.
  return cluster === undefined || cluster.status === 'INACTIVE' ? 'missing' : clusterView(cluster);
}

function clusterView(cluster: Cluster): ClusterView {
  const named = (cluster.attachments ?? []).flatMap(({ details = [] }) => details);
  return {
    settled: cluster.status === 'ACTIVE' && cluster.attachmentsStatus !== 'UPDATE_IN_PROGRESS',
    providers: cluster.capacityProviders ?? [],
    defaultStrategy: (cluster.defaultCapacityProviderStrategy ?? []).map(
      ({ capacityProvider = '', base, weight }): DefaultItem => ({
        capacityProvider,
        ...(base !== undefined && { base }),
        ...(weight !== undefined && { weight }),
      }),
    ),
    attached: named.flatMap(({ name, value }) => (name === 'capacityProviderName' && value ? value : [])),
    managedInstances: [],
  };
}

/** What a service's task definition says, and whether a new deployment would run the images that run now. */
export async function readTarget(
  clients: FailoverClients,
  { cluster, image }: MigrationPolicy,
  service: MigrationPolicy['services'][number],
  { taskDefinition, revisions }: MovableView,
): Promise<TargetCircumstances> {
  const answer = await clients.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  const { taskDefinition: found } = answer;
  if (!found) throw new Error(`ECS has no task definition ${taskDefinition}, which service ${service} has.`);
  const containers = found.containerDefinitions ?? [];
  return {
    taskDefinition: {
      networkMode: found.networkMode ?? 'bridge',
      compatibilities: [...(found.requiresCompatibilities ?? []), ...(found.compatibilities ?? [])],
      hasCpu: found.cpu !== undefined,
      hasMemory: found.memory !== undefined,
      operatingSystem: found.runtimePlatform?.operatingSystemFamily ?? 'LINUX',
    },
    images:
      image === 'ignore'
        ? []
        : await checkImages(clients, { policy: { cluster, service }, taskDefinition, containers, revisions }),
  };
}
