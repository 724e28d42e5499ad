import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const native = {
  groupBy: Map.groupBy,
  withResolvers: Promise.withResolvers,
  intersection: Set.prototype.intersection,
};

// As Node 20 has them: not at all.
beforeAll(async () => {
  Reflect.deleteProperty(Map, 'groupBy');
  Reflect.deleteProperty(Promise, 'withResolvers');
  Reflect.deleteProperty(Set.prototype, 'intersection');
  await import('../../cli/pack/node-20.ts');
});

afterAll(() => {
  Map.groupBy = native.groupBy;
  Promise.withResolvers = native.withResolvers;
  Set.prototype.intersection = native.intersection;
});

const numbers = fc.array(fc.integer({ min: 0, max: 20 }));

describe('what the package brings along for Node 20', () => {
  it('groups as Node 24 does', () => {
    fc.assert(
      fc.property(numbers, (items) => {
        const keyOf = (item: number, index: number) => (item + index) % 3;

        expect(Map.groupBy).not.toBe(native.groupBy);
        expect([...Map.groupBy(items, keyOf)]).toEqual([...native.groupBy(items, keyOf)]);
      }),
    );
  });

  it('intersects sets of the same members as Node 24 does', () => {
    fc.assert(
      fc.property(numbers, numbers, (some, others) => {
        const wanted = native.intersection.call(new Set(some), new Set(others));

        expect(Set.prototype.intersection).not.toBe(native.intersection);
        expect(new Set(some).intersection(new Set(others))).toEqual(wanted);
      }),
    );
  });

  it('hands out a promise with what settles it', async () => {
    const one = Promise.withResolvers<string>();
    const other = Promise.withResolvers<string>();

    one.resolve('drained');
    other.reject(new Error('refused'));

    expect(Promise.withResolvers).not.toBe(native.withResolvers);
    await expect(one.promise).resolves.toBe('drained');
    await expect(other.promise).rejects.toThrow('refused');
  });
});
