import { planConsolidation } from '../lib/capacity/consolidate.ts';
import type { ConsolidationPolicy } from '../lib/capacity/policy.ts';
import type { ClusterView, HostView, TaskView } from '../lib/capacity/view.ts';
import { Packing } from '../lib/placement/packing.ts';
import { Scheduler } from '../lib/placement/place.ts';
import { aPolicy, NOW, seeded } from './capacity-clusters.ts';
import { type LowerBound, lowerBound } from './lower-bound.ts';

/** It cannot move, and so its instance cannot go. */
const isHeld = ({ kind, protectedUntil }: TaskView) => kind === 'standalone' || protectedUntil !== undefined;
const moves = (task: TaskView) => task.kind === 'service' && !isHeld(task);

const priceOf = ({ groups }: ClusterView, { instanceType }: HostView) =>
  groups.flatMap(({ types }) => types).find(({ name }) => name === instanceType)?.price ?? 0;

/** The instances of the view and what they cost an hour. */
export const sizeOf = (view: ClusterView): LowerBound => ({
  count: view.hosts.length,
  cost: view.hosts.reduce((sum, host) => sum + priceOf(view, host), 0),
});

/** Consolidation carried out until nothing goes any more: as soon as it may, as many at once as may. */
export function consolidated(view: ClusterView, said: Partial<ConsolidationPolicy> = {}): ClusterView {
  const policy = aPolicy({ afterMs: 0, minimumAgeMs: 0, budgets: [], balance: 0, ...said });
  const random = seeded(1);
  for (let now = view; ; ) {
    const { steps } = planConsolidation(now, policy, NOW, { candidates: {}, leaving: {} }, random);
    if (steps.length === 0) return now;
    const gone = new Set(steps.flatMap(({ hosts }) => hosts));
    const to = new Map(steps.flatMap((step) => step.moves.map((move) => [move.task, move.to])));
    const tasks = now.tasks.map((task) => ({ ...task, host: to.get(task.id) ?? task.host }));
    now = without(gone, { ...now, tasks });
  }
}

function without(gone: ReadonlySet<string>, view: ClusterView): ClusterView {
  const hosts = view.hosts.filter(({ id }) => !gone.has(id));
  const groups = view.groups.map((group) => ({ ...group, desired: hosts.length }));
  return { ...view, hosts, groups, tasks: view.tasks.filter(({ host }) => !gone.has(host)) };
}

/** What ECS's managed scaling comes to in the end: instances go on which nothing but daemons runs. */
export function emptyGone(view: ClusterView): ClusterView {
  const used = new Set(view.tasks.flatMap(({ kind, host }) => (kind === 'daemon' ? [] : [host])));
  const most = view.hosts.length - (view.groups[0]?.min ?? 0);
  const empty = view.hosts.filter(({ id }) => !used.has(id)).slice(0, most);
  return without(new Set(empty.map(({ id }) => id)), view);
}

/**
 * First-fit decreasing, from scratch: all tasks move at once, no strategy counts, and the largest instances are filled
 * first, after those that cannot go. It may come out below what any sequence of drains can reach, and above too.
 */
export function packedAnew(view: ClusterView): ClusterView {
  const held = view.tasks.filter((task) => !moves(task));
  const staying = new Set(held.flatMap((task) => (isHeld(task) ? [task.host] : [])));
  const rank = ({ id, registered }: HostView) => [Number(staying.has(id)), weightOf(registered)] as const;
  const hosts = view.hosts.toSorted((a, b) => {
    const [[stays, weight], [otherStays, otherWeight]] = [rank(a), rank(b)];
    return otherStays - stays || otherWeight - weight;
  });
  const first = new Scheduler(new Packing(hosts, held), () => 0);
  const items = view.tasks.filter(moves);
  const used = new Set(staying);
  for (const { id, workload } of items.toSorted(
    (a, b) => weightOf(b.workload.needs) - weightOf(a.workload.needs),
  )) {
    const placed = first.place(id, { ...workload, strategies: [] });
    if (placed === undefined) return view;
    used.add(placed.host);
  }
  const idle = hosts.filter(({ id }) => !used.has(id)).slice(0, hosts.length - (view.groups[0]?.min ?? 0));
  return without(new Set(idle.map(({ id }) => id)), view);
}

const weightOf = ({ cpu, memory }: { readonly cpu: number; readonly memory: number }) => cpu + memory / 4;

/** Of the instances that are there. */
export function bestOf(view: ClusterView): LowerBound {
  const tasksOn = Map.groupBy(view.tasks, ({ host }) => host);
  const bins = view.hosts.map((host) => {
    const tasks = tasksOn.get(host.id) ?? [];
    const fixed = tasks.filter((task) => !moves(task));
    const less = (name: 'cpu' | 'memory') =>
      fixed.reduce((left, { workload }) => left - workload.needs[name], host.registered[name]);
    return {
      cpu: less('cpu'),
      memory: less('memory'),
      price: priceOf(view, host),
      stays: tasks.some(isHeld),
    };
  });
  const items = view.tasks.filter(moves).map(({ workload }) => workload.needs);
  return lowerBound(bins, items, view.groups[0]?.min);
}
