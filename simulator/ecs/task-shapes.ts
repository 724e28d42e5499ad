import type * as Sdk from '@aws-sdk/client-ecs';
import { iso, type Kernel, seconds, type Wire } from '../kernel.ts';
import type { FargateHost, Task } from './model.ts';

/** What the API and the events have in common; dates differ (numbers in one, ISO text in the other). */
function taskBody(task: Task) {
  const { fargate, instance, definition } = task;
  const provider = fargate === undefined ? task.provider : providerOf(fargate);
  return {
    taskArn: task.arn,
    clusterArn: task.cluster.arn,
    ...(instance === undefined ? {} : { containerInstanceArn: instance.arn }),
    taskDefinitionArn: definition.arn,
    group: task.group,
    launchType: fargate === undefined ? ('EC2' as const) : ('FARGATE' as const),
    cpu: String(definition.cpu),
    memory: String(definition.memory),
    desiredStatus: task.desiredStatus,
    lastStatus: task.lastStatus,
    version: task.version,
    connectivity: 'CONNECTED' as const,
    containers: containers(task),
    ...(fargate === undefined ? {} : fargateFields(task, fargate)),
    ...(task.startedBy === undefined ? {} : { startedBy: task.startedBy }),
    ...(task.stopCode === undefined ? {} : { stopCode: task.stopCode }),
    ...(task.stoppedReason === undefined ? {} : { stoppedReason: task.stoppedReason }),
    ...(provider === undefined ? {} : { capacityProviderName: provider }),
  };
}

function providerOf({ provider, byLaunchType }: FargateHost): string | undefined {
  return byLaunchType ? undefined : provider;
}

function containers(task: Task) {
  const lastStatus = containerStatus(task);
  return task.images.map(({ containerName, image, digest }) => ({
    name: containerName,
    lastStatus,
    taskArn: task.arn,
    image,
    ...(digest === undefined ? {} : { imageDigest: digest }),
    ...(task.exitCode === undefined ? {} : { exitCode: task.exitCode }),
  }));
}

function fargateFields(task: Task, { zone, platformVersion }: FargateHost) {
  const { architecture, operatingSystem } = task.definition;
  return {
    availabilityZone: zone,
    platformVersion,
    platformFamily: operatingSystem === 'LINUX' ? 'Linux' : operatingSystem,
    attributes: [{ name: 'ecs.cpu-architecture', value: architecture === 'ARM64' ? 'arm64' : 'x86_64' }],
    ephemeralStorage: { sizeInGiB: 20 },
  };
}

/** The network interface; the API and the events have different names for its type. */
function attachments(task: Task, type: string) {
  const { fargate } = task;
  if (fargate === undefined) return [];
  const details = [
    { name: 'subnetId', value: fargate.subnet },
    { name: 'networkInterfaceId', value: fargate.networkInterface },
    { name: 'privateIPv4Address', value: fargate.address },
  ];
  return [{ id: fargate.attachmentId, type, status: attachmentStatus(task), details }];
}

function attachmentStatus({ lastStatus }: Task): string {
  if (lastStatus === 'PROVISIONING') return 'PRECREATED';
  return lastStatus === 'STOPPED' ? 'DELETED' : 'ATTACHED';
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
  return {
    ...taskBody(task),
    attachments: attachments(task, 'ElasticNetworkInterface'),
    ...taskTimes(task, seconds),
  } as Wire<Sdk.Task>;
}

/** `detail` of an ECS Task State Change. */
export function taskDetail(kernel: Kernel, task: Task) {
  return {
    ...taskBody(task),
    attachments: attachments(task, 'eni'),
    ...taskTimes(task, iso),
    updatedAt: iso(kernel.now()),
  };
}
