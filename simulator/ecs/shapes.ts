import type * as Sdk from '@aws-sdk/client-ecs';
import { iso, type Kernel, seconds, type Wire } from '../kernel.ts';
import {
  type ContainerInstance,
  type Deployment,
  pendingTasks,
  runningTasks,
  type Service,
  type Task,
  type TaskDefinition,
} from './model.ts';

/** What the API and the events have in common; dates differ (numbers in one, ISO text in the other). */
function instanceBody(instance: ContainerInstance) {
  const resources = (cpu: number, memory: number, ports: readonly number[]) => [
    { name: 'CPU', type: 'INTEGER', integerValue: cpu },
    { name: 'MEMORY', type: 'INTEGER', integerValue: memory },
    {
      name: 'PORTS',
      type: 'STRINGSET',
      stringSetValue: ['22', '2375', '2376', '51678', ...ports.map(String)],
    },
  ];
  return {
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    version: instance.version,
    versionInfo: { agentVersion: '1.90.0' },
    status: instance.status,
    agentConnected: instance.agentConnected,
    runningTasksCount: runningTasks(instance),
    pendingTasksCount: pendingTasks(instance),
    registeredResources: resources(instance.cpu, instance.memory, []),
    remainingResources: resources(instance.cpu - instance.usedCpu, instance.memory - instance.usedMemory, [
      ...instance.ports,
    ]),
    attributes: [...instance.attributes].map(([name, value]) => ({ name, value })),
    attachments: [],
    ...(instance.capacityProvider === undefined ? {} : { capacityProviderName: instance.capacityProvider }),
  };
}

export function instanceShape(instance: ContainerInstance): Wire<Sdk.ContainerInstance> {
  return {
    ...instanceBody(instance),
    registeredAt: seconds(instance.registeredAt),
  } as Wire<Sdk.ContainerInstance>;
}

/** `detail` of an ECS Container Instance State Change. */
export function instanceDetail(kernel: Kernel, instance: ContainerInstance) {
  return {
    clusterArn: instance.cluster.arn,
    ...instanceBody(instance),
    registeredAt: iso(instance.registeredAt),
    updatedAt: iso(kernel.now()),
  };
}

function taskBody(task: Task) {
  return {
    taskArn: task.arn,
    clusterArn: task.cluster.arn,
    containerInstanceArn: task.instance.arn,
    taskDefinitionArn: task.definition.arn,
    group: task.group,
    launchType: 'EC2' as const,
    cpu: String(task.definition.cpu),
    memory: String(task.definition.memory),
    desiredStatus: task.desiredStatus,
    lastStatus: task.lastStatus,
    version: task.version,
    connectivity: 'CONNECTED' as const,
    attachments: [],
    containers: [{ name: task.definition.family, lastStatus: containerStatus(task), taskArn: task.arn }],
    ...(task.startedBy === undefined ? {} : { startedBy: task.startedBy }),
    ...(task.stopCode === undefined ? {} : { stopCode: task.stopCode }),
    ...(task.stoppedReason === undefined ? {} : { stoppedReason: task.stoppedReason }),
    ...(task.instance.capacityProvider === undefined
      ? {}
      : { capacityProviderName: task.instance.capacityProvider }),
  };
}

function containerStatus(task: Task): string {
  switch (task.lastStatus) {
    case 'PROVISIONING':
    case 'PENDING':
      return 'PENDING';
    case 'DEPROVISIONING':
    case 'STOPPED':
      return 'STOPPED';
    default:
      return 'RUNNING';
  }
}

function taskTimes<Time>(task: Task, as: (at: number) => Time) {
  const times: Record<string, Time> = { createdAt: as(task.createdAt) };
  if (task.startedAt !== undefined) times.startedAt = as(task.startedAt);
  if (task.stoppingAt !== undefined) times.stoppingAt = as(task.stoppingAt);
  if (task.stoppedAt !== undefined) {
    times.stoppedAt = as(task.stoppedAt);
    times.executionStoppedAt = as(task.stoppedAt);
  }
  return times;
}

export function taskShape(task: Task): Wire<Sdk.Task> {
  return { ...taskBody(task), ...taskTimes(task, seconds) } as Wire<Sdk.Task>;
}

/** `detail` of an ECS Task State Change. */
export function taskDetail(kernel: Kernel, task: Task) {
  return { ...taskBody(task), ...taskTimes(task, iso), updatedAt: iso(kernel.now()) };
}

export function serviceShape(service: Service): Wire<Sdk.Service> {
  const [primary] = service.deployments;
  return {
    serviceName: service.name,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    status: 'ACTIVE',
    launchType: 'EC2',
    schedulingStrategy: service.strategy,
    taskDefinition: primary.definition.arn,
    desiredCount: service.desired,
    ...taskCounts([...service.tasks]),
    deploymentConfiguration: {
      minimumHealthyPercent: service.minimumHealthyPercent,
      maximumPercent: service.maximumPercent,
    },
    deployments: service.deployments.map((deployment) => deploymentShape(service, deployment)),
    placementConstraints: [...service.constraints],
    placementStrategy: [],
    loadBalancers: [],
    events: service.events.map(({ id, at, message }) => ({ id, createdAt: seconds(at), message })),
    createdAt: seconds(service.createdAt),
  } as Wire<Sdk.Service>;
}

/** The PRIMARY deployment wants the service's desired count; what an ACTIVE one still runs is on its way out. */
function deploymentShape(service: Service, deployment: Deployment): Wire<Sdk.Deployment> {
  const primary = deployment === service.deployments[0];
  const counts = taskCounts([...service.tasks].filter(({ startedBy }) => startedBy === deployment.id));
  return {
    id: deployment.id,
    status: primary ? 'PRIMARY' : 'ACTIVE',
    rolloutState: deployment.rollout,
    taskDefinition: deployment.definition.arn,
    createdAt: seconds(deployment.createdAt),
    updatedAt: seconds(deployment.updatedAt),
    desiredCount: primary ? service.desired : counts.runningCount,
    failedTasks: 0,
    ...counts,
  };
}

function taskCounts(tasks: readonly Task[]) {
  return {
    runningCount: tasks.filter((task) => task.lastStatus === 'RUNNING').length,
    pendingCount: tasks.filter((task) => task.desiredStatus === 'RUNNING' && task.lastStatus !== 'RUNNING')
      .length,
  };
}

export function definitionShape(definition: TaskDefinition): Wire<Sdk.TaskDefinition> {
  return {
    taskDefinitionArn: definition.arn,
    family: definition.family,
    revision: 1,
    status: 'ACTIVE',
    networkMode: 'bridge',
    containerDefinitions: [
      {
        name: definition.family,
        image: `${definition.family}:latest`,
        essential: true,
        cpu: definition.cpu,
        memory: definition.memory,
        stopTimeout: definition.stopTimeoutMs / 1000,
        portMappings: definition.hostPorts.map((port) => ({ containerPort: port, hostPort: port })),
      },
    ],
  };
}
