import {
  type ContainerDefinition,
  DescribeServiceRevisionsCommand,
  DescribeTasksCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import { mapConcurrent } from '../aws/batch.ts';
import { explain } from '../aws/explain.ts';
import type { FailoverClients } from '../aws/failover-clients.ts';
import { readReference } from './image-reference.ts';
import type { ServicePolicy } from './policy.ts';
import type { ImageCheck } from './snapshot.ts';

/** A service as it runs: whose images, and what a new deployment of it would name. */
export interface ImageQuestion {
  readonly policy: Pick<ServicePolicy, 'cluster' | 'service'>;
  readonly taskDefinition: string;
  readonly containers: readonly ContainerDefinition[];
  /** ARNs of the revisions that have tasks. */
  readonly revisions: readonly string[];
}

/** Digests that the tasks of one task definition run, by container; several where a tag moved between their starts. */
type Running = ReadonlyMap<string, ReadonlySet<string>>;

/** DescribeServiceRevisions takes 20 ARNs, DescribeTasks and ListTasks 100 (ECS API reference). */
const REVISION_BATCH = 20;
const TASK_BATCH = 100;
const CONCURRENT_READS = 4;

/**
 * Whether a new deployment of the present task definition would run the images that run now: a deployment resolves
 * tags afresh (UpdateService, forceNewDeployment). What cannot be found out is `unknown` and says why.
 * @throws what ECS throws beyond the retries
 */
export async function checkImages(
  clients: FailoverClients,
  question: ImageQuestion,
): Promise<readonly ImageCheck[]> {
  const named = question.containers.map(({ name = '', image = '' }) => ({ container: name, image }));
  if (named.every(({ image }) => readReference(image).kind === 'digest')) {
    return named.map((one) => ({ ...one, verdict: 'same' }));
  }
  const running = await runningDigests(clients, question);
  return mapConcurrent(named, CONCURRENT_READS, async ({ container, image }) => ({
    container,
    image,
    ...(await compare(clients, image, running.get(container) ?? new Set())),
  }));
}

type Verdict =
  | { verdict: 'same' }
  | { verdict: 'differs'; running: string; wouldShip: string }
  | { verdict: 'unknown'; running: string | null; why: string };

async function compare(
  clients: FailoverClients,
  image: string,
  digests: ReadonlySet<string>,
): Promise<Verdict> {
  const reference = readReference(image);
  if (reference.kind === 'digest') return { verdict: 'same' };
  const [running = null] = digests;
  const unknown = (why: string): Verdict => ({ verdict: 'unknown', running, why });
  if (digests.size > 1) {
    const why = `its tasks run ${digests.size} different images of ${image}, so that none can be taken for the one to keep`;
    return { verdict: 'unknown', running: null, why };
  }
  if (reference.kind === 'elsewhere') {
    return unknown(
      `${reference.registry} is not a private ECR registry; what its tag points at is not asked`,
    );
  }
  if (running === null) return unknown('ECS does not tell the digest of what runs');
  try {
    const tagged = await (await clients.ecr()).taggedImage(reference);
    if (!tagged.found) {
      return unknown(`ECR in ${reference.region} has no image for ${image} (${tagged.why})`);
    }
    // Of an index, a task may report the manifest of its own platform.
    if (tagged.digests.includes(running)) return { verdict: 'same' };
    return { verdict: 'differs', running, wouldShip: tagged.digests[0] };
  } catch (error) {
    return unknown(`ECR in ${reference.region} could not be asked. ${explain(error).sentence}`);
  }
}

/** By the service revisions, which ECS pins a deployment's digests in; by the tasks where those have none. */
async function runningDigests(clients: FailoverClients, question: ImageQuestion): Promise<Running> {
  const pinned = await revisionDigests(clients, question);
  const complete = question.containers.every(({ name = '' }) => (pinned.get(name)?.size ?? 0) > 0);
  return complete ? pinned : new Map([...(await taskDigests(clients, question)), ...pinned]);
}

async function revisionDigests(
  { ecs }: FailoverClients,
  { revisions, taskDefinition }: ImageQuestion,
): Promise<Running> {
  if (revisions.length === 0) return new Map();
  const command = new DescribeServiceRevisionsCommand({
    serviceRevisionArns: revisions.slice(0, REVISION_BATCH),
  });
  const { serviceRevisions = [] } = await ecs.send(command);
  // Of two revisions of one task definition the newer is what somebody wanted to run.
  const [newest] = serviceRevisions
    .filter((revision) => revision.taskDefinition === taskDefinition)
    .toSorted((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
  return byContainer(
    (newest?.containerImages ?? []).map(({ containerName, imageDigest }) => [containerName, imageDigest]),
  );
}

/** A page of the tasks is enough: they are of one deployment, as a rule. */
async function taskDigests(
  { ecs }: FailoverClients,
  { policy, taskDefinition }: ImageQuestion,
): Promise<Running> {
  const { cluster, service: serviceName } = policy;
  const list = new ListTasksCommand({
    cluster,
    serviceName,
    desiredStatus: 'RUNNING',
    maxResults: TASK_BATCH,
  });
  const { taskArns = [] } = await ecs.send(list);
  if (taskArns.length === 0) return new Map();
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  const own = tasks.filter((task) => task.taskDefinitionArn === taskDefinition);
  return byContainer(
    own.flatMap(({ containers = [] }) => containers.map(({ name, imageDigest }) => [name, imageDigest])),
  );
}

function byContainer(pairs: readonly (readonly [string | undefined, string | undefined])[]): Running {
  const digests = new Map<string, Set<string>>();
  for (const [name, digest] of pairs) {
    if (name === undefined || digest === undefined) continue;
    digests.set(name, (digests.get(name) ?? new Set()).add(digest));
  }
  return digests;
}
