import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bins, type Items, type Limits, type LowerBound, lowerBound } from '../../bench/lower-bound.ts';

const bins = (count: number, size: number, said: Partial<Bins> = {}): Bins => ({
  count,
  cpu: size,
  memory: size,
  price: size,
  zone: 'a',
  stay: false,
  ...said,
});
const items = (count: number, size: number, said: Partial<Items> = {}): Items => ({
  count,
  cpu: size,
  memory: size,
  distinct: false,
  allowed: () => true,
  ...said,
});
const NONE: Limits = { minimum: 0, skew: 100 };
const sized = (count: number, cost: number) => ({ count, cost: expect.closeTo(cost, 1) });

describe('the lower bound of instances', () => {
  it('is the volume where tasks are small', () => {
    expect(lowerBound([bins(5, 10)], [items(21, 1)], NONE)).toEqual(sized(3, 30));
  });

  it('counts tasks larger than half an instance one by one', () => {
    expect(lowerBound([bins(5, 10)], [items(4, 6)], NONE)).toEqual(sized(4, 40));
  });

  it('counts how many whole tasks an instance holds', () => {
    // Two of 4 to an instance of 11: by volume 7 of them would do with 3 instances.
    expect(lowerBound([bins(5, 11)], [items(7, 4)], NONE).count).toBe(4);
  });

  it('takes the largest instances for the count and the cheapest for the cost', () => {
    const some = [bins(1, 10, { price: 9 }), bins(2, 5, { price: 1 })];

    expect(lowerBound(some, [items(10, 1)], NONE)).toEqual(sized(1, 2));
  });

  it('counts an instance that must stay as one, with its room', () => {
    const some = [bins(1, 2, { stay: true }), bins(2, 10)];

    expect(lowerBound(some, [items(12, 1)], NONE)).toEqual(sized(2, 12));
    expect(lowerBound(some, [], NONE)).toEqual(sized(1, 2));
  });

  it('is no lower than the minimum of the group', () => {
    expect(lowerBound([bins(5, 10)], [], { minimum: 3, skew: 100 })).toEqual(sized(3, 30));
  });

  it('has an instance for each task of those that allow one an instance', () => {
    expect(lowerBound([bins(5, 10)], [items(4, 1, { distinct: true })], NONE).count).toBe(4);
  });

  it('has tasks run only where they may', () => {
    const some = [bins(3, 10), bins(3, 10, { zone: 'b' })];
    const inB = items(20, 1, { allowed: ({ zone }) => zone === 'b' });

    expect(lowerBound(some, [inB, items(10, 1)], NONE).count).toBe(3);
  });

  it('keeps the zones as near to each other as they have to be', () => {
    const some = [bins(3, 10), bins(3, 10, { zone: 'b' })];
    const inB = items(30, 1, { allowed: ({ zone }) => zone === 'b' });

    expect(lowerBound(some, [inB], { minimum: 0, skew: 1 }).count).toBe(5);
  });

  it('says so when there is no choice', () => {
    expect(() => lowerBound([bins(1, 10)], [items(2, 6)], NONE)).toThrow(/Infeasible/);
  });

  it('is never above the best of all ways to pack', () => {
    const size = fc.integer({ min: 1, max: 12 });
    const zone = fc.constantFrom('a', 'b');
    const someBins = fc.array(
      fc.record({ count: fc.constant(1), cpu: size, memory: size, price: size, zone, stay: fc.boolean() }),
      { minLength: 1, maxLength: 5 },
    );
    const allowed = fc.constantFrom<Items['allowed']>(
      () => true,
      (one) => one.zone === 'a',
    );
    const someItems = fc.array(
      fc.record({ count: fc.constantFrom(1, 2), cpu: size, memory: size, distinct: fc.boolean(), allowed }),
      { maxLength: 4 },
    );
    const limits = fc.record({
      minimum: fc.integer({ min: 0, max: 2 }),
      skew: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(someBins, someItems, limits, (bins, items, limits) => {
        const best = optimum(bins, items, limits);
        fc.pre(best !== undefined);
        const bound = lowerBound(bins, items, limits);
        expect(bound.count).toBeLessThanOrEqual(best?.count ?? 0);
        expect(bound.cost).toBeLessThanOrEqual(best?.cost ?? 0);
      }),
      { numRuns: 300 },
    );
  });
});

/** By trying every set of bins; undefined when none will do. Each of the bins is one. */
function optimum(bins: readonly Bins[], items: readonly Items[], limits: Limits): LowerBound | undefined {
  const zones = [...new Set(bins.map(({ zone }) => zone))];
  let best: LowerBound | undefined;
  for (let set = 0; set < 2 ** bins.length; set++) {
    const kept = bins.filter(({ stay }, at) => stay || (set >> at) % 2 === 1);
    const counts = zones.map((zone) => kept.filter((one) => one.zone === zone).length);
    if (kept.length < limits.minimum || Math.max(...counts) - Math.min(...counts) > limits.skew) continue;
    if (!pack(kept, items)) continue;
    const cost = kept.reduce((sum, { price }) => sum + price, 0);
    best = {
      count: Math.min(best?.count ?? kept.length, kept.length),
      cost: Math.min(best?.cost ?? cost, cost),
    };
  }
  return best;
}

/** Whether there is a way to put all of them there. */
function pack(bins: readonly Bins[], items: readonly Items[]): boolean {
  const room = bins.map((one) => ({ one, cpu: one.cpu, memory: one.memory, has: new Set<Items>() }));
  const singles = items.flatMap((item) => Array.from({ length: item.count }, () => item));
  const put = (at: number): boolean => {
    const item = singles[at];
    if (item === undefined) return true;
    return room.some((bin) => {
      const isFull = item.cpu > bin.cpu || item.memory > bin.memory || (item.distinct && bin.has.has(item));
      if (isFull || !item.allowed(bin.one)) return false;
      const had = bin.has.has(item);
      bin.cpu -= item.cpu;
      bin.memory -= item.memory;
      bin.has.add(item);
      const fits = put(at + 1);
      bin.cpu += item.cpu;
      bin.memory += item.memory;
      if (!had) bin.has.delete(item);
      return fits;
    });
  };
  return put(0);
}
