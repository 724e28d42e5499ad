import type * as Sdk from '@aws-sdk/client-ecs';
import { type Kernel, type Operations, operation, type Wire } from '../kernel.ts';
import { page } from '../paging.ts';
import { providerShape } from './cluster-providers.ts';
import type { Ecs } from './ecs.ts';
import { clusterNamed, limit, missing, pageSize } from './lookup.ts';
import { type Cluster, pendingTasks, runningTasks, starting } from './model.ts';

/** Clusters and capacity providers. */
export function clusterOperations(ecs: Ecs, kernel: Kernel): Operations {
  return {
    ListClusters: operation((input: Sdk.ListClustersRequest) => {
      const listed = [...ecs.clusters.values()].map(({ arn }, order) => ({ arn, order }));
      const { items, nextToken } = page(listed, input.nextToken, pageSize(input.maxResults));
      return { clusterArns: items.map(({ arn }) => arn), nextToken };
    }),
    DescribeClusters: operation((input: Sdk.DescribeClustersRequest) => {
      const names = limit(input.clusters ?? ['default'], 100, 'Clusters');
      const clusters = names.map((name) => ({
        name,
        cluster: ecs.clusters.get(name.slice(name.lastIndexOf('/') + 1)),
      }));
      return {
        clusters: clusters.flatMap(({ cluster }) =>
          cluster === undefined ? [] : [clusterShape(cluster, kernel.now())],
        ),
        failures: clusters.flatMap(({ name, cluster }) => (cluster === undefined ? [missing(name)] : [])),
      };
    }),
    DescribeCapacityProviders: operation((input: Sdk.DescribeCapacityProvidersRequest) => {
      const all =
        input.cluster === undefined
          ? ecs.providers.all
          : clusterNamed(ecs.clusters, input.cluster).capacityProviders;
      const listed = [...all.keys()].map((name, order) => ({ name, order }));
      // Ten a page: API reference, DescribeCapacityProviders.
      const { items, nextToken } = page(listed, input.nextToken, Math.min(input.maxResults ?? 10, 10));
      const wanted = input.capacityProviders ?? items.map(({ name }) => name);
      const found = wanted.map((name) => ({
        name,
        provider: all.get(name.slice(name.lastIndexOf('/') + 1)),
      }));
      return {
        capacityProviders: found.flatMap(({ provider }) =>
          provider === undefined ? [] : [providerShape(kernel, provider)],
        ),
        failures: found.flatMap(({ name, provider }) => (provider === undefined ? [missing(name)] : [])),
        ...(input.capacityProviders === undefined ? { nextToken } : {}),
      };
    }),
    PutClusterCapacityProviders: operation((input: Sdk.PutClusterCapacityProvidersRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      ecs.providers.put(cluster, input);
      return { cluster: clusterShape(cluster, kernel.now()) };
    }),
  };
}

function clusterShape(cluster: Cluster, now: number): Wire<Sdk.Cluster> {
  const instances = [...cluster.instances.values()].filter((instance) => instance.status !== 'INACTIVE');
  const onFargate = [...cluster.tasks.values()].filter(
    ({ fargate, desiredStatus }) => fargate !== undefined && desiredStatus === 'RUNNING',
  );
  const sum = (count: (instance: (typeof instances)[number]) => number) =>
    instances.reduce((total, instance) => total + count(instance), 0);
  const updating = now < cluster.updatingUntil;
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: 'ACTIVE',
    registeredContainerInstancesCount: instances.length,
    runningTasksCount: sum(runningTasks) + onFargate.length,
    pendingTasksCount: sum(pendingTasks) + onFargate.filter(starting).length + cluster.waiting.size,
    activeServicesCount: [...cluster.services.values()].filter(({ status }) => status === 'ACTIVE').length,
    capacityProviders: [...cluster.capacityProviders.keys()],
    defaultCapacityProviderStrategy: cluster.defaultStrategy.map((item) => ({ ...item })),
    ...(cluster.updatingUntil === 0
      ? {}
      : { attachmentsStatus: updating ? 'UPDATE_IN_PROGRESS' : 'UPDATE_COMPLETE' }),
  };
}
