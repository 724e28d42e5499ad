import type * as Sdk from '@aws-sdk/client-ecs';
import { ApiError } from '../kernel.ts';
import type { RevisionSpec } from './deployments.ts';
import type { Ecs } from './ecs.ts';
import type { Capacity, Network, Service, TaskDefinition } from './model.ts';
import { readConstraints, readStrategies } from './placement-request.ts';
import { onFargate, readStrategy, sameStrategy } from './strategy.ts';

/** The members of UpdateService that are simulated. */
export type ServiceChange = Pick<
  Sdk.UpdateServiceRequest,
  | 'desiredCount'
  | 'taskDefinition'
  | 'capacityProviderStrategy'
  | 'deploymentConfiguration'
  | 'networkConfiguration'
  | 'platformVersion'
  | 'placementConstraints'
  | 'placementStrategy'
  | 'forceNewDeployment'
>;

/** The sentence is the API's: kayac/ecspresso#977, pipe-cd/pipecd#6385. */
const MUST_FORCE =
  'When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.';

/**
 * UpdateService: all of it, or nothing of it.
 * @throws ApiError InvalidParameterException, ServiceNotActiveException, ClientException
 */
export function updateService(ecs: Ecs, service: Service, change: ServiceChange): void {
  if (service.status !== 'ACTIVE') {
    throw new ApiError('ServiceNotActiveException', 'Service was not ACTIVE.');
  }
  checkController(service, change);
  if (change.desiredCount !== undefined && service.strategy === 'DAEMON') {
    throw invalid('The daemon scheduling strategy does not support a desired count for services.');
  }
  if (change.desiredCount !== undefined && change.desiredCount < 0) {
    throw invalid('The desired count cannot be negative.');
  }
  const { revision } = service.deployments[0];
  const wanted = nextRevision(ecs, service, change);
  checkRevision(ecs, service, wanted, change);
  const percents = readPercents(change.deploymentConfiguration);
  const constraints = change.placementConstraints && readConstraints(change.placementConstraints);
  const strategies = change.placementStrategy && readStrategies(change.placementStrategy);

  Object.assign(service, percents);
  if (constraints !== undefined) service.constraints = constraints;
  if (strategies !== undefined) service.placementStrategy = strategies;
  if (change.desiredCount !== undefined) ecs.deployments.scale(service, change.desiredCount);
  const changed =
    wanted.definition !== revision.definition ||
    wanted.platformVersion !== revision.platformVersion ||
    !sameNetwork(wanted.network, revision.network);
  if (change.forceNewDeployment === true || changed) {
    ecs.deployments.start(service, ecs.deployments.revise(service.arn, wanted));
  }
  ecs.services.wake(service);
}

/** What CodeDeploy and external controllers keep for themselves: API reference, UpdateService. */
function checkController({ controller }: Service, change: ServiceChange): void {
  if (controller === 'ECS') return;
  const instead =
    controller === 'CODE_DEPLOY'
      ? 'Use AWS CodeDeploy to trigger a new deployment.'
      : 'Create a task set to trigger a new deployment.';
  const on = `on services with ${controller === 'CODE_DEPLOY' ? 'a' : 'an'} ${controller} deployment controller. ${instead}`;
  if (change.forceNewDeployment === true) throw invalid(`Cannot force a new deployment ${on}`);
  if (change.taskDefinition !== undefined) throw invalid(`Unable to update task definition ${on}`);
  if (change.networkConfiguration !== undefined) throw invalid(`Unable to update network parameters ${on}`);
  if (change.platformVersion !== undefined) throw invalid(`Unable to update platform version ${on}`);
}

function nextRevision(ecs: Ecs, service: Service, change: ServiceChange): RevisionSpec {
  const { revision } = service.deployments[0];
  return {
    definition: change.taskDefinition === undefined ? revision.definition : known(ecs, change.taskDefinition),
    capacity: nextCapacity(service, change),
    network: readNetwork(ecs, change.networkConfiguration) ?? revision.network,
    platformVersion: change.platformVersion ?? revision.platformVersion,
  };
}

