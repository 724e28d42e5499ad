import { planConsolidation, stillFit } from '../lib/capacity/consolidation/consolidate.ts';
import type { Removal } from '../lib/capacity/plan.ts';
import type { ClusterView } from '../lib/capacity/view.ts';
import { Packing } from '../lib/placement/packing.ts';
import { randomTies, Scheduler } from '../lib/placement/place.ts';
import { aPolicy, NOW, seeded } from './capacity-clusters.ts';
import { without } from './packed-view.ts';

/** A fifth at once, and nobody waits. */
const POLICY = aPolicy({
  afterMs: 0,
  minimumAgeMs: 0,
  budgets: [{ limit: { kind: 'percent', value: 20 }, reasons: null, window: null }],
  balance: 0,
});

/** So many looks in a row at which nothing goes: some of the search, and of the proofs, goes by chance. */
const PATIENCE = 2;

export interface Consolidated {
  readonly view: ClusterView;
  readonly drains: number;
  /** Of those, how many did not end. */
  readonly stuck: number;
}

/**
 * Consolidation carried out until nothing goes any more, at several looks. As in the function what may go at once drains at once, and whether
 * all of that fits is asked again before; then ECS places the tasks, in any order and with ties settled its own way. An
 * instance with a task that finds no place then stays.
 */
export function consolidated(from: ClusterView): Consolidated {
  const random = seeded(1);
  const ofEcs = seeded(2);
  let view = from;
  let drains = 0;
  let stuck = 0;
  let idle = 0;
  for (;;) {
    const { steps } = planConsolidation(view, POLICY, NOW, { candidates: {}, leaving: {} }, random);
    const going = atOnce(steps, view, random);
    const moved = drained(going, view, ofEcs);
    const gone = going.difference(moved.stuck);
    drains += going.size;
    stuck += moved.stuck.size;
    view = without(gone, { ...view, tasks: moved.tasks });
    idle = gone.size === 0 ? idle + 1 : 0;
    if (idle === PATIENCE) return { view, drains, stuck };
  }
}

/** All of them, or, where that does not fit, as many as do one after the other. */
function atOnce(steps: readonly Removal[], view: ClusterView, random: () => number): ReadonlySet<string> {
  const all = steps.flatMap(({ hosts }) => hosts);
  if (stillFit(view, all, random)) return new Set(all);
  const going = new Set<string>();
  for (const host of all) if (stillFit(view, [...going, host], random)) going.add(host);
  return going;
}

/** The tasks with their new hosts, and the hosts of those for which there is no place. */
function drained(going: ReadonlySet<string>, view: ClusterView, random: () => number) {
  const left = without(going, view);
  const scheduler = new Scheduler(new Packing(left.hosts, left.tasks), randomTies(random));
  const moving = view.tasks.filter(({ host, kind }) => going.has(host) && kind !== 'daemon');
  const inOrder = moving.map((task) => ({ task, rank: random() })).toSorted((a, b) => a.rank - b.rank);
  const to = new Map<string, string>();
  const stuck = new Set<string>();
  for (const { task } of inOrder) {
    const placed = scheduler.place(task.id, task.workload);
    if (placed === undefined) stuck.add(task.host);
    else to.set(task.id, placed.host);
  }
  const tasks = view.tasks.map((task) => ({ ...task, host: to.get(task.id) ?? task.host }));
  return { tasks, stuck };
}
