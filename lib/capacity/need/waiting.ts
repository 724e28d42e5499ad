import type { EpochMs } from '../../clock.ts';
import { sizeOf, type Workload } from '../../placement/model.ts';
import type { Bin, Packing } from '../../placement/packing.ts';
import { Scheduler } from '../../placement/place.ts';
import type { Waiting } from '../pending.ts';
import type { ClusterView, PendingTasks } from '../view.ts';

/** Before the ids of tasks that have none yet. */
const WAITING = 'waiting ';

export interface WaitingTasks {
  /** Largest first, so that small tasks fill what the large ones leave. */
  readonly due: readonly Waiting[];
  /** Those that have not waited long enough for an instance to be launched. */
  readonly young: readonly PendingTasks[];
}

/** What waits for an instance. Daemons do not: they come with instances, and none is launched for them. */
export function waitingTasks(view: ClusterView, daemons: readonly Workload[], since: EpochMs): WaitingTasks {
  const ofDaemons = new Set(daemons.map(({ group }) => group));
  const pending = view.pending.filter(({ workload, count }) => count > 0 && !ofDaemons.has(workload.group));
  const due = pending.filter((one) => one.since <= since);
  return {
    due: due.map(({ workload, count }) => ({ workload, count })).toSorted(largestFirst),
    young: pending.filter((one) => one.since > since),
  };
}

/** Of a stable order, whatever order they were read in: the same cluster gets the same plan. */
function largestFirst({ workload: a }: Waiting, { workload: b }: Waiting): number {
  return sizeOf(b.needs) - sizeOf(a.needs) || (a.group < b.group ? -1 : Number(a.group > b.group));
}

/** Of the daemon services: of the larger task while a deployment replaces it. */
export function daemonsOf({ tasks, daemons = [] }: ClusterView): readonly Workload[] {
  const largest = new Map<string, Workload>();
  const running = tasks.flatMap(({ kind, workload }) => (kind === 'daemon' ? [workload] : []));
  for (const workload of [...daemons, ...running]) {
    const other = largest.get(workload.group);
    if (other === undefined || sizeOf(workload.needs) > sizeOf(other.needs))
      largest.set(workload.group, workload);
  }
  return [...largest.values()];
}

/**
 * Places tasks as ECS would; what finds no place is left. Ties go to the first host: by chance they would make one plan
 * launch for tasks that the next one finds a place for.
 */
export function placeOn(packing: Packing, waiting: readonly Waiting[]): readonly Waiting[] {
  const scheduler = new Scheduler(packing, () => 0);
  let placed = 0;
  const placeSome = ({ workload, count }: Waiting): Waiting => {
    let left = count;
    for (; left > 0 && scheduler.place(`${WAITING}${placed}`, workload) !== undefined; left--) placed += 1;
    return { workload, count: left };
  };
  // Once more as long as that helps: a constraint may ask for tasks of another group that were placed only now.
  for (let left = waiting; ; ) {
    const before = placed;
    left = left.map(placeSome).filter(({ count }) => count > 0);
    if (placed === before || left.length === 0) return left;
  }
}

/** How many of the tasks that were placed are there. */
export function placedOn({ tasks }: Bin): number {
  let count = 0;
  for (const id of tasks.keys()) if (id.startsWith(WAITING)) count += 1;
  return count;
}

export const countOf = (waiting: readonly Waiting[]) => waiting.reduce((sum, { count }) => sum + count, 0);
