import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextProvider, sameStrategy, shares } from '../../simulator/ecs/strategy.ts';

const item = (capacityProvider: string, base: number, weight: number) => ({ capacityProvider, base, weight });
const wanted = (strategy: Parameters<typeof shares>[0], desired: number) =>
  Object.fromEntries(shares(strategy, desired));

describe('a capacity provider strategy', () => {
  it('fills the base first, then divides by weight', () => {
    const strategy = [item('FARGATE', 2, 1), item('FARGATE_SPOT', 0, 3)];
    expect(wanted(strategy, 1)).toEqual({ FARGATE: 1 });
    expect(wanted(strategy, 2)).toEqual({ FARGATE: 2 });
    expect(wanted(strategy, 10)).toEqual({ FARGATE: 4, FARGATE_SPOT: 6 });
  });

  it('uses a provider of weight 0 for its base only', () => {
    const strategy = [item('FARGATE', 1, 0), item('FARGATE_SPOT', 0, 1)];
    expect(wanted(strategy, 5)).toEqual({ FARGATE: 1, FARGATE_SPOT: 4 });
  });

  it('replaces what was lost on the provider that is short of its share', () => {
    const strategy = [item('FARGATE', 0, 1), item('FARGATE_SPOT', 0, 1)];
    const counts = new Map([
      ['FARGATE', 4],
      ['FARGATE_SPOT', 1],
    ]);
    expect(nextProvider(strategy, counts)).toBe('FARGATE_SPOT');
  });

  it('divides any count so that each provider is within one task of its share', () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.nat(10),
        fc.integer({ min: 1, max: 10 }),
        fc.nat(200),
        (base, a, b, desired) => {
          const counts = shares([item('FARGATE', base, a), item('FARGATE_SPOT', 0, b)], desired);
          const onDemand = counts.get('FARGATE') ?? 0;
          const spot = counts.get('FARGATE_SPOT') ?? 0;
          expect(onDemand + spot).toBe(desired);
          expect(onDemand).toBeGreaterThanOrEqual(Math.min(base, desired));
          const share = (Math.max(0, desired - base) * b) / (a + b);
          expect(Math.abs(spot - share)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('is another one if an item, a number or the order differs', () => {
    const strategy = [item('FARGATE', 1, 1), item('FARGATE_SPOT', 0, 4)];
    expect(sameStrategy(strategy, [item('FARGATE', 1, 1), item('FARGATE_SPOT', 0, 4)])).toBe(true);
    expect(sameStrategy(strategy, strategy.toReversed())).toBe(false);
    expect(sameStrategy(strategy, strategy.slice(0, 1))).toBe(false);
    expect(sameStrategy(strategy, [item('FARGATE', 1, 1), item('FARGATE_SPOT', 0, 3)])).toBe(false);
  });
});
