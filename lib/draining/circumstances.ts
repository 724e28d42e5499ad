import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  GetTaskProtectionCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../aws/batch.ts';
import type { AwsClients } from '../aws/clients.ts';
import type { ClusterName } from '../ids.ts';
import { type Circumstances, failedPlacement, type ServiceView } from './diagnose.ts';
import type { TaskView } from './snapshot.ts';

/** DescribeServices takes 10 services, GetTaskProtection 10 tasks (ECS API reference, request quotas). */
const SERVICE_BATCH = 10;
const PROTECTION_BATCH = 10;

/** Reads why tasks stay: only for a drain that has stalled, so it may cost a few calls. */
export async function readCircumstances(
  clients: AwsClients,
  cluster: ClusterName,
  tasks: readonly TaskView[],
): Promise<Omit<Circumstances, 'tasks'>> {
  const staying = tasks.filter(
    ({ lastStatus, desiredStatus }) => lastStatus !== 'STOPPED' && desiredStatus !== 'STOPPED',
  );
  const names = [...new Set(staying.flatMap(({ service }) => service ?? []))];
  const [services, protectedUntil] = await Promise.all([
    readServices(clients, cluster, names),
    readProtections(
      clients,
      cluster,
      staying.filter(({ service }) => service !== undefined),
    ),
  ]);
  return { services, protectedUntil };
}

async function readServices(clients: AwsClients, cluster: ClusterName, names: readonly string[]) {
  const answers = await mapConcurrent(chunk(names, SERVICE_BATCH), 2, (services) =>
    clients.ecs.send(new DescribeServicesCommand({ cluster, services })),
  );
  const found = answers.flatMap((answer) => answer.services ?? []);
  const views = await mapConcurrent(found, 2, (service) => withConstraints(clients, service));
  return new Map(views.map((view) => [view.name, view]));
}

/** A task definition has placement constraints too; it is read only for a service whose task found no place. */
async function withConstraints(clients: AwsClients, service: Service): Promise<ServiceView> {
  const view = viewOf(service);
  const { taskDefinition } = service;
  if (taskDefinition === undefined || !view.events.some(failedPlacement)) return view;
  const answer = await clients.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  const own = answer.taskDefinition?.placementConstraints ?? [];
  return {
    ...view,
    constraints: [...view.constraints, ...own.map(({ expression }) => expression ?? 'memberOf')],
  };
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
