/** An instance as a bin: the room for tasks that move, without what daemons and tasks that do not move take. */
export interface Bin {
  readonly cpu: number;
  readonly memory: number;
  readonly price: number;
  /** It cannot go, whatever moves. */
  readonly stays: boolean;
}

export interface Item {
  readonly cpu: number;
  readonly memory: number;
}

/** What any choice of instances that holds all tasks has at least: how many there are, and what they cost. */
export interface LowerBound {
  readonly count: number;
  readonly cost: number;
}

/** Shares of CPU and memory in what is measured as size. */
const WEIGHTS = [0, 0.25, 0.5, 0.75, 1];
/** Against sums in floating point: too low a bound is still one. */
const LITTLE = 1e-9;

/** What an item counts by its size, and what the items in a bin of a size count together at most. */
interface Measure {
  readonly item: (size: number) => number;
  readonly bin: (size: number) => number;
}

/**
 * Martello and Toth's bound L2 ("Lower bounds and reduction procedures for the bin packing problem", 1990), with a bound
 * by whole numbers beside it, for bins of different sizes and two resources.
 *
 * It holds. Let the size of an item, and of a bin, be w * cpu + (1 - w) * memory: what fits in both resources fits in size.
 * With each Measure below the worths of the bins that are kept add up to at least what all items count. The fewest bins
 * for which they do are those that must stay and then those worth most; the cheapest, a part of the last one only, are
 * those that must stay and then those with the lowest price for their worth. Each w and each measure gives a bound, and
 * the largest of them is one.
 * @param minimum of instances that are kept whatever the tasks need
 */
export function lowerBound(bins: readonly Bin[], items: readonly Item[], minimum = 0): LowerBound {
  let count = Math.max(minimum, bins.filter(({ stays }) => stays).length);
  let cost = 0;
  const total = { cpu: sum(items.map(({ cpu }) => cpu)), memory: sum(items.map(({ memory }) => memory)) };
  for (const weight of WEIGHTS) {
    const sizeOf = ({ cpu, memory }: Item) =>
      (weight * cpu) / (total.cpu || 1) + ((1 - weight) * memory) / (total.memory || 1);
    const sizes = items.map(sizeOf);
    const largest = Math.max(0, ...bins.map(sizeOf));
    for (const { item, bin } of measures(new Set(sizes), largest)) {
      const counted = sum(sizes.map(item)) - LITTLE;
      const worths = bins.map((one) => ({ ...one, worth: bin(sizeOf(one)) }));
      count = Math.max(count, fewest(worths, counted));
      cost = Math.max(cost, cheapest(worths, counted));
    }
  }
  return { count, cost: Math.max(cost, costOf(bins, count)) };
}

function measures(sizes: ReadonlySet<number>, largest: number): readonly Measure[] {
  const few = [...sizes].filter((size) => size > 0);
  return [
    ...[0, ...few.filter((size) => size <= largest / 2)].map((least) => byLargeItems(least, largest)),
    ...few.flatMap((size) => [size, size / 2, size / 3]).map(inWholes),
  ];
}

/**
 * Let C be the largest bin's size and a <= C/2. An item counts C when it is larger than C - a, nothing when it is smaller
 * than a, and its size otherwise. Then the items in a bin of size c count at most
 * - C, if c > C - a: beside an item larger than C - a there is less than a left, so that all others count nothing; and
 *   without one they count at most their size, c <= C;
 * - c otherwise, since no item is larger than C - a.
 */
function byLargeItems(least: number, largest: number): Measure {
  const isLarge = (size: number) => size > largest - least + LITTLE;
  return {
    item: (size) => (isLarge(size) ? largest : size >= least ? size : 0),
    bin: (size) => (isLarge(size) ? largest : size),
  };
}

/** How often a unit goes into each, without remainders: of a sum that is at least the sum of how often. */
function inWholes(unit: number): Measure {
  return {
    item: (size) => Math.floor(size / unit + LITTLE),
    // As many times the tolerance as there are items in a bin at most, so that it never counts less than they do.
    bin: (size) => Math.floor(size / unit + 1_000 * LITTLE),
  };
}

type Worth = Bin & { readonly worth: number };

const staysFirst = (a: Bin, b: Bin) => Number(b.stays) - Number(a.stays);

function fewest(bins: readonly Worth[], counted: number): number {
  let left = counted;
  let count = 0;
  for (const { worth, stays } of bins.toSorted((a, b) => staysFirst(a, b) || b.worth - a.worth)) {
    if (left <= 0 && !stays) break;
    left -= worth;
    count += 1;
  }
  return count;
}

function cheapest(bins: readonly Worth[], counted: number): number {
  let left = counted;
  let cost = 0;
  const useful = bins.filter(({ worth, stays }) => stays || worth > 0);
  for (const { price, worth, stays } of useful.toSorted(
    (a, b) => staysFirst(a, b) || a.price / a.worth - b.price / b.worth,
  )) {
    if (left <= 0 && !stays) break;
    cost += stays ? price : price * Math.min(1, left / worth);
    left -= worth;
  }
  return cost;
}

/** Of so many: those that must stay, and the cheapest. */
function costOf(bins: readonly Bin[], count: number): number {
  const chosen = bins.toSorted((a, b) => staysFirst(a, b) || a.price - b.price).slice(0, count);
  return sum(chosen.map(({ price }) => price));
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
