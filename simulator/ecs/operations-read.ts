import type * as Sdk from '@aws-sdk/client-ecs';
import { ApiError, type Kernel, type Operations, operation, type Wire } from '../kernel.ts';
import { page } from '../paging.ts';
import type { Ecs } from './ecs.ts';
import { compileExpression } from './expression.ts';
import { arnOf, clusterNamed, limit, missing } from './lookup.ts';
import { type ContainerInstance, pendingTasks, runningTasks, type Task } from './model.ts';
import { definitionShape, instanceShape, serviceShape, taskShape } from './shapes.ts';

/** The reading half of the ECS API. */
export function readOperations(ecs: Ecs, kernel: Kernel): Operations {
  return { ...instanceReads(ecs), ...taskReads(ecs, kernel), ...otherReads(ecs) };
}

function instanceReads(ecs: Ecs): Operations {
  return {
    ListContainerInstances: operation((input: Sdk.ListContainerInstancesRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      const test = input.filter === undefined ? undefined : compileExpression(input.filter);
      const listed = [...cluster.instances.values()].filter(
        (instance) =>
          instance.status !== 'INACTIVE' &&
          (input.status === undefined || instance.status === input.status) &&
          (test === undefined || test(instance)),
      );
      const { items, nextToken } = page(listed, input.nextToken, pageSize(input.maxResults));
      return { containerInstanceArns: items.map((instance) => instance.arn), nextToken };
    }),
    DescribeContainerInstances: operation((input: Sdk.DescribeContainerInstancesRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      const found: ContainerInstance[] = [];
      const failures: Sdk.Failure[] = [];
      for (const name of limit(input.containerInstances, 100, 'Container instances')) {
        const arn = arnOf(cluster, 'container-instance', name);
        const instance = cluster.instances.get(arn);
        if (instance === undefined) failures.push(missing(arn));
        else found.push(instance);
      }
      return { containerInstances: found.map(instanceShape), failures };
    }),
  };
}

