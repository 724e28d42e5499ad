import type { ClusterView, HostView, InstanceTypeView, TaskView } from '../lib/capacity/view.ts';
import { HOUR } from '../lib/clock.ts';
import type { Strategy, Workload } from '../lib/placement/model.ts';
import { Packing } from '../lib/placement/packing.ts';
import { randomTies, Scheduler, SERVICE_DEFAULT_STRATEGIES } from '../lib/placement/place.ts';
import { aHost, aTask, aView, aWorkload, NOW, seeded, TYPES, ZONES } from './capacity-clusters.ts';

/** A cluster as it is after a peak. */
export interface Drifted {
  readonly view: ClusterView;
  /** `alike` and `mixed`: every task may move to every instance and every instance may go; of one type, or of several. */
  readonly kind: 'alike' | 'mixed' | 'held';
}

const KINDS = ['alike', 'held', 'mixed', 'held'] as const;

const spreadZones: Strategy = { type: 'spread', field: 'attribute:ecs.availability-zone' };
const STRATEGIES: readonly (readonly Strategy[])[] = [
  SERVICE_DEFAULT_STRATEGIES,
  [spreadZones, { type: 'binpack', field: 'memory' }],
  [{ type: 'binpack', field: 'cpu' }],
  [{ type: 'spread', field: 'instanceId' }],
  [],
];
const CPUS = [128, 256, 512, 1_024];
/** MiB to a CPU unit. */
const RATIOS = [1, 2, 4];

/**
 * Always the same cluster from the same number: 9 to 60 instances of one to three types in three zones, filled with the
 * tasks of services of different sizes and strategies where ECS would place them, of which 30 to 70 % have then stopped,
 * anywhere. Of the `held` ones some services have constraints, some tasks are standalone or protected, and the group has
 * a minimum.
 */
export function drifted(number: number): Drifted {
  const random = seeded(number);
  const pick = <One>(of: readonly One[]): One => of[Math.floor(random() * of.length)] as One;
  const kind = KINDS[number % 4] ?? 'held';
  const types = someTypes(kind, random);
  const count = 9 + Math.floor(random() * 52);
  const hosts = Array.from({ length: count }, (_, at) =>
    aHost(`i-${at}`, pick(types), ZONES[at % 3] ?? ZONES[0], NOW - (24 + random()) * HOUR),
  );
  const workloads = Array.from({ length: 3 + Math.floor(random() * 15) }, (_, at) => {
    const cpu = pick(CPUS);
    const strategies = pick(STRATEGIES);
    const constraints = kind !== 'held' || random() > 0.3 ? [] : pick(CONSTRAINTS);
    return aWorkload(`s${at}`, { cpu, memory: cpu * pick(RATIOS) }, { strategies, constraints });
  });
  const placed = fill(hosts, workloads, random);
  const share = 0.3 + 0.4 * random();
  const left = placed.filter(({ kind }) => kind === 'daemon' || random() > share);
  return kind === 'held'
    ? { kind, view: aView(hosts, left.map(heldSome(random)), Math.floor((count * random()) / 4)) }
    : { kind, view: aView(hosts, left) };
}

const CONSTRAINTS: readonly Workload['constraints'][] = [
  [{ type: 'distinctInstance' }],
  [
    {
      type: 'memberOf',
      expression: {
        kind: 'equality',
        subject: { kind: 'attribute', name: 'ecs.availability-zone' },
        operator: '!=',
        value: ZONES[2],
      },
    },
  ],
];

function someTypes(kind: Drifted['kind'], random: () => number): readonly InstanceTypeView[] {
  const least = kind === 'mixed' ? 2 : 1;
  const most = kind === 'alike' ? 1 : 3;
  const length = least + Math.floor(random() * (most - least + 1));
  const rank = new Map(TYPES.map((type) => [type, random()]));
  return TYPES.toSorted((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0)).slice(0, length);
}

/** One daemon on each, and then tasks of any service as long as ECS finds a place for 20 of them in a row. */
function fill(hosts: readonly HostView[], workloads: readonly Workload[], random: () => number): TaskView[] {
  const daemon = aWorkload('agent', { cpu: 64, memory: 128 });
  const tasks = hosts.map(({ id }) => aTask(`agent-${id}`, id, daemon, 'daemon'));
  const scheduler = new Scheduler(new Packing(hosts, tasks), randomTies(random));
  for (let misses = 0; misses < 20; ) {
    const workload = workloads[Math.floor(random() * workloads.length)];
    const placed = workload && scheduler.place(`t-${tasks.length}`, workload);
    if (placed === undefined) misses += 1;
    else tasks.push(aTask(placed.id, placed.host, placed.workload));
  }
  return tasks;
}

/** One task of a hundred is standalone, and one protected. */
const heldSome =
  (random: () => number) =>
  (task: TaskView): TaskView => {
    if (task.kind === 'daemon') return task;
    const dice = random();
    if (dice < 0.01) return { ...task, kind: 'standalone' };
    return dice < 0.02 ? { ...task, protectedUntil: NOW + HOUR } : task;
  };
