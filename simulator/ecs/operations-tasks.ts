import type * as Sdk from '@aws-sdk/client-ecs';
import { idOf } from '../../lib/ids.ts';
import { ApiError, type Kernel, type Operations, operation } from '../kernel.ts';
import { page } from '../paging.ts';
import type { Ecs } from './ecs.ts';
import { arnOf, clusterNamed, limit, missing, pageSize } from './lookup.ts';
import type { Cluster, Task } from './model.ts';
import { protectionOperations } from './operations-protection.ts';
import { createRunTask } from './run-task.ts';
import { taskShape } from './task-shapes.ts';

/** Tasks: listing, describing, running, stopping. */
export function taskOperations(ecs: Ecs, kernel: Kernel): Operations {
  return {
    ...createRunTask(ecs, kernel.random.fork('run-task')),
    ...protectionOperations(ecs, kernel),
    ListTasks: operation((input: Sdk.ListTasksRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      const desired = input.desiredStatus ?? 'RUNNING';
      const { family, launchType, startedBy, serviceName } = input;
      if (startedBy !== undefined && (family ?? launchType ?? serviceName ?? input.containerInstance)) {
        // API reference, ListTasks: "it must be the only filter that you use". The sentence is ours.
        throw new ApiError('InvalidParameterException', 'startedBy must be the only filter.');
      }
      const service = serviceName === undefined ? undefined : idOf(serviceName);
      if (service !== undefined && !cluster.services.has(service)) {
        throw new ApiError('ServiceNotFoundException', 'Service not found.');
      }
      const instance =
        input.containerInstance && arnOf(cluster, 'container-instance', input.containerInstance);
      const listed = [...tasksOf(cluster, instance, desired)].filter(
        (task) =>
          task.desiredStatus === desired &&
          (instance === undefined || task.instance?.arn === instance) &&
          (service === undefined || task.service?.name === service) &&
          (family === undefined || task.definition.family === family) &&
          (launchType === undefined || launchType === (task.fargate === undefined ? 'EC2' : 'FARGATE')) &&
          (startedBy === undefined || task.startedBy === startedBy),
      );
      const { items, nextToken } = page(listed, input.nextToken, pageSize(input.maxResults));
      return { taskArns: items.map((task) => task.arn), nextToken };
    }),
    DescribeTasks: operation((input: Sdk.DescribeTasksRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      const tasks: Task[] = [];
      const failures: Sdk.Failure[] = [];
      for (const name of limit(input.tasks, 100, 'Tasks')) {
        const arn = arnOf(cluster, 'task', name);
        const task = cluster.tasks.get(arn);
        if (task === undefined) failures.push(missing(arn));
        else tasks.push(task);
      }
      return { tasks: tasks.map(taskShape), failures };
    }),
    StopTask: operation((input: Sdk.StopTaskRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      const task = cluster.tasks.get(arnOf(cluster, 'task', input.task ?? ''));
      if (task === undefined) {
        throw new ApiError('InvalidParameterException', 'The referenced task was not found.');
      }
      ecs.tasks.stop(task, 'UserInitiated', input.reason ?? 'Task stopped by user');
      return { task: taskShape(task) };
    }),
  };
}

/** Only the tasks that a list can contain: with a thousand instances, looking at all tasks each time is too slow. */
function tasksOf(
  { instances, tasks }: Cluster,
  instance: string | undefined,
  desired: string,
): Iterable<Task> {
  // The PENDING filter returns nothing, since desiredStatus is never PENDING: API reference, ListTasks.
  if (desired === 'PENDING') return [];
  return instance === undefined ? tasks.values() : (instances.get(instance)?.visible ?? []);
}
