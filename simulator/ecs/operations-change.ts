import type * as Sdk from '@aws-sdk/client-ecs';
import { idOf } from '../../lib/ids.ts';
import { ApiError, type Operations, operation } from '../kernel.ts';
import type { Ecs, ServiceSpec } from './ecs.ts';
import { instanceShape } from './instance-shapes.ts';
import { arnOf, clusterNamed, limit, missing } from './lookup.ts';
import type { ContainerInstance } from './model.ts';
import { readConstraints } from './placement-request.ts';
import { definitionShape, serviceShape } from './service-shapes.ts';

/** Changes of container instances, services and task definitions. */
export function changeOperations(ecs: Ecs): Operations {
  return {
    UpdateContainerInstancesState: operation((input: Sdk.UpdateContainerInstancesStateRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      const { status } = input;
      if (status !== 'ACTIVE' && status !== 'DRAINING') {
        throw new ApiError(
          'InvalidParameterException',
          'Container instance status must be ACTIVE or DRAINING.',
        );
      }
      const changed: ContainerInstance[] = [];
      const failures: Sdk.Failure[] = [];
      for (const name of limit(input.containerInstances, 10, 'Container instances')) {
        const arn = arnOf(cluster, 'container-instance', name);
        const instance = cluster.instances.get(arn);
        if (instance === undefined || instance.status === 'INACTIVE') failures.push(missing(arn));
        else if (instance.status !== 'ACTIVE' && instance.status !== 'DRAINING') {
          // The API reference only says that "an error" comes; per item and with the status, so that both the
          // error's and the failure's path of a caller can be tested (the other by faults.failCall).
          failures.push({
            arn,
            reason: 'INVALID_STATUS',
            detail: `The container instance is ${instance.status}.`,
          });
        } else {
          ecs.instances.setStatus(instance, status);
          changed.push(instance);
        }
      }
      return { containerInstances: changed.map(instanceShape), failures };
    }),
    DeregisterContainerInstance: operation((input: Sdk.DeregisterContainerInstanceRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      const instance = cluster.instances.get(
        arnOf(cluster, 'container-instance', input.containerInstance ?? ''),
      );
      if (instance === undefined || instance.status === 'INACTIVE') {
        throw new ApiError('InvalidParameterException', 'The referenced container instance was not found.');
      }
      ecs.instances.deregister(instance, input.force === true);
      return { containerInstance: instanceShape(instance) };
    }),
    CreateService: operation((input: Sdk.CreateServiceRequest) => {
      const service = ecs.addService(requestedService(ecs, input));
      return { service: serviceShape(service) };
    }),
    UpdateService: operation((input: Sdk.UpdateServiceRequest) => {
      const service = serviceNamed(ecs, input);
      ecs.updateService(service, input);
      return { service: serviceShape(service) };
    }),
    DeleteService: operation((input: Sdk.DeleteServiceRequest) => {
      const service = serviceNamed(ecs, input);
      if (service.desired > 0 && service.strategy === 'REPLICA' && input.force !== true) {
        throw new ApiError(
          'InvalidParameterException',
          'The service cannot be stopped while it is scaled above 0.',
        );
      }
      ecs.deleteService(service);
      return { service: serviceShape(service) };
    }),
    RegisterTaskDefinition: operation((input: Sdk.RegisterTaskDefinitionRequest) => ({
      taskDefinition: definitionShape(ecs.definitions.register(input)),
      tags: [],
    })),
  };
}

/** @throws ApiError for what ECS would refuse, as far as it is looked at here */
function requestedService(ecs: Ecs, input: Sdk.CreateServiceRequest): ServiceSpec {
  const { name: cluster, services } = clusterNamed(ecs.clusters, input.cluster);
  const { serviceName: name = '', taskDefinition = '', launchType, deploymentConfiguration = {} } = input;
  const there = services.get(name);
  if (there !== undefined && there.status !== 'INACTIVE') {
    throw new ApiError('InvalidParameterException', 'Creation of service was not idempotent.');
  }
  if (launchType === 'EXTERNAL' || launchType === 'MANAGED_INSTANCES') {
    throw new ApiError('InvalidParameterException', `The simulator has no launch type ${launchType}.`);
  }
  const { minimumHealthyPercent, maximumPercent } = deploymentConfiguration;
  const subnets = input.networkConfiguration?.awsvpcConfiguration?.subnets;
  return {
    cluster,
    name,
    taskDefinition,
    strategy: input.schedulingStrategy ?? 'REPLICA',
    desired: input.desiredCount ?? 0,
    constraints: readConstraints(input.placementConstraints ?? []),
    placementStrategy: input.placementStrategy ?? [],
    capacityProviderStrategy: input.capacityProviderStrategy ?? [],
    ...(launchType === undefined ? {} : { launchType }),
    ...(minimumHealthyPercent === undefined ? {} : { minimumHealthyPercent }),
    ...(maximumPercent === undefined ? {} : { maximumPercent }),
    ...(subnets === undefined ? {} : { subnets }),
    running: false,
  };
}

function serviceNamed(ecs: Ecs, input: { cluster?: string | undefined; service?: string | undefined }) {
  const cluster = clusterNamed(ecs.clusters, input.cluster);
  const service = cluster.services.get(idOf(input.service ?? ''));
  if (service !== undefined && service.status !== 'INACTIVE') return service;
  throw new ApiError('ServiceNotFoundException', 'Service not found.');
}
