import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Strategy } from '../../lib/failover/record.ts';
import {
  canMove,
  flipped,
  inWords,
  isAllFargate,
  isOnSpot,
  onDemandCount,
  onDemandShareOf,
  probePercent,
  sameStrategy,
  stepped,
} from '../../lib/failover/strategy.ts';
import { FLIPPED, item, ORIGINAL } from './situations.ts';

const weights = fc.integer({ min: 0, max: 1_000 });
const bases = fc.integer({ min: 0, max: 100_000 });
/** What ECS accepts of Fargate: a base on one provider only, some weight above 0, in any order. */
const strategies: fc.Arbitrary<Strategy> = fc
  .record({
    spot: weights,
    onDemand: weights,
    base: bases,
    baseOnSpot: fc.boolean(),
    spotFirst: fc.boolean(),
  })
  .filter(({ spot, onDemand }) => spot + onDemand > 0)
  .map(({ spot, onDemand, base, baseOnSpot, spotFirst }) => {
    const items = [
      item('FARGATE_SPOT', spot, baseOnSpot ? base : 0),
      item('FARGATE', onDemand, baseOnSpot ? 0 : base),
    ];
    return spotFirst ? items : items.toReversed();
  });
const shares = fc.integer({ min: 1, max: 100 });
const tasks = fc.integer({ min: 0, max: 500 });
const providers = (strategy: Strategy) => strategy.map(({ provider }) => provider);

/** What the ECS API reference says of a CapacityProviderStrategyItem. */
function expectValid(strategy: Strategy): void {
  for (const { base, weight } of strategy) {
    expect(Number.isInteger(weight) && weight >= 0 && weight <= 1_000).toBe(true);
    expect(Number.isInteger(base) && base >= 0 && base <= 100_000).toBe(true);
  }
  expect(strategy.some(({ weight }) => weight > 0)).toBe(true);
  expect(strategy.filter(({ base }) => base > 0).length).toBeLessThanOrEqual(1);
}

describe('a flip', () => {
  it.each<[string, Strategy, number, Strategy]>([
    ['Spot alone', [item('FARGATE_SPOT', 1)], 100, [item('FARGATE_SPOT', 0), item('FARGATE', 100)]],
    ['both', ORIGINAL, 100, FLIPPED],
    [
      'on demand first',
      [item('FARGATE', 1, 1), item('FARGATE_SPOT', 4)],
      100,
      [item('FARGATE', 100, 1), item('FARGATE_SPOT', 0)],
    ],
    ['a base on Spot', [item('FARGATE_SPOT', 1, 4)], 60, [item('FARGATE_SPOT', 40), item('FARGATE', 60, 4)]],
    [
      'a smaller share than is on demand already',
      [item('FARGATE', 3), item('FARGATE_SPOT', 1)],
      50,
      [item('FARGATE', 75), item('FARGATE_SPOT', 25)],
    ],
  ])('of %s', (_, original, share, expected) => {
    expect(flipped(original, share)).toEqual(expected);
  });

  it('is a strategy that ECS accepts, with every provider in its place', () => {
    fc.assert(
      fc.property(strategies, shares, (original, share) => {
        const strategy = flipped(original, share);
        expectValid(strategy);
        expect(providers(strategy)).toEqual(providers(original));
      }),
    );
  });

  it('never has fewer tasks on demand than before, and with a larger share no fewer', () => {
    fc.assert(
      fc.property(strategies, shares, shares, tasks, (original, one, other, count) => {
        const of = (share: number) => onDemandShareOf(flipped(original, share), count);
        expect(of(one)).toBeGreaterThanOrEqual(onDemandShareOf(original, count) - 1e-9);
        expect(of(Math.max(one, other))).toBeGreaterThanOrEqual(of(Math.min(one, other)) - 1e-9);
      }),
    );
  });

  it('of everything leaves nothing on Spot', () => {
    fc.assert(
      fc.property(strategies, tasks, (original, count) => {
        expect(isOnSpot(flipped(original, 100))).toBe(false);
        expect(onDemandCount(flipped(original, 100), count)).toBe(count);
      }),
    );
  });
});

