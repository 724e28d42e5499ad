import type { ConsolidationPlan } from '../../../lib/capacity/plan.ts';
import type { ClusterView, GroupView } from '../../../lib/capacity/view.ts';
import type { Placed } from '../../../lib/placement/model.ts';
import type { Fate } from './fates.ts';

/** An instance that a plan launches. */
export interface Launched {
  readonly id: string;
  readonly group: string;
  readonly zone: string;
  readonly instanceType: string;
  /** The least of what the types of its group have: Auto Scaling chooses among them. */
  readonly registered: { readonly cpu: number; readonly memory: number };
  /** Of an hour, of the dearest type; undefined: not known. */
  readonly price: number | undefined;
  readonly fate: Fate;
  /** The tasks that start on it by themselves. */
  readonly daemons: readonly Placed[];
}

/** What replaces others, one for each step that says so, as the plan has counted it. Pure. */
export function launchesOf(
  { steps }: ConsolidationPlan,
  view: ClusterView,
  priceOf: (instanceType: string) => number | undefined,
): Launched[] {
  const targets = new Set(steps.flatMap(({ moves }) => moves.map(({ to }) => to)));
  const zones = new Map(view.hosts.map(({ id, zone }) => [id, zone]));
  const counts = new Map<string, number>();
  return steps.flatMap(({ replaceBy, hosts: gone }): Launched[] => {
    const group = view.groups.find(({ name }) => name === replaceBy?.group);
    if (replaceBy === undefined || group === undefined) return [];
    const number = (counts.get(group.name) ?? 0) + 1;
    counts.set(group.name, number);
    // The zone stands only in the moves, and where nothing moves it is not known.
    const name = `${group.name}/new-${number}/`;
    const id = [...targets].find((to) => to.startsWith(name)) ?? `${name}${zones.get(gone[0] ?? '') ?? ''}`;
    const sentence = `Launched in place of ${gone.join(', ')}. Auto Scaling chooses its zone, and its type among those of ${group.name}; the price is that of the dearest.`;
    return [
      {
        id,
        group: group.name,
        zone: id.slice(name.length),
        instanceType: replaceBy.type,
        registered: {
          cpu: Math.min(...group.types.map(({ registered }) => registered.cpu)),
          memory: Math.min(...group.types.map(({ registered }) => registered.memory)),
        },
        price: dearest(group, priceOf),
        fate: { kind: 'new', reason: 'replacement-ordered', sentence },
        daemons: daemonsOn(id, group, view),
      },
    ];
  });
}

function dearest(
  { types }: GroupView,
  priceOf: (instanceType: string) => number | undefined,
): number | undefined {
  const prices = types.map(({ name }) => priceOf(name));
  const known = prices.filter((price) => price !== undefined);
  return known.length === prices.length ? Math.max(...known) : undefined;
}

/** One task of each daemon service that the group's instances have. */
function daemonsOn(id: string, { name }: GroupView, { hosts, tasks }: ClusterView): Placed[] {
  const own = new Set(hosts.filter(({ group }) => group === name).map((host) => host.id));
  const running = tasks.filter(({ kind, host }) => kind === 'daemon' && own.has(host));
  const workloads = new Map(running.map(({ workload }) => [workload.group, workload]));
  return [...workloads.values()].map((workload) => ({
    id: `${workload.group} on ${id}`,
    workload,
    host: id,
  }));
}
