import {
  type Cluster,
  DescribeCapacityProvidersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  ListContainerInstancesCommand,
  ListServicesCommand,
} from '@aws-sdk/client-ecs';
import { mapConcurrent } from '../../../lib/aws/batch.ts';
import { isAccessDenied, isClusterNotFound } from '../../../lib/aws/errors.ts';
import { collectPages } from '../../../lib/aws/paging.ts';
import type { DefinitionView, InstanceView, ProviderView, ServiceView } from '../snapshot.ts';
import type { Attempts } from './attempts.ts';
import { definitionView } from './definition-view.ts';
import { CONCURRENCY, inBatches } from './in-batches.ts';
import { instanceView, providerView, serviceView } from './views.ts';

/** As many as one call takes (ECS API reference). */
const SERVICES_A_CALL = 10;
const INSTANCES_A_CALL = 100;
const PROVIDERS_A_CALL = 100;
const PAGE = 100;

/** The services of a cluster that are not deleted. */
export async function readServices(
  ecs: ECSClient,
  cluster: string,
  { attempt }: Attempts,
): Promise<ServiceView[]> {
  const arns = await attempt('ecs:ListServices', [], () =>
    collectPages(`ECS ListServices of cluster ${cluster}`, async (nextToken) => {
      const page = await ecs.send(new ListServicesCommand({ cluster, maxResults: PAGE, nextToken }));
      return { items: page.serviceArns, next: page.nextToken };
    }),
  );
  const services = await attempt('ecs:DescribeServices', [], () =>
    inBatches(arns, SERVICES_A_CALL, async (services) => {
      const answer = await ecs.send(new DescribeServicesCommand({ cluster, services }));
      return answer.services ?? [];
    }),
  );
  return services.filter(({ status }) => status === 'ACTIVE').map(serviceView);
}

/** By ARN. */
export async function readDefinitions(
  ecs: ECSClient,
  services: readonly ServiceView[],
  { attempt }: Attempts,
): Promise<Map<string, DefinitionView>> {
  const arns = [...new Set(services.map(({ definition }) => definition).filter(Boolean))];
  const views = await attempt('ecs:DescribeTaskDefinition', [], () =>
    mapConcurrent(arns, CONCURRENCY, async (taskDefinition) => {
      const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
      return definitionView(answer.taskDefinition ?? {}, taskDefinition);
    }),
  );
  return new Map(views.map((view) => [view.arn, view]));
}

/** Every container instance that is registered. */
export async function readInstances(
  ecs: ECSClient,
  cluster: string,
  { attempt }: Attempts,
): Promise<InstanceView[]> {
  const arns = await attempt('ecs:ListContainerInstances', [], () => listInstances(ecs, cluster));
  return attempt('ecs:DescribeContainerInstances', [], () => describeInstances(ecs, cluster, arns));
}

/** Of the cluster `default`, as far as AWS tells: there may be none, and it may be none of the terminal's business. */
export async function readDefaultInstances(ecs: ECSClient): Promise<InstanceView[]> {
  try {
    return await describeInstances(ecs, 'default', await listInstances(ecs, 'default'));
  } catch (error) {
    if (isClusterNotFound(error) || isAccessDenied(error)) return [];
    throw error;
  }
}

const listInstances = (ecs: ECSClient, cluster: string): Promise<string[]> =>
  collectPages(`ECS ListContainerInstances of cluster ${cluster}`, async (nextToken) => {
    const page = await ecs.send(new ListContainerInstancesCommand({ cluster, maxResults: PAGE, nextToken }));
    return { items: page.containerInstanceArns, next: page.nextToken };
  });

const describeInstances = (
  ecs: ECSClient,
  cluster: string,
  arns: readonly string[],
): Promise<InstanceView[]> =>
  inBatches(arns, INSTANCES_A_CALL, async (containerInstances) => {
    const answer = await ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances }));
    return (answer.containerInstances ?? []).map(instanceView);
  });

/** Those of a cluster that have a group or are Managed Instances; FARGATE and FARGATE_SPOT have nothing to read. */
export async function readProviders(
  ecs: ECSClient,
  { capacityProviders = [] }: Cluster,
  { attempt }: Attempts,
): Promise<ProviderView[]> {
  const own = capacityProviders.filter((name) => name !== 'FARGATE' && name !== 'FARGATE_SPOT');
  return attempt('ecs:DescribeCapacityProviders', [], () =>
    inBatches(own, PROVIDERS_A_CALL, async (names) => {
      const answer = await ecs.send(new DescribeCapacityProvidersCommand({ capacityProviders: names }));
      return (answer.capacityProviders ?? []).map(providerView);
    }),
  );
}
