import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import type { TargetPolicy, TargetTrackingPolicy } from '../../lib/scaling/policy.ts';
import type { Wanted } from '../../lib/scaling/record.ts';
import type { MetricView } from '../../lib/scaling/snapshot.ts';
import {
  moved,
  sizeOf,
  stabilised,
  trackedCount,
  wholeCount,
  withinRates,
} from '../../lib/scaling/tracking.ts';
import {
  aChange,
  aRecord,
  aSnapshot,
  aTarget,
  capacity,
  decide,
  free,
  group,
  later,
  reasons,
  START,
  tracking,
} from './situations.ts';

describe('target tracking', () => {
  const load = (
    value: number,
    counted: ReturnType<typeof capacity>,
    changes: Partial<TargetTrackingPolicy> = {},
    target: Partial<TargetPolicy> = {},
  ) => {
    const policy = aTarget({ policies: [tracking(changes)], ...target });
    return decide(aRecord(), aSnapshot(policy, counted, { load: value }), policy, START);
  };

  it('counts what is desired where nothing runs, and in a deployment', () => {
    expect(load(150, capacity(10, { running: 0 })).desired).toBe(15);
    expect(load(150, capacity(10, { running: 5, deploying: true })).desired).toBe(15);
    expect(load(150, capacity(10, { running: 14 })).desired).toBe(15);
  });

  it('of a group adds what is idle there, of a service it does not', () => {
    const idle = capacity(10, { unusable: 3 });

    expect(load(150, idle, {}, { target: group }).desired).toBe(18);
    expect(load(150, idle).desired).toBe(15);
    expect(load(50, idle, {}, { target: group }).desired).toBe(5);
  });

  it('says what holds it, and by what figures', () => {
    const slow = { in: { ...free, stabilisationMs: 5 * MINUTE } };

    expect(load(100, capacity(10)).findings).toMatchObject([
      {
        reason: 'within-tolerance',
        outcome: 'done',
        facts: { policy: 'load', metric: 100, target: 100, desired: 10 },
      },
    ]);
    expect(load(150, capacity(15, { running: 10 })).findings).toMatchObject([
      { reason: 'already-at-desired', outcome: 'done' },
    ]);
    expect(load(50, capacity(10), slow).findings).toMatchObject([{ reason: 'stabilising', outcome: 'held' }]);
    expect(load(200, capacity(40)).findings).toMatchObject([{ reason: 'already-at-max', outcome: 'held' }]);
  });

  it('with one direction switched off still goes in the other', () => {
    const off = { ...free, enabled: false };

    expect(load(150, capacity(10), { in: off }).desired).toBe(15);
    expect(load(150, capacity(10), { out: off }).desired).toBeUndefined();
    expect(load(50, capacity(10), { out: off }).desired).toBe(5);
    expect(reasons(load(100, capacity(10), { in: off }))).toEqual(['within-tolerance']);
  });

  it('a missing metric is told by its name', () => {
    const policy = aTarget({ policies: [tracking()] });
    const told = (view: MetricView) =>
      decide(aRecord(), aSnapshot(policy, capacity(10), { load: view }), policy, START).findings[0];

    expect(told({ kind: 'no-data' })).toMatchObject({ reason: 'no-datapoints', facts: { policy: 'load' } });
    expect(told({ kind: 'unreadable', why: 'AccessDenied' })).toMatchObject({
      reason: 'metric-unreadable',
      facts: { policy: 'load' },
    });
  });
});

describe('the counts of target tracking', () => {
  it('lie within the tolerance at both of its ends, binary fractions or not', () => {
    expect(trackedCount(10, 1.1, 1, 0.1)).toBe('within-tolerance');
    expect(trackedCount(10, 0.9, 1, 0.1)).toBe('within-tolerance');
    expect(trackedCount(10, 1.11, 1, 0.1)).toBe(12);
  });

  it('are whole: what is needed in part is needed, and nothing is plain nothing', () => {
    expect(wholeCount(10 * 1.1)).toBe(11);
    expect(wholeCount(10.01)).toBe(11);
    expect(Object.is(wholeCount(0), 0)).toBe(true);
  });

  it('are held to the least of the window outwards and the most of it inwards', () => {
    const policy = {
      out: { ...free, stabilisationMs: 2 * MINUTE },
      in: { ...free, stabilisationMs: 4 * MINUTE },
    };
    const history: Wanted[] = [
      { at: later(-5 * MINUTE), desired: 9 },
      { at: later(-3 * MINUTE), desired: 12 },
      { at: later(-MINUTE), desired: 20 },
    ];

    expect(stabilised(policy, 20, history, 10, START)).toBe(12);
    expect(stabilised(policy, 5, history, 30, START)).toBe(20);
    expect(stabilised(policy, 8, history.slice(0, 2), 10, START)).toBe(10);
    expect(stabilised(policy, 20, history, 10, START + MINUTE)).toBe(20);
  });

  it('change by a share of what there was when the period began', () => {
    const all = { change: { kind: 'percent' as const, value: 100 }, periodMs: MINUTE };
    const policy = { out: { ...free, rates: [all] }, in: free };
    const now = later(2 * MINUTE);
    // Six a minute ago, to the millisecond; four of six more are added already.
    const changes = [aChange(2, 6, { at: now - MINUTE }), aChange(6, 10, { at: now - 1 })];

    expect(withinRates(policy, 20, 10, changes, now)).toBe(12);
  });

  it('change no faster than the rates, which count from a moment on', () => {
    const rate = (value: number) => ({ change: { kind: 'count' as const, value }, periodMs: MINUTE });
    const policy = { out: { ...free, rates: [rate(4)] }, in: { ...free, rates: [rate(2)] } };

    expect(withinRates(policy, 20, 10, [], START)).toBe(14);
    expect(withinRates(policy, 1, 10, [], START)).toBe(8);
    expect(withinRates(policy, 12, 10, [], START)).toBe(12);
    expect(withinRates(policy, 9, 10, [], START)).toBe(9);
    expect(withinRates(policy, 10, 10, [], START)).toBe(10);
    const before = aChange(7, 10, { at: START - MINUTE });
    expect(withinRates(policy, 20, 10, [before], START)).toBe(14);
    expect(withinRates(policy, 20, 10, [{ ...before, at: START - MINUTE + 1 }], START)).toBe(11);
    expect(withinRates(policy, 20, 17, [aChange(7, 17)], START)).toBe(17);
  });

  it('add up what was added, or what was taken away', () => {
    const changes = [aChange(10, 14), aChange(14, 11), aChange(11, 12)];

    expect(moved(changes, true, START - 1)).toBe(5);
    expect(moved(changes, false, START - 1)).toBe(3);
    expect(moved(changes, true, START)).toBe(0);
    expect(sizeOf({ kind: 'count', value: 7 }, 72)).toBe(7);
    expect(sizeOf({ kind: 'percent', value: 10 }, 72)).toBe(8);
  });
});
