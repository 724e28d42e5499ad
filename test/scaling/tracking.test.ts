import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import type { TargetTrackingPolicy } from '../../lib/scaling/policy.ts';
import type { ScalingRecord } from '../../lib/scaling/record.ts';
import type { CapacityView } from '../../lib/scaling/snapshot.ts';
import { withinRates } from '../../lib/scaling/tracking.ts';
import {
  aChange,
  aRecord,
  aSnapshot,
  aTarget,
  backlog,
  capacity,
  decide,
  free,
  inPolicy,
  later,
  reasons,
  START,
  step,
  tracking,
} from './situations.ts';

function track(
  metric: number,
  changes: Partial<TargetTrackingPolicy> = {},
  counted: CapacityView = capacity(10),
  record: ScalingRecord = aRecord(),
  at = START,
) {
  const policy = aTarget({ policies: [tracking(changes)] });
  return decide(record, aSnapshot(policy, counted, { load: metric }, at), policy, Math.max(at, START));
}

describe('target tracking', () => {
  it('sets the count to count x metric / value, rounded to what suffices', () => {
    expect(track(150).desired).toBe(15);
    expect(track(144).desired).toBe(15);
    expect(track(51).desired).toBe(6);
  });

  it('does nothing within the tolerance, both ends included', () => {
    expect(reasons(track(110))).toEqual(['within-tolerance']);
    expect(reasons(track(90))).toEqual(['within-tolerance']);
    expect(track(111).desired).toBe(12);
    expect(track(89).desired).toBe(9);
  });

  it('counts what runs, so that tasks that cannot be placed are not multiplied', () => {
    expect(track(150, {}, capacity(15, { running: 10 })).desired).toBeUndefined();
  });

  it('multiplies the count that the metric was measured on: the same breach seen twice asks for the same', () => {
    const record = aRecord({ changes: [aChange(10, 15)] });

    expect(track(150, {}, capacity(15), record, later(-MINUTE)).desired).toBeUndefined();
    expect(track(150, {}, capacity(15), record, later(MINUTE)).desired).toBe(23);
  });

  it('never scales against the direction of the metric', () => {
    expect(track(120, {}, capacity(20, { running: 5 })).desired).toBeUndefined();
  });

  it('a direction that is switched off neither acts nor keeps others from acting', () => {
    const policy = aTarget({ policies: [tracking({ in: { ...free, enabled: false } }), inPolicy()] });
    const snapshot = aSnapshot(policy, capacity(10), { load: 20, 'cpu-low': 20 });

    expect(decide(aRecord(), snapshot, policy, START).desired).toBe(9);
  });

  it('keeps step policies from scaling in what it needs: the largest counts', () => {
    const policy = aTarget({ policies: [tracking(), inPolicy()] });
    const snapshot = aSnapshot(policy, capacity(10), { load: 100, 'cpu-low': 20 });

    const decision = decide(aRecord(), snapshot, policy, START);

    expect(decision.desired).toBeUndefined();
    expect(decision.findings.at(-1)?.sentence).toContain('policy cpu-low asks for 9, but load for 10');
  });

  it('scaling edge 21: without a datapoint nothing is scaled in by others either', () => {
    const policy = aTarget({ policies: [tracking(), inPolicy()] });
    const snapshot = aSnapshot(policy, capacity(10), { load: { kind: 'no-data' }, 'cpu-low': 20 });

    expect(reasons(decide(aRecord(), snapshot, policy, START))).toEqual([
      'no-datapoints',
      'metric-unreadable',
    ]);
  });
});

describe('stabilisation', () => {
  const slowIn = { in: { ...free, stabilisationMs: 5 * MINUTE } };

  /** The count after each minute, for metrics that stand for the load on what there is. */
  function follow(loads: readonly number[], changes: Partial<TargetTrackingPolicy>): number[] {
    const policy = aTarget({ policies: [tracking(changes)] });
    let record = aRecord();
    let desired = 10;
    return loads.map((load, index) => {
      const now = later(index * MINUTE);
      const snapshot = aSnapshot(policy, capacity(desired), { load: load / desired }, now);
      const stepped = step(record, snapshot, policy, now);
      record = stepped.record;
      desired = stepped.decision.desired ?? desired;
      return desired;
    });
  }

  it('scales in to the most that was wanted in the window', () => {
    expect(follow([1_000, 500, 700, 500, 500, 500, 500, 500, 500], slowIn)).toEqual([
      10, 10, 10, 10, 10, 10, 7, 7, 5,
    ]);
  });

  it('scales out to the least that was wanted in the window', () => {
    const slowOut = { out: { ...free, stabilisationMs: 2 * MINUTE } };

    expect(follow([1_000, 3_000, 2_000, 3_000, 3_000, 3_000], slowOut)).toEqual([10, 10, 10, 20, 20, 30]);
  });

  it('begins with a full window: the first look scales nothing in', () => {
    expect(reasons(track(50, slowIn))).toEqual(['stabilising']);
  });

  it('writes nothing while nothing changes', () => {
    const policy = aTarget({ policies: [tracking(slowIn)] });
    const first = step(aRecord(), aSnapshot(policy, capacity(10), { load: 100 }), policy, START);
    const second = step(first.record, aSnapshot(policy, capacity(10), { load: 101 }), policy, later(MINUTE));

    expect(second.record).toEqual(first.record);
  });
});

