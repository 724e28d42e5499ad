import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  GetTaskProtectionCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../aws/batch.ts';
import type { AwsClients } from '../aws/clients.ts';
import type { ClusterName } from '../ids.ts';
import { type Circumstances, DEFAULT_STOP_TIMEOUT_SECONDS, type ServiceView } from './diagnose.ts';
import type { TaskView } from './snapshot.ts';

/** DescribeServices takes 10 services, GetTaskProtection 10 tasks (ECS API reference, request quotas). */
const SERVICE_BATCH = 10;
const PROTECTION_BATCH = 10;
/** Enough to name what blocks; a drain with more is named by these. */
const TASK_DEFINITIONS = 5;

/** Reads why tasks stay: only for a drain that has stalled, so it may cost a few calls. */
export async function readCircumstances(
  clients: AwsClients,
  cluster: ClusterName,
  tasks: readonly TaskView[],
): Promise<Circumstances> {
  const left = tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED');
  const staying = left.filter(({ desiredStatus }) => desiredStatus !== 'STOPPED');
  const names = [...new Set(staying.flatMap(({ service }) => service ?? []))];
  const [services, protectedUntil, stopTimeoutSeconds] = await Promise.all([
    readServices(clients, cluster, names),
    readProtections(
      clients,
      cluster,
      staying.filter(({ service }) => service !== undefined),
    ),
    readStopTimeouts(
      clients,
      left.filter(({ desiredStatus }) => desiredStatus === 'STOPPED'),
    ),
  ]);
  return { tasks, services, protectedUntil, stopTimeoutSeconds };
}

async function readServices(clients: AwsClients, cluster: ClusterName, names: readonly string[]) {
  const answers = await mapConcurrent(chunk(names, SERVICE_BATCH), 2, (services) =>
    clients.ecs.send(new DescribeServicesCommand({ cluster, services })),
  );
  const found = answers.flatMap((answer) => answer.services ?? []);
  return new Map(found.map((service) => [service.serviceName ?? '', viewOf(service)]));
}

function viewOf(service: Service): ServiceView {
  const { deploymentConfiguration, placementConstraints = [], events = [] } = service;
  return {
    name: service.serviceName ?? '',
    daemon: service.schedulingStrategy === 'DAEMON',
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    minimumHealthyPercent: deploymentConfiguration?.minimumHealthyPercent ?? 100,
    maximumPercent: deploymentConfiguration?.maximumPercent ?? 200,
    constraints: placementConstraints.map(({ type, expression }) => expression ?? type ?? ''),
    events: events.map(({ createdAt, message }) => ({
      at: createdAt?.getTime() ?? 0,
      message: message ?? '',
    })),
  };
}

async function readProtections(clients: AwsClients, cluster: ClusterName, tasks: readonly TaskView[]) {
  const arns = tasks.map(({ task }) => task);
  const answers = await mapConcurrent(chunk(arns, PROTECTION_BATCH), 2, (some) =>
    clients.ecs.send(new GetTaskProtectionCommand({ cluster, tasks: some })),
  );
  const guarded = answers.flatMap((answer) => answer.protectedTasks ?? []);
  return new Map(
    guarded
      .filter(({ protectionEnabled }) => protectionEnabled)
      .map(({ taskArn = '', expirationDate }) => [
        taskArn,
        expirationDate?.getTime() ?? Number.POSITIVE_INFINITY,
      ]),
  );
}

async function readStopTimeouts(clients: AwsClients, tasks: readonly TaskView[]) {
  const definitions = [...new Set(tasks.flatMap(({ taskDefinition }) => taskDefinition ?? []))];
  const seconds = new Map<string, number>();
  await mapConcurrent(definitions.slice(0, TASK_DEFINITIONS), 2, async (taskDefinition) => {
    const answer = await clients.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    const timeouts = answer.taskDefinition?.containerDefinitions?.map(
      ({ stopTimeout }) => stopTimeout ?? DEFAULT_STOP_TIMEOUT_SECONDS,
    );
    seconds.set(taskDefinition, Math.max(DEFAULT_STOP_TIMEOUT_SECONDS, ...(timeouts ?? [])));
  });
  return new Map(
    tasks.flatMap(({ task, taskDefinition }) => {
      const timeout = seconds.get(taskDefinition ?? '');
      return timeout === undefined ? [] : [[task, timeout] as const];
    }),
  );
}
