import {
  type ContainerInstance,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
} from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../../aws/batch.ts';
import type { AwsClients } from '../../aws/clients.ts';
import { collectPages } from '../../aws/paging.ts';
import type { ClusterName } from '../../ids.ts';
import { throwUnlessGone } from './half-read.ts';

/** As many as DescribeContainerInstances takes and ListContainerInstances gives (ECS API reference). */
const BATCH = 100;
const CONCURRENT_READS = 2;

/** Container instances in every state but INACTIVE: that is what the listing has unless told otherwise. */
export async function readContainerInstances(
  { ecs }: AwsClients,
  cluster: ClusterName,
): Promise<ContainerInstance[]> {
  const arns = await collectPages(`ECS ListContainerInstances of cluster ${cluster}`, async (nextToken) => {
    const page = await ecs.send(new ListContainerInstancesCommand({ cluster, nextToken }));
    return { items: page.containerInstanceArns, next: page.nextToken };
  });
  const answers = await mapConcurrent(chunk(arns, BATCH), CONCURRENT_READS, async (containerInstances) => {
    const answer = await ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances }));
    throwUnlessGone('container instance', answer.failures);
    return answer.containerInstances ?? [];
  });
  return answers.flat();
}
