import type * as Sdk from '@aws-sdk/client-ecs';
import { seconds, type Wire } from '../kernel.ts';
import { containerShapes } from './containers.ts';
import { threshold } from './deployments.ts';
import type { Deployment, Revision, Service, ServiceDeployment, Task, TaskDefinition } from './model.ts';

export function serviceShape(service: Service): Wire<Sdk.Service> {
  const [primary] = service.deployments;
  const [current] = service.history;
  const rolling = service.controller === 'ECS';
  return {
    serviceName: service.name,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    status: service.status,
    ...capacityShape(primary.revision),
    schedulingStrategy: service.strategy,
    ...(service.controller === 'EXTERNAL' ? {} : { taskDefinition: primary.revision.definition.arn }),
    desiredCount: service.desired,
    ...taskCounts(service.tasks),
    deploymentController: { type: service.controller },
    deploymentConfiguration: deploymentConfiguration(service),
    // Deployments are those of the rolling update; the other controllers have task sets.
    deployments: rolling ? service.deployments.map((each) => deploymentShape(service, each)) : [],
    ...(rolling ? {} : { taskSets: service.deployments.map((each) => taskSetShape(service, each)) }),
    ...(current !== undefined && current.finishedAt === undefined
      ? { currentServiceDeployment: current.arn }
      : {}),
    currentServiceRevisions: rolling
      ? service.deployments.map(({ id, revision, kept }) => ({
          arn: revision.arn,
          requestedTaskCount: id === primary.id ? service.desired : kept,
          ...countsOf(service, id),
        }))
      : [],
    placementConstraints: [...service.constraints],
    placementStrategy: service.placementStrategy.map((each) => ({ ...each })),
    loadBalancers: [],
    events: service.events.map(({ id, at, message }) => ({ id, createdAt: seconds(at), message })),
    createdAt: seconds(service.createdAt),
  } as Wire<Sdk.Service>;
}

/** The PRIMARY deployment wants the service's desired count; what an ACTIVE one still runs is on its way out. */
function deploymentShape(service: Service, deployment: Deployment): Wire<Sdk.Deployment> {
  const primary = deployment === service.deployments[0];
  const counts = countsOf(service, deployment.id);
  return {
    id: deployment.id,
    status: primary ? 'PRIMARY' : 'ACTIVE',
    rolloutState: deployment.rollout,
    rolloutStateReason: deployment.reason,
    taskDefinition: deployment.revision.definition.arn,
    ...capacityShape(deployment.revision),
    createdAt: seconds(deployment.createdAt),
    updatedAt: seconds(deployment.updatedAt),
    desiredCount: primary ? service.desired : Math.max(deployment.kept, counts.runningCount),
    failedTasks: deployment.failedTasks,
    ...counts,
  } as Wire<Sdk.Deployment>;
}

function taskSetShape(service: Service, deployment: Deployment): Wire<Sdk.TaskSet> {
  return {
    id: deployment.id,
    taskSetArn: `${service.arn.replace(':service/', ':task-set/')}/${deployment.id}`,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    status: deployment === service.deployments[0] ? 'PRIMARY' : 'ACTIVE',
    ...(service.controller === 'CODE_DEPLOY' ? { startedBy: 'CODE_DEPLOY' } : {}),
    taskDefinition: deployment.revision.definition.arn,
    computedDesiredCount: service.desired,
    ...capacityShape(deployment.revision),
    scale: { value: 100, unit: 'PERCENT' },
    stabilityStatus: service.steady ? 'STEADY_STATE' : 'STABILIZING',
    createdAt: seconds(deployment.createdAt),
    updatedAt: seconds(deployment.updatedAt),
    ...countsOf(service, deployment.id),
  } as Wire<Sdk.TaskSet>;
}

/** A launch type or a strategy, and what goes with Fargate. */
function capacityShape({ capacity, network, platformVersion, definition }: Revision) {
  return {
    ...(capacity.strategy === undefined
      ? { launchType: capacity.launchType }
      : { capacityProviderStrategy: capacity.strategy.map((item) => ({ ...item })) }),
    ...(platformVersion === undefined
      ? {}
      : {
          platformVersion,
          platformFamily: definition.operatingSystem === 'LINUX' ? 'Linux' : definition.operatingSystem,
        }),
    ...(network === undefined ? {} : { networkConfiguration: { awsvpcConfiguration: network } }),
  };
}

function deploymentConfiguration({ minimumHealthyPercent, maximumPercent, circuitBreaker }: Service) {
  return {
    minimumHealthyPercent,
    maximumPercent,
    deploymentCircuitBreaker: circuitBreaker,
    strategy: 'ROLLING',
  };
}

