import {
  type Deployment,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { readFailures } from '../aws/failures.ts';
import type { EpochMs } from '../clock.ts';
import type { Gates } from './policy.ts';

/** What a service runs. */
export interface RunningService {
  /** Of its containers, or, where ECS tells no other, of the platform that a task pulled. */
  readonly digests: ReadonlySet<string>;
  readonly healthySince: EpochMs | null;
  /** Why it is not healthy. */
  readonly why: string;
}

type Gate = Pick<NonNullable<Gates['running']>, 'cluster' | 'service'>;

/** DescribeServiceRevisions takes 20 ARNs, ListTasks gives pages of 100. */
const REVISION_BATCH = 20;
const TASK_BATCH = 100;

/**
 * Which images a service runs, and since when its deployment has been complete with all tasks running.
 * @throws what ECS throws beyond the retries
 */
export async function readRunning(ecs: ECSClient, gate: Gate): Promise<RunningService> {
  const { cluster, service: name } = gate;
  const command = new DescribeServicesCommand({ cluster, services: [name] });
  const { services = [], failures = [] } = await ecs.send(command);
  const [service] = services;
  if (service?.status !== 'ACTIVE') {
    const [failure] = readFailures(failures);
    const why = failure?.reason ?? `it is ${service?.status ?? 'unknown'}`;
    return { digests: new Set(), healthySince: null, why: `ECS has no such service (${why}).` };
  }
  const primary = service.deployments?.find(({ status }) => status === 'PRIMARY');
  const digests = await runningDigests(ecs, gate, service, primary?.taskDefinition);
  return { digests, ...(await healthOf(ecs, service, primary)) };
}

async function healthOf(
  ecs: ECSClient,
  { desiredCount = 0, runningCount = 0, deployments = [], currentServiceDeployment }: Service,
  primary: Deployment | undefined,
): Promise<Pick<RunningService, 'healthySince' | 'why'>> {
  const unhealthy = (why: string) => ({ healthySince: null, why });
  // Without a rollout state, as other controllers have it, one deployment alone is a complete one.
  const { rolloutState = deployments.length === 1 ? 'COMPLETED' : 'IN_PROGRESS' } = primary ?? {};
  if (primary === undefined || rolloutState !== 'COMPLETED' || deployments.length > 1) {
    return unhealthy(`its deployment is ${rolloutState}.`);
  }
  if (desiredCount === 0) return unhealthy('no task is desired.');
  if (runningCount !== desiredCount) return unhealthy(`${runningCount} of ${desiredCount} tasks run.`);
  const finished = await finishOf(ecs, currentServiceDeployment);
  const since = finished ?? primary.updatedAt ?? primary.createdAt;
  return { healthySince: since?.getTime() ?? null, why: 'ECS does not tell since when.' };
}

/** `updatedAt` of a deployment may change for other reasons than its end. */
async function finishOf(ecs: ECSClient, arn: string | undefined): Promise<Date | undefined> {
  if (arn === undefined) return undefined;
  const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] });
  const { serviceDeployments = [] } = await ecs.send(command);
  return serviceDeployments[0]?.finishedAt;
}

/** By the service revision, in which ECS pins a deployment's digests; by the tasks where it has none. */
async function runningDigests(
  ecs: ECSClient,
  gate: Gate,
  { currentServiceRevisions = [] }: Service,
  taskDefinition: string | undefined,
): Promise<ReadonlySet<string>> {
  const arns = currentServiceRevisions.flatMap(({ arn }) => arn ?? []).slice(0, REVISION_BATCH);
  if (arns.length > 0) {
    const command = new DescribeServiceRevisionsCommand({ serviceRevisionArns: arns });
    const { serviceRevisions = [] } = await ecs.send(command);
    const [newest] = serviceRevisions
      .filter((revision) => revision.taskDefinition === taskDefinition)
      .toSorted((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
    const pinned = (newest?.containerImages ?? []).flatMap(({ imageDigest }) => imageDigest ?? []);
    if (pinned.length > 0) return new Set(pinned);
  }
  return taskDigests(ecs, gate, taskDefinition);
}

/** A page of the tasks is enough: they are of one deployment, as a rule. */
async function taskDigests(
  ecs: ECSClient,
  { cluster, service }: Gate,
  taskDefinition: string | undefined,
): Promise<ReadonlySet<string>> {
  const list = new ListTasksCommand({
    cluster,
    serviceName: service,
    desiredStatus: 'RUNNING',
    maxResults: TASK_BATCH,
  });
  const { taskArns = [] } = await ecs.send(list);
  if (taskArns.length === 0) return new Set();
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  const own = tasks.filter(({ taskDefinitionArn }) => taskDefinitionArn === taskDefinition);
  const sets = own.map(
    ({ containers = [] }) => new Set(containers.flatMap(({ imageDigest }) => imageDigest ?? [])),
  );
  // An image runs there if all tasks run it.
  return sets.reduce((all, one) => all.intersection(one), sets[0] ?? new Set<string>());
}
