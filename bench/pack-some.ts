// Consolidates some of the generated clusters in a process of its own and prints what came of them: see packing-quality.ts.
import { type Drifted, drifted } from './drifted-clusters.ts';
import type { LowerBound } from './lower-bound.ts';
import { sizeOf } from './packed-view.ts';
import { bestOf } from './packing-bound.ts';
import { consolidated } from './packing-ours.ts';
import { emptyGone, packedAnew } from './packing-rivals.ts';

/** What was left of one cluster. */
export interface Left {
  readonly kind: Drifted['kind'];
  readonly least: LowerBound;
  /** By list prices. */
  readonly ours: LowerBound;
  /** Where each instance costs the same, so that as few as possible are to be left. */
  readonly oursByCount: LowerBound;
  /** By list prices: how many drains there were, and how many of them did not end. */
  readonly drains: number;
  readonly stuck: number;
  readonly empty: LowerBound;
  readonly anew: LowerBound;
}

const [from = 0, to = 0] = process.argv.slice(2).map(Number);
const all: Left[] = [];
for (let number = from; number < to; number++) {
  const { view, kind } = drifted(number);
  const groups = view.groups.map((group) => ({
    ...group,
    types: group.types.map((type) => ({ ...type, price: 1 })),
  }));
  const byPrice = consolidated(view);
  // Of one type it makes no difference.
  const byCount = kind === 'alike' ? byPrice : consolidated({ ...view, groups });
  all.push({
    kind,
    least: bestOf(view),
    ours: sizeOf(byPrice.view),
    oursByCount: sizeOf(byCount.view),
    drains: byPrice.drains,
    stuck: byPrice.stuck,
    empty: sizeOf(emptyGone(view)),
    anew: sizeOf(packedAnew(view)),
  });
}
process.stdout.write(JSON.stringify(all));