function taskReads(ecs: Ecs, kernel: Kernel): Operations {
  return {
    ListTasks: operation((input: Sdk.ListTasksRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      const desired = input.desiredStatus ?? 'RUNNING';
      const instance =
        input.containerInstance && arnOf(cluster, 'container-instance', input.containerInstance);
      const listed = [...tasksOf(ecs, cluster.name, instance, desired)].filter(
        (task) =>
          task.desiredStatus === desired &&
          (instance === undefined || task.instance.arn === instance) &&
          (input.serviceName === undefined || task.service?.name === input.serviceName) &&
          (input.family === undefined || task.definition.family === input.family) &&
          (input.startedBy === undefined || task.startedBy === input.startedBy),
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
    GetTaskProtection: operation((input: Sdk.GetTaskProtectionRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      const protectedTasks: Wire<Sdk.ProtectedTask>[] = [];
      const failures: Sdk.Failure[] = [];
      // The API reference allows 100 here; the 10 of the developer guide is for UpdateTaskProtection.
      for (const name of limit(input.tasks, 100, 'Tasks')) {
        const arn = arnOf(cluster, 'task', name);
        const task = cluster.tasks.get(arn);
        const until = task?.protectedUntil ?? 0;
        const on = until > kernel.now();
        if (task === undefined) failures.push(missing(arn));
        else if (task.service === undefined) failures.push({ arn, reason: 'TASK_NOT_VALID' });
        else
          protectedTasks.push({
            taskArn: arn,
            protectionEnabled: on,
            ...(on ? { expirationDate: until / 1000 } : {}),
          });
      }
      return { protectedTasks, failures };
    }),
  };
}

/** Only the tasks that a list can contain: with a thousand instances, looking at all tasks each time is too slow. */
function tasksOf(ecs: Ecs, cluster: string, instance: string | undefined, desired: string): Iterable<Task> {
  const { instances, tasks } = ecs.cluster(cluster);
  // The PENDING filter returns nothing, since desiredStatus is never PENDING: API reference, ListTasks.
  if (desired === 'PENDING') return [];
  return instance === undefined ? tasks.values() : (instances.get(instance)?.visible ?? []);
}

function otherReads(ecs: Ecs): Operations {
  return {
    DescribeServices: operation((input: Sdk.DescribeServicesRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      const names = limit(input.services, 10, 'Services');
      const found = names.map((name) => ({
        name,
        service: cluster.services.get(name.slice(name.lastIndexOf('/') + 1)),
      }));
      return {
        services: found.flatMap(({ service }) => (service === undefined ? [] : [serviceShape(service)])),
        failures: found.flatMap(({ name, service }) => (service === undefined ? [missing(name)] : [])),
      };
    }),
    ListServices: operation((input: Sdk.ListServicesRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      const listed = [...cluster.services.values()];
      const { items, nextToken } = page(listed, input.nextToken, input.maxResults ?? 10);
      return { serviceArns: items.map((service) => service.arn), nextToken };
    }),
    DescribeTaskDefinition: operation((input: Sdk.DescribeTaskDefinitionRequest) => {
      const name = input.taskDefinition ?? '';
      const definition = [...ecs.definitions.values()].find(
        ({ arn, family }) => arn === name || family === name || arn.endsWith(`/${name}`),
      );
      if (definition === undefined)
        throw new ApiError('ClientException', 'Unable to describe task definition.');
      return { taskDefinition: definitionShape(definition), tags: [] };
    }),
    DescribeClusters: operation((input: Sdk.DescribeClustersRequest) => {
      const names = limit(input.clusters ?? ['default'], 100, 'Clusters');
      const clusters = names.map((name) => ({
        name,
        cluster: ecs.clusters.get(name.slice(name.lastIndexOf('/') + 1)),
      }));
      return {
        clusters: clusters.flatMap(({ cluster }) =>
          cluster === undefined ? [] : [clusterShape(ecs, cluster.name)],
        ),
        failures: clusters.flatMap(({ name, cluster }) => (cluster === undefined ? [missing(name)] : [])),
      };
    }),
    DescribeCapacityProviders: operation((input: Sdk.DescribeCapacityProvidersRequest) => {
      const all = [...ecs.clusters.values()].flatMap((cluster) => [...cluster.capacityProviders.values()]);
      const wanted = input.capacityProviders;
      return {
        capacityProviders: all
          .filter(({ name }) => wanted === undefined || wanted.includes(name))
          .map(({ name, groupArn, managedDraining }) => ({
            name,
            status: 'ACTIVE',
            autoScalingGroupProvider: {
              autoScalingGroupArn: groupArn,
              managedDraining: managedDraining ? 'ENABLED' : 'DISABLED',
              managedTerminationProtection: 'DISABLED',
            },
          })),
        failures: (wanted ?? [])
          .filter((name) => !all.some((provider) => provider.name === name))
          .map(missing),
      };
    }),
  };
}

function clusterShape(ecs: Ecs, name: string): Wire<Sdk.Cluster> {
  const cluster = ecs.cluster(name);
  const instances = [...cluster.instances.values()].filter((instance) => instance.status !== 'INACTIVE');
  return {
    clusterArn: cluster.arn,
    clusterName: name,
    status: 'ACTIVE',
    registeredContainerInstancesCount: instances.length,
    runningTasksCount: instances.reduce((sum, instance) => sum + runningTasks(instance), 0),
    pendingTasksCount: instances.reduce((sum, instance) => sum + pendingTasks(instance), 0),
    activeServicesCount: cluster.services.size,
    capacityProviders: [...cluster.capacityProviders.keys()],
    defaultCapacityProviderStrategy: [],
  };
}

/** Up to 100, and 100 unless asked: API reference, ListTasks and ListContainerInstances. */
function pageSize(maxResults: number | undefined): number {
  return Math.min(maxResults ?? 100, 100);
}
