import type { ClusterView, HostView, TaskView } from '../lib/capacity/view.ts';
import { excluded } from '../lib/placement/constraints.ts';
import type { Workload } from '../lib/placement/model.ts';
import { ZONES } from './capacity-clusters.ts';
import { type Bins, type Items, type LowerBound, lowerBound } from './lower-bound.ts';
import { isHeld, moves, priceOf } from './packed-view.ts';

interface HostBins extends Bins {
  /** One of them. */
  readonly host: HostView;
  /** Of the tasks that stay on it. */
  readonly groups: readonly string[];
}

/** Of the instances that are there, under the limits that consolidation keeps to. */
export function bestOf(view: ClusterView): LowerBound {
  const tasksOn = Map.groupBy(view.tasks, ({ host }) => host);
  const bins = new Map<string, HostBins>();
  for (const host of view.hosts) {
    const one = binOf(host, tasksOn.get(host.id) ?? [], priceOf(view, host));
    const key = JSON.stringify({ ...one, host: undefined });
    bins.set(key, { ...one, count: (bins.get(key)?.count ?? 0) + 1 });
  }
  const moving = Map.groupBy(view.tasks.filter(moves), ({ workload }) => workload);
  const items = [...moving].map(([workload, { length }]) => itemsOf(workload, length));
  const minimum = view.groups[0]?.min ?? 0;
  return lowerBound([...bins.values()], items, { minimum, skew: skewOf(view) });
}

function binOf(host: HostView, tasks: readonly TaskView[], price: number): HostBins {
  const fixed = tasks.filter((task) => !moves(task));
  const left = (name: 'cpu' | 'memory') =>
    fixed.reduce((room, { workload }) => room - workload.needs[name], host.registered[name]);
  return {
    count: 1,
    cpu: left('cpu'),
    memory: left('memory'),
    price,
    zone: host.zone,
    stay: fixed.some(isHeld),
    host,
    groups: fixed.map(({ workload }) => workload.group).toSorted(),
  };
}

function itemsOf(workload: Workload, count: number): Items<HostBins> {
  const { cpu, memory } = workload.needs;
  const distinct = workload.constraints.some(({ type }) => type === 'distinctInstance');
  const allowed = ({ host, groups }: HostBins) =>
    excluded(host, workload) === undefined && !(distinct && groups.includes(workload.group));
  return { count, cpu, memory, distinct, allowed };
}

/** What it is now, or one: consolidation brings zones no further apart (the default of zoneSkew). */
function skewOf({ hosts }: ClusterView): number {
  const counts = ZONES.map((zone) => hosts.filter((host) => host.zone === zone).length);
  return Math.max(1, Math.max(...counts) - Math.min(...counts));
}
