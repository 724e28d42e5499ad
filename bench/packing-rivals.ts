import type { ClusterView, HostView } from '../lib/capacity/view.ts';
import { Packing } from '../lib/placement/packing.ts';
import { Scheduler } from '../lib/placement/place.ts';
import { isHeld, moves, without } from './packed-view.ts';

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
