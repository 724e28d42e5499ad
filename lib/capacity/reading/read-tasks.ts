import {
  DescribeTasksCommand,
  GetTaskProtectionCommand,
  ListTasksCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../../aws/batch.ts';
import type { AwsClients } from '../../aws/clients.ts';
import { collectPages } from '../../aws/paging.ts';
import type { EpochMs } from '../../clock.ts';
import type { ClusterName } from '../../ids.ts';
import { throwUnlessGone } from './half-read.ts';

/** As many as DescribeTasks and GetTaskProtection take, and ListTasks gives (ECS API reference). */
const BATCH = 100;
/** Listing and describing tasks and instances share 20 calls a second with the whole account (limiter.ts). */
const CONCURRENT_READS = 2;
/** Stopped tasks are listed for an hour: a cluster of short ones has more of them than of those that run. */
const MOST_PAGES = 500;

/**
 * The tasks that hold resources of container instances, or wait for one. Desired RUNNING is listed before desired
 * STOPPED, so that a task that is told to stop between the two is in both lists, not in neither.
 * @param settled tasks that hold nothing, and never will again: they are not described another time. Brought up to date
 */
export async function readTasks(
  clients: AwsClients,
  cluster: ClusterName,
  settled: Set<string>,
): Promise<Task[]> {
  const listed = new Set([
    ...(await listTasks(clients, cluster, 'RUNNING')),
    ...(await listTasks(clients, cluster, 'STOPPED')),
  ]);
  for (const arn of settled) if (!listed.has(arn)) settled.delete(arn);
  const open = [...listed].filter((arn) => !settled.has(arn));
  const answers = await mapConcurrent(chunk(open, BATCH), CONCURRENT_READS, async (tasks) => {
    const answer = await clients.ecs.send(new DescribeTasksCommand({ cluster, tasks }));
    throwUnlessGone('task', answer.failures);
    return answer.tasks ?? [];
  });
  const described = answers.flat();
  for (const task of described) if (!holdsInstance(task)) settled.add(task.taskArn ?? '');
  return described.filter(holdsInstance);
}

/** Tasks of Fargate, of ECS Anywhere and of ECS Managed Instances have no part in the groups of a policy. */
const holdsInstance = ({ lastStatus, launchType = 'EC2' }: Task) =>
  lastStatus !== 'STOPPED' && launchType === 'EC2';

function listTasks(
  { ecs }: AwsClients,
  cluster: ClusterName,
  desiredStatus: 'RUNNING' | 'STOPPED',
): Promise<string[]> {
  return collectPages(
    `ECS ListTasks of cluster ${cluster}`,
    async (nextToken) => {
      const page = await ecs.send(new ListTasksCommand({ cluster, desiredStatus, nextToken }));
      return { items: page.taskArns, next: page.nextToken };
    },
    MOST_PAGES,
  );
}

/** Until when tasks are protected from being stopped, by ARN; those that are not are left out. Of services only. */
export async function readProtections(
  { ecs }: AwsClients,
  cluster: ClusterName,
  tasks: readonly string[],
): Promise<ReadonlyMap<string, EpochMs>> {
  const answers = await mapConcurrent(chunk(tasks, BATCH), CONCURRENT_READS, async (some) => {
    const answer = await ecs.send(new GetTaskProtectionCommand({ cluster, tasks: some }));
    return answer.protectedTasks ?? [];
  });
  return new Map(
    answers
      .flat()
      .filter(({ protectionEnabled }) => protectionEnabled)
      .map(({ taskArn = '', expirationDate }) => [
        taskArn,
        expirationDate?.getTime() ?? Number.POSITIVE_INFINITY,
      ]),
  );
}
