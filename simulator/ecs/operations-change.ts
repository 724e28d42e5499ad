import type * as Sdk from '@aws-sdk/client-ecs';
import { idOf } from '../../lib/ids.ts';
import { ApiError, type Operations, operation } from '../kernel.ts';
import type { Ecs } from './ecs.ts';
import { arnOf, clusterNamed, limit, missing } from './lookup.ts';
import type { ContainerInstance } from './model.ts';
import { instanceShape, serviceShape, taskShape } from './shapes.ts';

/** The changing half of the ECS API. */
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
    UpdateService: operation((input: Sdk.UpdateServiceRequest) => {
      const cluster = clusterNamed(ecs.clusters, input.cluster);
      const service = cluster.services.get(idOf(input.service ?? ''));
      if (service === undefined) throw new ApiError('ServiceNotFoundException', 'Service not found.');
      const { desiredCount, forceNewDeployment = false } = input;
      if (desiredCount !== undefined && service.strategy === 'DAEMON') {
        throw new ApiError(
          'InvalidParameterException',
          'The daemon scheduling strategy does not support a desired count for services.',
        );
      }
      if (desiredCount !== undefined) ecs.setDesired(service, desiredCount);
      if (forceNewDeployment) ecs.redeploy(service);
      return { service: serviceShape(service) };
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
