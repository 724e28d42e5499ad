import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { ContainerInstance, Service, Task } from '@aws-sdk/client-ecs';
import type { AwsClients } from '../../aws/clients.ts';
import type { Ec2Instance, Ec2Type } from '../../aws/ec2.ts';
import type { EpochMs } from '../../clock.ts';
import type { ClusterName } from '../../ids.ts';
import type { ClusterPolicy } from '../policy.ts';
import { Since } from '../since.ts';
import type { ClusterView } from '../view.ts';
import { clusterView } from './cluster-view.ts';
import { missingTasks } from './missing-tasks.ts';
import { type Definition, readDefinitions } from './read-definitions.ts';
import { readGround } from './read-ground.ts';
import { readGroups } from './read-groups.ts';
import { readContainerInstances } from './read-hosts.ts';
import { type Provider, readProviders } from './read-providers.ts';
import { isDaemon, readServices } from './read-services.ts';
import { readProtections, readTasks } from './read-tasks.ts';

/** What does not change is read once in the life of a function. Only `newCache` makes one. */
export interface Cache {
  /** Task definitions by ARN. */
  readonly definitions: Map<string, Definition>;
  readonly types: Map<string, Ec2Type>;
  readonly clusters: Map<ClusterName, OfCluster>;
  /** When each cluster was read last, and how many instances it had then. */
  readonly looks: Map<ClusterName, { readonly at: EpochMs; readonly hosts: number }>;
}

interface OfCluster {
  /** By EC2 id. */
  readonly instances: Map<string, Ec2Instance>;
  /** ARNs of tasks that have stopped, or that are on no instance of ours, while ECS still lists them. */
  readonly settled: Set<string>;
}

export const newCache = (): Cache => ({
  definitions: new Map(),
  types: new Map(),
  clusters: new Map(),
  looks: new Map(),
});

export interface Observed {
  readonly view: ClusterView;
  /** Since when what waits has waited, for the record. */
  readonly pendingSince: Readonly<Record<string, EpochMs>>;
  /** Placement constraints that could not be judged, for a person. */
  readonly remarks: readonly string[];
}

/**
 * Reads a cluster, its groups, services and tasks in as few calls as the APIs allow: some 350 for 1,000 instances with
 * 10,000 tasks. `pendingSince`: as it came of the observation before.
 * @throws what AWS throws beyond the retries, and where it answers in part: nothing is decided on half a picture
 */
export async function observeCluster(
  clients: AwsClients,
  policy: ClusterPolicy,
  cache: Cache,
  pendingSince: Readonly<Record<string, EpochMs>>,
  now: EpochMs,
): Promise<Observed> {
  const { cluster } = policy;
  const known = cache.clusters.get(cluster) ?? { instances: new Map(), settled: new Set() };
  cache.clusters.set(cluster, known);
  const [listed, tasks, services, groups, providers] = await Promise.all([
    readContainerInstances(clients, cluster),
    readTasks(clients, cluster, known.settled),
    readServices(clients, cluster),
    readGroups(clients, policy.groups),
    readProviders(clients, cluster),
  ]);
  const instances = listed.filter((one) => isOfGroups(one, providers));
  const [ground, definitions, protectedUntil] = await Promise.all([
    readGround(clients, instances, groups, { instances: known.instances, types: cache.types }),
    readDefinitions(clients, definitionsOf(tasks, services), cache.definitions),
    readProtections(clients, cluster, movable(tasks, instances, services, groups)),
  ]);
  const readings = { instances, tasks, services, definitions, protectedUntil, providers, ground };
  const since = new Since(pendingSince, now);
  const seen = clusterView(readings, policy, since, now);
  cache.looks.set(cluster, { at: now, hosts: seen.view.hosts.length });
  return { ...seen, pendingSince: since.seen };
}

/** ECS Anywhere registers under the id that Systems Manager gave, and ECS manages some instances by itself. */
function isOfGroups(instance: ContainerInstance, providers: readonly Provider[]): boolean {
  const { ec2InstanceId = '', capacityProviderName } = instance;
  const provider = providers.find(({ name }) => name === capacityProviderName);
  return ec2InstanceId.startsWith('i-') && (provider === undefined || provider.group !== undefined);
}

/** Of tasks that are there, and of those that a service lacks or will start on each instance. */
function definitionsOf(tasks: readonly Task[], services: ReadonlyMap<string, Service>): Set<string> {
  const ofTasks = tasks.flatMap(({ taskDefinitionArn }) => taskDefinitionArn ?? []);
  const ofServices = [...services.values()].flatMap((service) =>
    isDaemon(service)
      ? (service.taskDefinition ?? [])
      : missingTasks(service, [], new Set()).map(({ definitionArn }) => definitionArn),
  );
  return new Set([...ofTasks, ...ofServices]);
}

/** Tasks of replica services on instances of the policy's groups: that others are protected changes nothing. */
function movable(
  tasks: readonly Task[],
  instances: readonly ContainerInstance[],
  services: ReadonlyMap<string, Service>,
  groups: readonly AutoScalingGroup[],
): string[] {
  const members = new Set(groups.flatMap(({ Instances = [] }) => Instances.map((one) => one.InstanceId)));
  const hosts = new Set(
    instances.flatMap((one) => (members.has(one.ec2InstanceId) ? one.containerInstanceArn : [])),
  );
  return tasks.flatMap(({ taskArn = '', group = '', containerInstanceArn, desiredStatus }) => {
    const service = services.get(group);
    const moves = service !== undefined && !isDaemon(service) && desiredStatus === 'RUNNING';
    return moves && hosts.has(containerInstanceArn) ? [taskArn] : [];
  });
}
