import {
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../aws/batch.ts';
import type { FailoverClients } from '../aws/failover-clients.ts';
import { checkImages } from './images.ts';
import type { Unreadable } from './observe.ts';
import type { ServicePolicy } from './policy.ts';
import type { ServiceRecord } from './record.ts';
import type { Circumstances, ServiceView } from './snapshot.ts';

export interface CircumstancesRequest {
  readonly policy: ServicePolicy;
  /** Knows the zones of its subnets from the last time. */
  readonly record: ServiceRecord;
  readonly service: ServiceView;
  readonly revisions: readonly string[];
}

/** DescribeClusters takes at most 100 clusters (ECS API reference). */
const CLUSTER_BATCH = 100;
const CONCURRENT_READS = 4;
/** A task definition's `cpu`, which Fargate requires, is in units of which 1,024 are one vCPU. */
const CPU_UNITS = 1024;

type Result = Circumstances | Unreadable;

/**
 * What must be known before a flip, for many services in few calls: a cluster, a subnet and a task definition are
 * asked for once. By the service's id in the policy. Never throws; a service that could not be read says so.
 */
export async function readCircumstances(
  clients: FailoverClients,
  requests: readonly CircumstancesRequest[],
): Promise<Map<string, Result>> {
  let shared: Shared;
  try {
    const [providers, zones] = await Promise.all([
      readProviders(clients, requests),
      readZones(clients, requests),
    ]);
    shared = { providers, zones, definitions: new Map() };
  } catch (error) {
    return new Map(requests.map(({ policy }) => [policy.id, { error }]));
  }
  const results = await mapConcurrent(requests, CONCURRENT_READS, (request) =>
    readOne(clients, request, shared),
  );
  return new Map(requests.map(({ policy }, index) => [policy.id, results[index] ?? NOT_READ]));
}

const NOT_READ: Unreadable = { error: new Error('The circumstances of the service were not read.') };

interface Shared {
  /** By cluster. */
  readonly providers: ReadonlyMap<string, readonly string[]>;
  /** By subnet. */
  readonly zones: ReadonlyMap<string, string>;
  /** By ARN. */
  readonly definitions: Map<string, Promise<TaskDefinition>>;
}

async function readOne(
  clients: FailoverClients,
  { policy, record, service, revisions }: CircumstancesRequest,
  { providers, zones, definitions }: Shared,
): Promise<Result> {
  const { taskDefinition } = service;
  try {
    const reading = definitions.get(taskDefinition) ?? readDefinition(clients, taskDefinition);
    definitions.set(taskDefinition, reading);
    const definition = await reading;
    const containers = definition.containerDefinitions ?? [];
    return {
      providers: providers.get(policy.cluster) ?? [],
      architecture: definition.runtimePlatform?.cpuArchitecture ?? 'X86_64',
      operatingSystem: definition.runtimePlatform?.operatingSystemFamily ?? 'LINUX',
      vcpus: Number(definition.cpu ?? 0) / CPU_UNITS,
      zones: knownZones(record, service) ?? zonesOf(service, zones),
      images: await checkImages(clients, { policy, taskDefinition, containers, revisions }),
    };
  } catch (error) {
    return { error };
  }
}

async function readDefinition({ ecs }: FailoverClients, taskDefinition: string): Promise<TaskDefinition> {
  const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  if (!answer.taskDefinition) throw new Error(`ECS has no task definition ${taskDefinition}.`);
  return answer.taskDefinition;
}

async function readProviders(
  { ecs }: FailoverClients,
  requests: readonly CircumstancesRequest[],
): Promise<Map<string, readonly string[]>> {
  const names = new Set(requests.map(({ policy }) => policy.cluster));
  const found = new Map<string, readonly string[]>();
  for (const clusters of chunk([...names], CLUSTER_BATCH)) {
    const answer = await ecs.send(new DescribeClustersCommand({ clusters }));
    for (const { clusterName = '', capacityProviders = [] } of answer.clusters ?? []) {
      found.set(clusterName, capacityProviders);
    }
  }
  return found;
}

async function readZones(
  clients: FailoverClients,
  requests: readonly CircumstancesRequest[],
): Promise<Map<string, string>> {
  const subnets = requests.flatMap(({ record, service }) =>
    knownZones(record, service) ? [] : service.network.subnets,
  );
  if (subnets.length === 0) return new Map();
  return (await clients.ec2()).subnetZones(subnets);
}

/** A subnet never changes its zone, so that they are asked for once for each set of subnets. */
function knownZones({ pool }: ServiceRecord, { network }: ServiceView): readonly string[] | undefined {
  const asThen = pool !== undefined && sorted(pool.subnets).join() === sorted(network.subnets).join();
  // Of an id `pool/ARCHITECTURE/ZONE+ZONE`.
  return asThen ? (pool.id.split('/')[2] ?? '').split('+').filter(Boolean) : undefined;
}

const zonesOf = ({ network }: ServiceView, zones: ReadonlyMap<string, string>): readonly string[] =>
  sorted([...new Set(network.subnets.flatMap((subnet) => zones.get(subnet) ?? []))]);

const sorted = (texts: readonly string[]) => texts.toSorted();