describe('rates', () => {
  const rate = (value: number, kind: 'count' | 'percent' = 'count', periodMs = MINUTE) => ({
    change: { kind, value },
    periodMs,
  });
  const limited = (rates: ReturnType<typeof rate>[], select: 'most' | 'least' = 'most') => ({
    out: { ...free, rates, select },
    in: { ...free, rates, select },
  });

  it('a share of a scale-in is rounded up, as HorizontalPodAutoscaler does', () => {
    expect(withinRates(limited([rate(10, 'percent')]), 1, 80, [], START)).toBe(72);
    expect(withinRates(limited([rate(10, 'percent')]), 1, 72, [], START)).toBe(64);
  });

  it('of several the one that allows most holds, or least', () => {
    const rates = [rate(4), rate(10, 'percent')];

    expect(withinRates(limited(rates), 100, 10, [], START)).toBe(14);
    expect(withinRates(limited(rates, 'least'), 100, 10, [], START)).toBe(11);
  });

  it('what was changed within the period counts', () => {
    const changes = [aChange(6, 10, { at: later(-2 * MINUTE) }), aChange(10, 13, { at: later(-MINUTE + 1) })];

    expect(withinRates(limited([rate(4)]), 100, 13, changes, START)).toBe(14);
    expect(withinRates(limited([rate(100, 'percent', 10 * MINUTE)]), 100, 13, changes, START)).toBe(13);
  });

  it('are said to hold back what is wanted', () => {
    const decision = track(300, limited([rate(4)]));

    expect(decision.desired).toBe(14);
    expect(reasons(decision)).toEqual(['rate-limited', 'scaled-out']);
  });
});

describe('a backlog', () => {
  const target = (changes = {}) => aTarget({ min: 0, policies: [backlog(changes)] });
  const waiting = (messages: number, desired: number, policy = target(), record = aRecord(), now = START) =>
    step(record, aSnapshot(policy, capacity(desired), { jobs: messages }, now), policy, now);

  it('has as many tasks as work it off within the acceptable latency', () => {
    expect(waiting(1_500, 10).decision.desired).toBe(15);
    expect(waiting(1_501, 10).decision.desired).toBe(16);
  });

  it('scaling edge 4: leaves zero, with exactly one, once more messages wait than the activation', () => {
    const policy = target({ activation: 5 });

    expect(waiting(5, 0, policy).decision.desired).toBeUndefined();
    expect(waiting(6_000, 0, policy).decision.desired).toBe(1);
  });

  it('goes to zero only when nothing has waited for long enough', () => {
    const policy = target({ zeroAfterMs: 10 * MINUTE });
    const first = waiting(0, 1, policy);
    const busy = waiting(3, 1, policy, first.record, later(5 * MINUTE));
    const empty = waiting(0, 1, policy, busy.record, later(6 * MINUTE));

    expect(first.decision.desired).toBeUndefined();
    expect(waiting(0, 1, policy, empty.record, later(15 * MINUTE)).decision.desired).toBeUndefined();
    expect(waiting(0, 1, policy, empty.record, later(16 * MINUTE)).decision.desired).toBe(0);
  });

  it('never goes to zero unless the policy says so', () => {
    const first = waiting(0, 4);

    expect(first.decision.desired).toBe(1);
    expect(waiting(0, 1, target(), first.record, later(600 * MINUTE)).decision.desired).toBeUndefined();
  });

  it('scales nothing in for its cooldown after a change', () => {
    const policy = target({ inCooldownMs: 5 * MINUTE });
    const grown = waiting(1_500, 10, policy);

    expect(reasons(waiting(100, 15, policy, grown.record, later(MINUTE)).decision)).toEqual(['cooldown-out']);
    expect(waiting(2_000, 15, policy, grown.record, later(MINUTE)).decision.desired).toBe(20);
    expect(waiting(100, 15, policy, grown.record, later(5 * MINUTE)).decision.desired).toBe(1);
  });
});
