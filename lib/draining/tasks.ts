import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../aws/batch.ts';
import type { AwsClients } from '../aws/clients.ts';
import { isContainerInstanceGone } from '../aws/errors.ts';
import { collectPages } from '../aws/paging.ts';
import { type ClusterName, type ContainerInstanceArn, type InstanceId, taskArn } from '../ids.ts';
import { mayBeEmpty } from './look.ts';
import type { DrainRecord } from './record.ts';
import type { TaskView } from './snapshot.ts';

/** DescribeTasks takes at most 100 tasks (ECS API reference), of one cluster but of any of its instances. */
const DESCRIBE_BATCH = 100;
const CONCURRENT_READS = 4;

/** A draining instance whose tasks are to be read. */
export interface Host {
  readonly record: DrainRecord;
  readonly arn: ContainerInstanceArn;
}

/**
 * Every task of the instances that is not known to be STOPPED; `gone` for an instance that ECS forgot meanwhile.
 * Desired RUNNING and desired STOPPED are listed apart, since ListTasks shows only one of them and counts hide the
 * second (aws-cdk#13506, ecs-cid-sample#29). Tasks are listed per instance, as the API wants it, and described for
 * all instances together.
 */
export async function readTasks(
  clients: AwsClients,
  cluster: ClusterName,
  hosts: readonly Host[],
): Promise<Map<InstanceId, TaskView[] | 'gone'>> {
  const stalled = hosts.filter(isStalled);
  const told = await listAll(clients, cluster, stalled, listStopping);
  const quick = stalled.filter((host) => accountsForAll(host, told.get(host)));
  const stopping = await describeAll(clients, cluster, quick, told);
  // What was told to stop is every task there is, and some of it still runs: nobody need ask for more.
  const done = new Set(quick.filter((host) => asTasks(stopping.get(host)).some(runs)));
  const others = hosts.filter((host) => !done.has(host));
  const listed = await listAll(clients, cluster, others, (...of) => listFully(...of, told));
  const described = await describeAll(clients, cluster, others, listed);
  return new Map(
    hosts.map((host) => [
      host.record.instanceId,
      (done.has(host) ? stopping : described).get(host) ?? 'gone',
    ]),
  );
}

const runs = ({ lastStatus }: TaskView) => lastStatus !== 'STOPPED';
const asTasks = (tasks: TaskView[] | 'gone' | undefined) => (Array.isArray(tasks) ? tasks : []);

// Where a drain stalls, what has been told to stop is listed first: if that accounts for every task, nobody wants a
// task there any more, and one call is saved.
const isStalled = ({ record }: Host) => record.phase === 'draining' && !mayBeEmpty(record);

function accountsForAll({ record }: Host, told: readonly string[] | 'gone' | undefined): boolean {
  if (!Array.isArray(told)) return false;
  return new Set<string>([...told, ...record.stopped]).size >= (record.expectedTasks ?? 0);
}

type Listing = readonly [Host, readonly string[] | 'gone'];
type Listings = ReadonlyMap<Host, readonly string[] | 'gone'>;
type Lister = (clients: AwsClients, cluster: ClusterName, host: Host) => Promise<readonly string[]>;

async function listAll(
  clients: AwsClients,
  cluster: ClusterName,
  hosts: readonly Host[],
  list: Lister,
): Promise<Listings> {
  const lists = await mapConcurrent(hosts, CONCURRENT_READS, async (host): Promise<Listing> => {
    try {
      return [host, await list(clients, cluster, host)];
    } catch (error) {
      // An instance that ECS forgets while we look at it is gone, which is no error.
      if (isContainerInstanceGone(error)) return [host, 'gone'];
      throw error;
    }
  });
  return new Map(lists);
}

const listStopping: Lister = (clients, cluster, { arn }) => listTasks(clients, cluster, arn, 'STOPPED');

/** Before the drain begins only desired RUNNING matters: what is on its way out decides nothing. */
async function listFully(
  clients: AwsClients,
  cluster: ClusterName,
  host: Host,
  told: Listings,
): Promise<readonly string[]> {
  const running = await listTasks(clients, cluster, host.arn, 'RUNNING');
  if (host.record.phase !== 'draining') return running;
  const before = told.get(host);
  // A task that is told to stop between the two calls is then in both lists. The other way round it is in neither,
  // so that what was listed before cannot say that nothing is left.
  const stopping =
    Array.isArray(before) && running.length > 0
      ? before
      : await listTasks(clients, cluster, host.arn, 'STOPPED');
  return [...running, ...stopping];
}

function listTasks(
  clients: AwsClients,
  cluster: ClusterName,
  containerInstance: ContainerInstanceArn,
  desiredStatus: 'RUNNING' | 'STOPPED',
): Promise<string[]> {
  return collectPages(`ECS ListTasks of ${containerInstance}`, async (nextToken) => {
    const page = await clients.ecs.send(
      new ListTasksCommand({ cluster, containerInstance, desiredStatus, nextToken }),
    );
    return { items: page.taskArns, next: page.nextToken };
  });
}

async function describeAll(
  clients: AwsClients,
  cluster: ClusterName,
  hosts: readonly Host[],
  listings: Listings,
): Promise<Map<Host, TaskView[] | 'gone'>> {
  const open = new Map<Host, Set<string>>();
  for (const host of hosts) {
    const listed = listings.get(host);
    const known = new Set<string>(host.record.stopped);
    if (Array.isArray(listed)) open.set(host, new Set(listed.filter((arn) => !known.has(arn))));
  }
  const arns = [...open.values()].flatMap((some) => [...some]);
  const answers = await mapConcurrent(chunk(arns, DESCRIBE_BATCH), 2, (tasks) =>
    clients.ecs.send(new DescribeTasksCommand({ cluster, tasks })),
  );
  const views = new Map(
    answers
      .flatMap((answer) => answer.tasks ?? [])
      .map((task) => [
        task.taskArn ?? '',
        {
          task: taskArn(task.taskArn ?? ''),
          lastStatus: task.lastStatus ?? 'UNKNOWN',
          desiredStatus: task.desiredStatus ?? 'UNKNOWN',
          // RunTask may set any group, so only the prefix says that a service owns the task.
          ...(task.group?.startsWith('service:') ? { service: task.group.slice('service:'.length) } : {}),
          ...(task.stoppingAt === undefined ? {} : { stoppingAt: task.stoppingAt.getTime() }),
        },
      ]),
  );
  return new Map(
    hosts.map((host) => {
      const own = open.get(host);
      return [host, own ? [...own].flatMap((arn) => views.get(arn) ?? []) : 'gone'];
    }),
  );
}
