import { DescribeServicesCommand, ListServicesCommand, type Service } from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../../aws/batch.ts';
import type { AwsClients } from '../../aws/clients.ts';
import { collectPages } from '../../aws/paging.ts';
import type { ClusterName } from '../../ids.ts';
import type { ServiceView } from '../view.ts';
import { throwUnlessGone } from './half-read.ts';

/** As many as one call gives or takes; ListServices gives 10 unless told (ECS API reference). */
const PAGE = 100;
const BATCH = 10;
const CONCURRENT_READS = 2;

/** The services of a cluster that have tasks on container instances, or want them; by task group. */
export async function readServices(
  { ecs }: AwsClients,
  cluster: ClusterName,
): Promise<ReadonlyMap<string, Service>> {
  const arns = await collectPages(`ECS ListServices of cluster ${cluster}`, async (nextToken) => {
    const page = await ecs.send(new ListServicesCommand({ cluster, maxResults: PAGE, nextToken }));
    return { items: page.serviceArns, next: page.nextToken };
  });
  const answers = await mapConcurrent(chunk(arns, BATCH), CONCURRENT_READS, async (services) => {
    const answer = await ecs.send(new DescribeServicesCommand({ cluster, services }));
    throwUnlessGone('service', answer.failures);
    return answer.services ?? [];
  });
  const onInstances = answers.flat().filter((one) => one.status !== 'INACTIVE' && isOnInstances(one));
  return new Map(onInstances.map((service) => [`service:${service.serviceName}`, service]));
}

/** Of launch type EC2, or by capacity providers that are not Fargate's; of an external controller, by its task sets. */
function isOnInstances({ launchType, capacityProviderStrategy = [], taskSets = [] }: Service): boolean {
  if (taskSets.length > 0) return taskSets.some(isOnInstances);
  if (capacityProviderStrategy.length > 0) {
    return capacityProviderStrategy.some(
      ({ capacityProvider = '' }) => !capacityProvider.startsWith('FARGATE'),
    );
  }
  return launchType === undefined || launchType === 'EC2';
}

/** One task on each instance, and none that moves. */
export const isDaemon = ({ schedulingStrategy }: Service) => schedulingStrategy === 'DAEMON';

export function serviceView(service: Service): ServiceView {
  const { deploymentConfiguration, deployments = [], taskSets = [] } = service;
  const daemon = isDaemon(service);
  return {
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    // ECS's defaults: 100 and 200 percent for replicas, 0 and 100 for daemons (API reference, DeploymentConfiguration).
    minimumHealthyPercent: deploymentConfiguration?.minimumHealthyPercent ?? (daemon ? 0 : 100),
    maximumPercent: deploymentConfiguration?.maximumPercent ?? (daemon ? 100 : 200),
    deploying:
      deployments.length > 1 ||
      deployments.some(({ rolloutState }) => rolloutState === 'IN_PROGRESS') ||
      taskSets.length > 1 ||
      taskSets.some(({ stabilityStatus }) => stabilityStatus === 'STABILIZING'),
    controller: service.deploymentController?.type ?? 'ECS',
  };
}
