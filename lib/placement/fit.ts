import { fitsForCertain } from './certain.ts';
import { sizeOf, type Workload } from './model.ts';
import type { Packing } from './packing.ts';
import { type Misfits, Scheduler } from './place.ts';
import { findStranded } from './search.ts';
import { randomTies, type Ties } from './strategies.ts';

/** A task that has to start somewhere. */
export interface Moving {
  readonly id: string;
  readonly workload: Workload;
}

export type Fit =
  | { readonly fits: true; readonly moves: readonly { readonly task: string; readonly to: string }[] }
  | { readonly fits: false; readonly task: string; readonly misfits: Misfits };

const SHUFFLES = 3;

/**
 * Whether these tasks all find a place on open hosts whatever order ECS starts them in and however it settles ties.
 * Tasks that are alike share their workload, by identity. The packing is as before afterwards.
 *
 * `fits: false` is proven: one order was found in which a task is left without a place. `fits: true` is proven where a
 * bound (`fitsForCertain`) or a complete search (`findStranded`: few tasks, or few hosts) says so. Otherwise it means
 * that adverse orders (as given, reversed, largest first, smallest first, shuffled) with adverse ties (first, last,
 * random), and as much of the search as there is time for, all went well.
 *
 * Not thought of: other tasks that ECS places meanwhile; which of several capacity providers ECS settles on for a task;
 * what strategies count where tasks that are replaced still run (here they count as long as they are in the packing).
 * `moves` are those of the order as given with random ties. They are what is probable, not what ECS will do.
 */
export function fitsInEveryOrder(packing: Packing, tasks: readonly Moving[], random: () => number): Fit {
  const probable = attempt(packing, tasks, randomTies(random));
  if (!probable.fits || tasks.length <= 1 || fitsForCertain(packing, tasks)) return probable;
  for (const order of adverseOrders(tasks, random)) {
    for (const ties of [first, last, randomTies(random)]) {
      let tied = false;
      const trial = attempt(packing, order, (count) => {
        tied = true;
        return ties(count);
      });
      if (!trial.fits) return trial;
      if (!tied) break;
    }
  }
  return unlessStranded(packing, tasks, probable);
}

/**
 * Whether they find a place in each adverse order, with ties settled for the first in one and for the last in the next: for
 * who asks thousands of times, and then proves what comes of it. The packing is as before afterwards.
 */
export function seemsToFit(packing: Packing, tasks: readonly Moving[], random: () => number): Fit {
  const fit = attempt(packing, tasks, first);
  if (!fit.fits || tasks.length <= 1) return fit;
  for (const [at, order] of adverseOrders(tasks, random).entries()) {
    const other = attempt(packing, order, at % 2 === 0 ? last : first);
    if (!other.fits) return other;
  }
  return fit;
}

function unlessStranded(packing: Packing, tasks: readonly Moving[], otherwise: Fit): Fit {
  const search = findStranded(
    packing,
    tasks.map(({ workload }) => workload),
  );
  if (search.kind !== 'stranded') return otherwise;
  // Any of its kind: the last, since those before it are placed first.
  const task = tasks.findLast(({ workload }) => workload === search.workload)?.id ?? '';
  return { fits: false, task, misfits: search.misfits };
}

const first: Ties = () => 0;
const last: Ties = (count) => count - 1;

function attempt(packing: Packing, tasks: readonly Moving[], ties: Ties): Fit {
  const scheduler = new Scheduler(packing, ties);
  const mark = packing.mark();
  const moves: { task: string; to: string }[] = [];
  try {
    for (const { id, workload } of tasks) {
      const placement = scheduler.next(workload);
      if (placement.kind === 'nowhere') return { fits: false, task: id, misfits: placement.misfits };
      packing.place(id, workload, placement.bin);
      moves.push({ task: id, to: placement.bin.host.id });
    }
    return { fits: true, moves };
  } finally {
    packing.rollback(mark);
  }
}

/** Orders that differ: tasks of one workload are all alike. */
function adverseOrders(tasks: readonly Moving[], random: () => number): readonly (readonly Moving[])[] {
  const bySize = tasks.toSorted((a, b) => sizeOf(b.workload.needs) - sizeOf(a.workload.needs));
  const shuffled = Array.from({ length: SHUFFLES }, () => shuffle(tasks, random));
  const orders = [tasks, bySize, bySize.toReversed(), tasks.toReversed(), ...shuffled];
  return orders.filter((order, at) => !orders.slice(0, at).some((earlier) => alike(earlier, order)));
}

function alike(a: readonly Moving[], b: readonly Moving[]): boolean {
  return a.every(({ workload }, at) => workload === b[at]?.workload);
}

function shuffle<Item>(items: readonly Item[], random: () => number): Item[] {
  const ties = randomTies(random);
  const shuffled = [...items];
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = ties(at + 1);
    [shuffled[at], shuffled[other]] = [shuffled[other] as Item, shuffled[at] as Item];
  }
  return shuffled;
}