function countsOf(service: Service, id: string) {
  return taskCounts([...service.tasks].filter(({ startedBy }) => startedBy === id));
}

function taskCounts(tasks: Iterable<Task>) {
  let runningCount = 0;
  let pendingCount = 0;
  for (const task of tasks) {
    if (task.lastStatus === 'RUNNING') runningCount += 1;
    else if (task.desiredStatus === 'RUNNING') pendingCount += 1;
  }
  return { runningCount, pendingCount };
}

export function definitionShape(definition: TaskDefinition): Wire<Sdk.TaskDefinition> {
  const { compatibilities, cpu, memory, sizedAsTask, requires, constraints } = definition;
  const fargate = compatibilities.includes('FARGATE');
  return {
    taskDefinitionArn: definition.arn,
    family: definition.family,
    revision: definition.revision,
    status: 'ACTIVE',
    networkMode: definition.networkMode,
    compatibilities: [...compatibilities],
    ...(sizedAsTask ? { cpu: String(cpu), memory: String(memory) } : {}),
    ...(fargate
      ? {
          requiresCompatibilities: ['FARGATE'],
          runtimePlatform: {
            cpuArchitecture: definition.architecture,
            operatingSystemFamily: definition.operatingSystem,
          },
        }
      : {}),
    ...(requires.length === 0 ? {} : { requiresAttributes: requires.map((each) => ({ ...each })) }),
    placementConstraints: constraints.map((each) => ({ ...each })),
    containerDefinitions: containerShapes(definition),
  } as Wire<Sdk.TaskDefinition>;
}

/** One line of ListServiceDeployments. */
export function deploymentBrief(record: ServiceDeployment) {
  return {
    serviceDeploymentArn: record.arn,
    serviceArn: record.service.arn,
    clusterArn: record.service.cluster.arn,
    status: record.status,
    ...(record.reason === undefined ? {} : { statusReason: record.reason }),
    createdAt: seconds(record.createdAt),
    startedAt: seconds(record.createdAt),
    ...(record.finishedAt === undefined ? {} : { finishedAt: seconds(record.finishedAt) }),
    targetServiceRevisionArn: record.target.revision.arn,
  };
}

export function serviceDeploymentShape(record: ServiceDeployment): Wire<Sdk.ServiceDeployment> {
  const { service, target, rollback } = record;
  const { targetServiceRevisionArn: _, ...brief } = deploymentBrief(record);
  return {
    ...brief,
    updatedAt: seconds(record.updatedAt),
    ...(record.status === 'STOPPED' ? { stoppedAt: seconds(record.updatedAt) } : {}),
    sourceServiceRevisions: record.sources.map(({ arn }) => ({ arn })),
    targetServiceRevision: {
      arn: target.revision.arn,
      requestedTaskCount: service.desired,
      runningTaskCount: countsOf(service, target.id).runningCount,
      pendingTaskCount: countsOf(service, target.id).pendingCount,
    },
    deploymentConfiguration: deploymentConfiguration(service),
    deploymentCircuitBreaker: {
      status: breakerStatus(record),
      failureCount: target.failedTasks,
      threshold: threshold(service.desired),
    },
    ...(rollback === undefined
      ? {}
      : {
          rollback: {
            reason: rollback.reason,
            startedAt: seconds(rollback.at),
            serviceRevisionArn: rollback.to.revision.arn,
          },
        }),
  } as Wire<Sdk.ServiceDeployment>;
}

function breakerStatus({ service, target, status }: ServiceDeployment): string {
  if (!service.circuitBreaker.enable) return 'DISABLED';
  if (target.rollout === 'FAILED') return 'TRIGGERED';
  return status === 'IN_PROGRESS' ? 'MONITORING' : 'MONITORING_COMPLETE';
}

export function revisionShape(revision: Revision, service: string): Wire<Sdk.ServiceRevision> {
  const clusterArn = service.replace(':service/', ':cluster/').replace(/\/[^/]*$/, '');
  return {
    serviceRevisionArn: revision.arn,
    serviceArn: service,
    clusterArn,
    taskDefinition: revision.definition.arn,
    ...capacityShape(revision),
    containerImages: revision.images.map(({ containerName, image, digest }) => ({
      containerName,
      image,
      ...(digest === undefined ? {} : { imageDigest: digest }),
    })),
    createdAt: seconds(revision.createdAt),
  } as Wire<Sdk.ServiceRevision>;
}
