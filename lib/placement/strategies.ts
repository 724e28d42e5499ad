import type { Strategy, Workload } from './model.ts';
import type { Bin, Packing } from './packing.ts';

/** Which of `count` equals is taken, as an index from 0. */
export type Ties = (count: number) => number;

/**
 * Of a service that names no strategy: spread over zones (Developer Guide, "Use strategies to define Amazon ECS task
 * placement"), "favoring container instances with the fewest number of running tasks for this service" in a zone
 * ("Update Amazon ECS service parameters"). Standalone tasks have no default.
 */
export const SERVICE_DEFAULT_STRATEGIES: readonly Strategy[] = [
  { type: 'spread', field: 'attribute:ecs.availability-zone' },
  { type: 'spread', field: 'instanceId' },
];

/** Every equal with the same chance. */
export function randomTies(random: () => number): Ties {
  return (count) => Math.min(count - 1, Math.floor(random() * count));
}

/**
 * Where ECS's strategies put a task, out of the first `count` bins, which can take it: each strategy narrows them to
 * its best, the next chooses among those, and what is equal to the last is left to `ties`. Moves the bins about.
 */
export function choose(
  packing: Packing,
  workload: Workload,
  bins: Bin[],
  count: number,
  ties: Ties,
): Bin | undefined {
  let left = count;
  for (const strategy of workload.strategies) {
    if (left <= 1 || strategy.type === 'random') break;
    left = keepLowest(bins, left, rankOf(packing, workload, strategy));
  }
  return bins[left <= 1 ? 0 : ties(left)];
}

function rankOf(
  packing: Packing,
  { group }: Workload,
  strategy: Exclude<Strategy, { type: 'random' }>,
): (bin: Bin) => number {
  switch (strategy.type) {
    case 'binpack':
      return strategy.field === 'cpu' ? freeCpu : freeMemory;
    case 'spread':
      // Tasks on DRAINING hosts count until they have stopped: the Developer Guide speaks of "the tasks from that
      // service" and excepts none.
      return packing.countsBy(strategy.field).of(group);
    default:
      return strategy satisfies never;
  }
}

const freeCpu = ({ free }: Bin) => free.cpu;
const freeMemory = ({ free }: Bin) => free.memory;

/**
 * Moves those of the lowest rank among the first `count` items to the front, in their order; returns how many they are.
 * In place: this runs for every task that is tried somewhere.
 */
export function keepLowest<Item>(items: Item[], count: number, rank: (item: Item) => number): number {
  let lowest = Number.POSITIVE_INFINITY;
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const item = items[at];
    if (item === undefined) break;
    const own = rank(item);
    if (own > lowest) continue;
    if (own < lowest) kept = 0;
    lowest = own;
    items[kept++] = item;
  }
  return kept;
}
