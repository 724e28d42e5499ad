import { describe, expect, it } from 'vitest';
import { allowed } from '../../lib/capacity/consolidation/budgets.ts';
import type { Budget } from '../../lib/capacity/policy.ts';
import { HOUR, MINUTE } from '../../lib/clock.ts';

// A Saturday, 13:02 in Berlin.
const SATURDAY = Date.UTC(2026, 10, 21, 12, 2);

const count = (value: number, changes: Partial<Budget> = {}): Budget => ({
  limit: { kind: 'count', value },
  reasons: null,
  window: null,
  ...changes,
});
const percent = (value: number): Budget => ({ ...count(0), limit: { kind: 'percent', value } });
const atNoon = (durationMs: number) => ({ cron: '0 12 * * *', timeZone: 'Europe/Berlin', durationMs });

describe('budgets', () => {
  it('allow anything when there are none', () => {
    expect(allowed([], 'empty', 10, SATURDAY)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    [10, 20, 2],
    [10, 21, 3],
    [10, 5, 1],
    [100, 7, 7],
    [0, 7, 0],
  ])('round up: of a share of %i of %i, in percent, come %i', (share, active, most) => {
    expect(allowed([percent(share)], 'empty', active, SATURDAY)).toBe(most);
  });

  it('count the smallest of those in force', () => {
    expect(allowed([count(5), percent(10), count(3)], 'empty', 100, SATURDAY)).toBe(3);
  });

  it('hold for the reasons that they name', () => {
    const budgets = [count(1, { reasons: ['underused'] }), count(4)];

    expect(allowed(budgets, 'underused', 100, SATURDAY)).toBe(1);
    expect(allowed(budgets, 'empty', 100, SATURDAY)).toBe(4);
  });

  it('are in force from each run of their schedule, in their time zone', () => {
    const budgets = [count(0, { window: atNoon(2 * HOUR) }), count(9)];
    const noon = Date.UTC(2026, 10, 21, 11);

    expect(allowed(budgets, 'empty', 100, noon - MINUTE)).toBe(9);
    expect(allowed(budgets, 'empty', 100, noon)).toBe(0);
    expect(allowed(budgets, 'empty', 100, noon + 2 * HOUR - MINUTE)).toBe(0);
    expect(allowed(budgets, 'empty', 100, noon + 2 * HOUR)).toBe(9);
  });
});
