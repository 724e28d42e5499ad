import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bin, type Item, type LowerBound, lowerBound } from '../../bench/lower-bound.ts';

const bin = (size: number, said: Partial<Bin> = {}): Bin => ({
  cpu: size,
  memory: size,
  price: size,
  stays: false,
  ...said,
});
const item = (size: number): Item => ({ cpu: size, memory: size });
const times = <One>(count: number, one: One): One[] => Array.from({ length: count }, () => one);

describe('the lower bound of instances', () => {
  it('is the volume where tasks are small', () => {
    expect(lowerBound(times(5, bin(10)), times(21, item(1)))).toEqual({ count: 3, cost: 30 });
  });

  it('counts tasks larger than half an instance one by one', () => {
    expect(lowerBound(times(5, bin(10)), times(4, item(6))).count).toBe(4);
  });

  it('counts how many whole tasks an instance holds', () => {
    // Two of 4 to an instance of 10: by volume 6 of them would do with 3 instances.
    expect(lowerBound(times(5, bin(11)), times(7, item(4))).count).toBe(4);
  });

  it('takes the largest instances for the count and the cheapest for the cost', () => {
    const bins = [bin(10, { price: 9 }), bin(5, { price: 1 }), bin(5, { price: 1 })];

    expect(lowerBound(bins, times(10, item(1)))).toEqual({ count: 1, cost: expect.closeTo(2) });
  });

  it('counts an instance that must stay as one, with its room', () => {
    const bins = [bin(2, { stays: true }), bin(10), bin(10)];

    expect(lowerBound(bins, times(12, item(1)))).toEqual({ count: 2, cost: 12 });
    expect(lowerBound(bins, [])).toEqual({ count: 1, cost: 2 });
  });

  it('is no lower than the minimum of the group', () => {
    expect(lowerBound(times(5, bin(10)), [], 3)).toEqual({ count: 3, cost: 30 });
  });

  it('is never above the best of all ways to pack', () => {
    const size = fc.integer({ min: 1, max: 12 });
    const bins = fc.array(fc.record({ cpu: size, memory: size, price: size, stays: fc.boolean() }), {
      minLength: 1,
      maxLength: 5,
    });
    const items = fc.array(fc.record({ cpu: size, memory: size }), { maxLength: 6 });
    fc.assert(
      fc.property(bins, items, fc.integer({ min: 0, max: 2 }), (someBins, someItems, minimum) => {
        const best = optimum(someBins, someItems, Math.min(minimum, someBins.length));
        fc.pre(best !== undefined);
        const bound = lowerBound(someBins, someItems, Math.min(minimum, someBins.length));
        expect(bound.count).toBeLessThanOrEqual(best?.count ?? 0);
        expect(bound.cost).toBeLessThanOrEqual((best?.cost ?? 0) + 1e-6);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** By trying every set of bins; undefined when all together are too few. */
function optimum(bins: readonly Bin[], items: readonly Item[], minimum: number): LowerBound | undefined {
  let best: LowerBound | undefined;
  for (let set = 0; set < 2 ** bins.length; set++) {
    const kept = bins.filter(({ stays }, at) => stays || (set >> at) % 2 === 1);
    if (kept.length < minimum || !pack(kept, items)) continue;
    const cost = kept.reduce((sum, { price }) => sum + price, 0);
    best = {
      count: Math.min(best?.count ?? kept.length, kept.length),
      cost: Math.min(best?.cost ?? cost, cost),
    };
  }
  return best;
}

function pack(bins: readonly Item[], [first, ...rest]: readonly Item[]): boolean {
  if (first === undefined) return true;
  return bins.some(({ cpu, memory }, at) => {
    const left = { cpu: cpu - first.cpu, memory: memory - first.memory };
    return left.cpu >= 0 && left.memory >= 0 && pack(bins.with(at, left), rest);
  });
}
