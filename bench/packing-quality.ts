import { type Drifted, drifted } from './drifted-clusters.ts';
import type { Figure } from './figure.ts';
import type { LowerBound } from './lower-bound.ts';
import { bestOf, consolidated, emptyGone, packedAnew, sizeOf } from './packing-rivals.ts';

const CLUSTERS = 200;

const KINDS: Readonly<Record<Drifted['kind'], string>> = {
  alike: 'one instance type, all may move',
  mixed: 'two or three types, all may move',
  held: 'with constraints, minimums and tasks that do not move',
};

type Way = 'least' | 'ours' | 'empty' | 'anew';
type Sums = Record<Way, { count: number; cost: number }>;

/**
 * How many instances consolidation leaves of clusters after a peak, and what they cost, against a lower bound of both;
 * beside what goes when only empty instances do, and first-fit decreasing that may place every task anew.
 */
export async function measurePackingQuality(
  onProgress: (done: number, of: number) => void,
): Promise<Figure[]> {
  const sums: Record<Drifted['kind'], Sums> = { alike: noSums(), mixed: noSums(), held: noSums() };
  for (let number = 0; number < CLUSTERS; number++) {
    const { view, kind } = drifted(number);
    add(sums[kind], 'least', bestOf(view));
    add(sums[kind], 'ours', sizeOf(consolidated(view)));
    add(sums[kind], 'empty', sizeOf(emptyGone(view)));
    add(sums[kind], 'anew', sizeOf(packedAnew(view)));
    onProgress(number + 1, CLUSTERS);
    // So that the progress is seen, and a signal heard.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return [
    figure('alike', 'count', sums.alike, { atMost: 5 }),
    figure('mixed', 'cost', sums.mixed, { atMost: 15 }),
    figure('mixed', 'count', sums.mixed),
    figure('held', 'cost', sums.held),
    figure('held', 'count', sums.held),
  ];
}

function figure(
  kind: Drifted['kind'],
  what: 'count' | 'cost',
  sums: Sums,
  bound: Pick<Figure, 'atMost'> = {},
): Figure {
  const excess = (way: Way) => 100 * (sums[way][what] / sums.least[what] - 1);
  const rivals = `${excess('empty').toFixed(1)} % when only empty ones go, ${excess('anew').toFixed(1)} % by first-fit decreasing from scratch`;
  return {
    name: `consolidated clusters (${KINDS[kind]}): ${what === 'count' ? 'instances' : 'cost'} above the lower bound`,
    value: excess('ours'),
    unit: '%',
    note: rivals,
    ...bound,
  };
}

const noSums = (): Sums => ({
  least: { count: 0, cost: 0 },
  ours: { count: 0, cost: 0 },
  empty: { count: 0, cost: 0 },
  anew: { count: 0, cost: 0 },
});

function add(sums: Sums, way: Way, { count, cost }: LowerBound): void {
  sums[way].count += count;
  sums[way].cost += cost;
}
