import {
  type CapacityProviderStrategyItem,
  type Deployment,
  DescribeServicesCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../aws/batch.ts';
import { isClusterNotFound } from '../aws/errors.ts';
import type { FailoverClients } from '../aws/failover-clients.ts';
import { type ItemFailure, readFailures } from '../aws/failures.ts';
import { readMessages } from './messages.ts';
import type { ServicePolicy } from './policy.ts';
import type { Strategy } from './record.ts';
import type { DeploymentView, ServiceView } from './snapshot.ts';

/** What was read of one service. */
export interface Observed {
  readonly service: ServiceView | 'missing';
  readonly paired?: ServiceView | 'missing';
  /** ARNs of the service revisions that have tasks: what was deployed, images and all. */
  readonly revisions: readonly string[];
}

/** A service that could not be read; the others could. */
export interface Unreadable {
  readonly error: unknown;
}

/** DescribeServices takes at most 10 services of one cluster (ECS API reference). */
const BATCH = 10;
const CONCURRENT_READS = 4;

type Answer = Service | 'missing' | Unreadable;

/** Reads services, and those that they are paired with, 10 a call. By the service's id in the policy. Never throws. */
export async function observe(
  clients: FailoverClients,
  policies: readonly ServicePolicy[],
): Promise<Map<string, Observed | Unreadable>> {
  const batches = [...Map.groupBy(policies, ({ cluster }) => cluster)].flatMap(([cluster, some]) => {
    const names = new Set(some.flatMap(({ service, paired }) => (paired ? [service, paired] : [service])));
    return chunk([...names], BATCH).map((batch) => ({ cluster, batch }));
  });
  const answers = new Map<string, Answer>();
  await mapConcurrent(batches, CONCURRENT_READS, async ({ cluster, batch }) => {
    for (const [name, answer] of await describe(clients, cluster, batch)) {
      answers.set(`${cluster}/${name}`, answer);
    }
  });
  const answerFor = (cluster: string, name: string): Answer => answers.get(`${cluster}/${name}`) ?? 'missing';
  return new Map(
    policies.map(({ id, cluster, service, paired }) => [
      id,
      observed(answerFor(cluster, service), paired ? answerFor(cluster, paired) : undefined),
    ]),
  );
}

async function describe(
  { ecs }: FailoverClients,
  cluster: string,
  names: string[],
): Promise<[string, Answer][]> {
  try {
    const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: names }));
    const failures = readFailures(answer.failures);
    return names.map((name) => [
      name,
      answer.services?.find(({ serviceName }) => serviceName === name) ?? failed(name, failures),
    ]);
  } catch (error) {
    const answer = isClusterNotFound(error) ? 'missing' : { error };
    return names.map((name) => [name, answer]);
  }
}

/** The call answers 200 also for services that it does not know, or could not read. */
function failed(name: string, failures: readonly ItemFailure[]): 'missing' | Unreadable {
  const failure = failures.find(({ arn }) => arn === name || arn.endsWith(`/${name}`));
  if (!failure || failure.kind === 'gone') return 'missing';
  return { error: new Error(`ECS could not describe service ${name}: ${failure.reason}`) };
}

function observed(service: Answer, paired: Answer | undefined): Observed | Unreadable {
  if (isUnreadable(service)) return service;
  if (paired !== undefined && isUnreadable(paired)) return paired;
  const revisions = service === 'missing' ? [] : (service.currentServiceRevisions ?? []);
  return {
    service: service === 'missing' ? service : serviceView(service),
    ...(paired !== undefined && { paired: paired === 'missing' ? paired : serviceView(paired) }),
    revisions: revisions.flatMap(({ arn }) => arn ?? []),
  };
}

export const isUnreadable = (one: unknown): one is Unreadable =>
  typeof one === 'object' && one !== null && 'error' in one;

/** A service as DescribeServices tells it. */
export function serviceView(service: Service): ServiceView {
  const { deploymentConfiguration, networkConfiguration, deployments = [] } = service;
  const network = networkConfiguration?.awsvpcConfiguration;
  return {
    status: statusOf(service.status),
    controller: service.deploymentController?.type ?? 'ECS',
    scheduling: service.schedulingStrategy ?? 'REPLICA',
    launchType: service.launchType ?? null,
    strategy: strategyOf(service.capacityProviderStrategy ?? []),
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    pending: service.pendingCount ?? 0,
    // ECS's defaults for services of its own controller.
    minimumHealthyPercent: deploymentConfiguration?.minimumHealthyPercent ?? 100,
    maximumPercent: deploymentConfiguration?.maximumPercent ?? 200,
    taskDefinition: service.taskDefinition ?? '',
    deployments: deployments.toSorted(primaryFirst).map(deploymentView),
    platformFamily: service.platformFamily ?? null,
    platformVersion: service.platformVersion ?? null,
    network: {
      subnets: network?.subnets ?? [],
      securityGroups: network?.securityGroups ?? [],
      assignPublicIp: network?.assignPublicIp === 'ENABLED',
    },
    messages: readMessages(service.events ?? []),
  };
}

/** With the API's defaults filled in: base 0, and weight 0. */
function strategyOf(items: readonly CapacityProviderStrategyItem[]): Strategy {
  return items.map(({ capacityProvider = '', base = 0, weight = 0 }) => ({
    provider: capacityProvider,
    base,
    weight,
  }));
}

function statusOf(status: string | undefined): ServiceView['status'] {
  return status === 'ACTIVE' || status === 'DRAINING' ? status : 'INACTIVE';
}

function primaryFirst(a: Deployment, b: Deployment): number {
  const isPrimary = ({ status }: Deployment) => Number(status === 'PRIMARY');
  return isPrimary(b) - isPrimary(a) || (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0);
}

function deploymentView(deployment: Deployment): DeploymentView {
  return {
    id: deployment.id ?? '',
    // One from before ECS reported this has long been through.
    rollout: deployment.rolloutState ?? 'COMPLETED',
    reason: deployment.rolloutStateReason ?? '',
    createdAt: deployment.createdAt?.getTime() ?? 0,
    desired: deployment.desiredCount ?? 0,
    running: deployment.runningCount ?? 0,
    failed: deployment.failedTasks ?? 0,
  };
}
