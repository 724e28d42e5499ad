import type { ClusterView, InstanceTypeView, TaskView } from '../lib/capacity/view.ts';
import type { Workload } from '../lib/placement/model.ts';
import { aHost, aTask, aView, aWorkload, seeded, TYPES, ZONES } from './capacity-clusters.ts';

const HOSTS = 1_000;
const TASKS_A_HOST = 10;
const SERVICES = 100;
/** Of the largest clusters for which orders are tried out (lib/capacity/consolidation/order.ts). */
const SEARCHED = 109;

/** Clusters with ten tasks an instance, of 100 services, by how much of them can go. */
export const large = {
  /** A third of the room is taken. */
  '1,000 instances, much can go': () => cluster([64, 96, 128]),
  /** Three quarters are: no other instance has room for all tasks of one, so that each proof is a search. */
  '1,000 instances, some can go': () => cluster([128, 160, 192]),
  /** Likewise, and each search is given up in the end. */
  '1,000 instances, some can go, after long searches': () =>
    withTwoMore(cluster([128, 129], { size: 640, constraints: [] })),
  /** On each instance is a task of a service that allows one an instance. */
  '1,000 instances, nothing can go, by distinctInstance': () =>
    cluster([64, 96, 128], { size: 8, constraints: DISTINCT }),
  /** On each instance is a task that fits on no other. */
  '1,000 instances, nothing can go, by size': () => cluster([64, 96], { size: 1_200, constraints: [] }),
  /** Of two types, and small enough for other orders than the first to be tried. */
  '109 instances, much can go': () => cluster([64, 96, 128], undefined, SEARCHED, [TYPES[0], TYPES[1]]),
} satisfies Record<string, () => ClusterView>;

export type LargeName = keyof typeof large;

export const isLargeName = (name: string): name is LargeName => Object.hasOwn(large, name);

const DISTINCT = [{ type: 'distinctInstance' }] as const;

interface Single {
  readonly size: number;
  readonly constraints: Workload['constraints'];
}

/** `single`: a task that is on each instance once. */
function cluster(
  sizes: readonly number[],
  single?: Single,
  count = HOSTS,
  types: readonly InstanceTypeView[] = [TYPES[0]],
): ClusterView {
  const random = seeded(1);
  const pick = (of: number) => Math.floor(random() * of);
  const hosts = Array.from({ length: count }, (_, at) => hostAt(at, types[at % types.length]));
  const tasks: TaskView[] = [];
  if (single !== undefined) {
    const { size, constraints } = single;
    const workload = aWorkload('single', { cpu: size, memory: 64 }, { constraints });
    for (const { id } of hosts) tasks.push(aTask(`single-${id}`, id, workload));
  }
  const workloads = Array.from({ length: SERVICES }, (_, at) =>
    aWorkload(`s${at}`, { cpu: sizes[at % sizes.length] ?? 64, memory: [128, 512][at % 2] ?? 128 }),
  );
  const free = hosts.map(({ registered }) => registered.cpu - (single?.size ?? 0));
  while (tasks.length < TASKS_A_HOST * count) {
    const host = pick(count);
    const workload = workloads[pick(SERVICES)];
    const left = (free[host] ?? 0) - (workload?.needs.cpu ?? 0);
    if (workload === undefined || left < 0) continue;
    free[host] = left;
    tasks.push(aTask(`t-${tasks.length}`, `i-${host}`, workload));
  }
  return aView(hosts, tasks);
}

const hostAt = (at: number, type: InstanceTypeView = TYPES[0]) =>
  aHost(`i-${at}`, type, ZONES[at % 3] ?? ZONES[0]);

/** Half full with what ECS does not move. */
function withTwoMore({ hosts, tasks }: ClusterView): ClusterView {
  const more = [hostAt(HOSTS), hostAt(HOSTS + 1)];
  const report = aWorkload('report', { cpu: 900, memory: 64 });
  const standalone = more.map(({ id }) => aTask(`report-${id}`, id, report, 'standalone'));
  return aView([...hosts, ...more], [...tasks, ...standalone]);
}