describe('a step of the return', () => {
  it.each<[string, number, Strategy]>([
    ['25 percent of three quarters', 25, [item('FARGATE_SPOT', 19), item('FARGATE', 81, 2)]],
    ['half of three quarters', 50, [item('FARGATE_SPOT', 38), item('FARGATE', 62, 2)]],
    ['all of three quarters', 100, [item('FARGATE_SPOT', 75), item('FARGATE', 25, 2)]],
  ])('to %s', (_, percent, expected) => {
    expect(stepped(ORIGINAL, percent)).toEqual(expected);
  });

  it('is a strategy that ECS accepts, and a larger one has no fewer on Spot', () => {
    fc.assert(
      fc.property(strategies, shares, shares, tasks, (original, one, other, count) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)];
        expectValid(stepped(original, small));
        expect(onDemandCount(stepped(original, large), count)).toBeLessThanOrEqual(
          onDemandCount(stepped(original, small), count),
        );
      }),
    );
  });

  it('keeps the base on demand until the last', () => {
    fc.assert(
      fc.property(strategies, shares, (original, percent) => {
        const total = original.reduce((sum, { base }) => sum + base, 0);
        expect(stepped(original, percent).find(({ provider }) => provider === 'FARGATE')?.base).toBe(total);
      }),
    );
  });

  it('of a probe has at least one task on Spot, if that many are not on the base', () => {
    fc.assert(
      fc.property(strategies, shares, tasks, (original, percent, count) => {
        const spot = original.find(({ provider }) => provider === 'FARGATE_SPOT')?.weight ?? 0;
        const total = original.reduce((sum, { weight }) => sum + weight, 0);
        const based = original.reduce((sum, { base }) => sum + base, 0);
        // A share that is below a whole task even in the original cannot be had.
        if (((count - based) * spot) / total < 2) return;
        const probe = stepped(original, probePercent(original, percent, count));
        expect((1 - onDemandShareOf(probe, count)) * count).toBeGreaterThan(0.49);
      }),
    );
  });
});

describe('how many are on demand', () => {
  it.each<[Strategy, number, number]>([
    [ORIGINAL, 10, 4],
    [ORIGINAL, 2, 2],
    [ORIGINAL, 0, 0],
    [[item('FARGATE_SPOT', 1)], 5, 0],
    [[item('FARGATE', 1), item('FARGATE_SPOT', 0, 3)], 5, 2],
    [[item('FARGATE', 1), item('FARGATE_SPOT', 2)], 2, 1],
  ])('of %o with %d tasks: %d', (strategy, count, expected) => {
    expect(onDemandCount(strategy, count)).toBe(expected);
  });
});

describe('two strategies', () => {
  it.each<[string, Strategy, boolean]>([
    ['in another order', ORIGINAL.toReversed(), true],
    ['without an item that places nothing', [...ORIGINAL, item('OTHER', 0)], true],
    ['with another base', [item('FARGATE_SPOT', 3), item('FARGATE', 1, 1)], false],
    ['with other weights in the same proportion', [item('FARGATE_SPOT', 6), item('FARGATE', 2, 2)], false],
    ['with one item less', [item('FARGATE_SPOT', 3)], false],
  ])('one %s', (_, other, expected) => {
    expect(sameStrategy(ORIGINAL, other)).toBe(expected);
    expect(sameStrategy(other, ORIGINAL)).toBe(expected);
  });

  it('are told apart from providers of Auto Scaling groups', () => {
    expect(isAllFargate(ORIGINAL)).toBe(true);
    expect(isAllFargate([item('FARGATE_SPOT', 1), item('spot-hosts', 1)])).toBe(false);
    expect(isAllFargate([])).toBe(false);
  });

  it('are on Spot by a weight or by a base', () => {
    expect(isOnSpot([item('FARGATE', 1), item('FARGATE_SPOT', 0, 2)])).toBe(true);
    expect(isOnSpot([item('FARGATE', 1), item('FARGATE_SPOT', 0)])).toBe(false);
  });

  it('are said in words', () => {
    expect(inWords(ORIGINAL)).toBe('FARGATE_SPOT 3, FARGATE 1 (base 2)');
  });
});

describe('failover edge 15: whether the percentages let a deployment move a task', () => {
  it.each([
    [10, 100, 200, true],
    [1, 100, 200, true],
    [1, 100, 100, false],
    [3, 100, 125, false],
    [4, 100, 125, true],
    [1, 50, 100, false],
    [2, 50, 100, true],
    [1, 0, 100, true],
  ])('failover edge 15: %d tasks with %d to %d percent: %s', (desired, min, max, expected) => {
    expect(canMove(desired, min, max)).toBe(expected);
  });
});
