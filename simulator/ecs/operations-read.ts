import type * as Sdk from '@aws-sdk/client-ecs';
import { ApiError, type Operations, operation } from '../kernel.ts';
import { page } from '../paging.ts';
import type { Ecs } from './ecs.ts';
import { compileExpression } from './expression.ts';
import { instanceShape } from './instance-shapes.ts';
import { arnOf, clusterNamed, limit, missing, pageSize } from './lookup.ts';
import type { ContainerInstance } from './model.ts';
import { definitionShape, serviceShape } from './service-shapes.ts';
import { onFargate } from './strategy.ts';

/** Reads of container instances, services and task definitions. */
export function readOperations(ecs: Ecs): Operations {
  return { ...instanceReads(ecs), ...serviceReads(ecs) };
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

function serviceReads(ecs: Ecs): Operations {
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
      const { launchType, schedulingStrategy } = input;
      const listed = [...cluster.services.values()].filter(
        ({ status, strategy, deployments: [{ revision }] }) =>
          status !== 'INACTIVE' &&
          (schedulingStrategy === undefined || strategy === schedulingStrategy) &&
          (launchType === undefined || launchType === (onFargate(revision.capacity) ? 'FARGATE' : 'EC2')),
      );
      const { items, nextToken } = page(listed, input.nextToken, input.maxResults ?? 10);
      return { serviceArns: items.map((service) => service.arn), nextToken };
    }),
    DescribeTaskDefinition: operation((input: Sdk.DescribeTaskDefinitionRequest) => {
      const definition = ecs.definitions.find(input.taskDefinition ?? '');
      if (definition === undefined)
        throw new ApiError('ClientException', 'Unable to describe task definition.');
      return { taskDefinition: definitionShape(definition), tags: [] };
    }),
  };
}