/** An empty strategy takes the service back to its launch type (API reference, UpdateService). */
function nextCapacity(service: Service, change: ServiceChange): Capacity {
  const { capacity } = service.deployments[0].revision;
  const items = change.capacityProviderStrategy;
  if (items === undefined) return capacity;
  const strategy = readStrategy(service.cluster, items);
  if (sameStrategy(strategy, capacity.strategy ?? [])) return capacity;
  if (change.forceNewDeployment !== true) throw invalid(MUST_FORCE);
  if (strategy.length > 0) return { strategy };
  return { launchType: onFargate(capacity) ? 'FARGATE' : 'EC2' };
}

function checkRevision(ecs: Ecs, service: Service, wanted: RevisionSpec, change: ServiceChange): void {
  if (!onFargate(wanted.capacity)) return;
  checkFargate(ecs, wanted);
  if (service.strategy === 'DAEMON') {
    throw invalid('The daemon scheduling strategy is not supported with Fargate.');
  }
  if ((change.placementConstraints ?? service.constraints).length > 0) {
    throw invalid('Placement constraints are not supported with FARGATE launch type.');
  }
  if ((change.placementStrategy ?? service.placementStrategy).length > 0) {
    throw invalid('Placement strategies are not supported with FARGATE launch type.');
  }
}

/** @throws ApiError if a task of this kind cannot run on Fargate at all */
export function checkFargate(ecs: Ecs, { definition, network }: RevisionSpec): void {
  if (!definition.compatibilities.includes('FARGATE')) {
    throw invalid('Task definition does not support launch_type FARGATE.');
  }
  if (network === undefined || network.subnets.length === 0) {
    throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  const unknown = network.subnets.find((subnet) => ecs.zoneOf(subnet) === undefined);
  if (unknown !== undefined) {
    throw invalid(
      `Error retrieving subnet information for [${unknown}]: The subnet ID '${unknown}' does not exist`,
    );
  }
}

/** @throws ApiError ClientException if there is no such task definition */
export function known(ecs: Ecs, name: string): TaskDefinition {
  const definition = ecs.definitions.find(name);
  if (definition === undefined) throw new ApiError('ClientException', 'TaskDefinition not found.');
  return definition;
}

export function readNetwork(ecs: Ecs, given: Sdk.NetworkConfiguration | undefined): Network | undefined {
  const vpc = given?.awsvpcConfiguration;
  if (vpc === undefined) return undefined;
  const { subnets = [], securityGroups, assignPublicIp } = vpc;
  const zones = subnets.map((subnet) => ecs.zoneOf(subnet));
  if (zones.length === 0 || zones.includes(undefined)) {
    throw invalid(`Error retrieving subnet information for [${subnets.join(', ')}]`);
  }
  return {
    subnets,
    ...(securityGroups === undefined ? {} : { securityGroups }),
    ...(assignPublicIp === undefined ? {} : { assignPublicIp }),
  };
}

function readPercents(given: Sdk.DeploymentConfiguration = {}) {
  const { minimumHealthyPercent, maximumPercent, deploymentCircuitBreaker } = given;
  return {
    ...(minimumHealthyPercent === undefined ? {} : { minimumHealthyPercent }),
    ...(maximumPercent === undefined ? {} : { maximumPercent }),
    ...(deploymentCircuitBreaker === undefined
      ? {}
      : {
          circuitBreaker: {
            enable: deploymentCircuitBreaker.enable === true,
            rollback: deploymentCircuitBreaker.rollback === true,
          },
        }),
  };
}

function sameNetwork(left: Network | undefined, right: Network | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function invalid(sentence: string): ApiError {
  return new ApiError('InvalidParameterException', sentence);
}
