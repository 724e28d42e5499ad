import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { TargetPolicy } from '../../lib/scaling/policy.ts';
import type { CapacityView, OtherOwner } from '../../lib/scaling/snapshot.ts';
import {
  aChange,
  aRecord,
  aSnapshot,
  aTarget,
  capacity,
  decide,
  group,
  inPolicy,
  later,
  outPolicy,
  reasons,
  START,
} from './situations.ts';

const jump = (adjustment: number) => [{ lower: 0, upper: null, adjustment }];
const drop = (adjustment: number) => [{ lower: null, upper: 0, adjustment }];
const policies = [outPolicy({ steps: jump(10) }), inPolicy({ steps: drop(-8) })];

/** What comes of +10 or -8 on 20. */
function wish(
  direction: 'out' | 'in',
  changes: Partial<TargetPolicy>,
  {
    record = aRecord(),
    counted = {},
    owner,
  }: { record?: ReturnType<typeof aRecord>; counted?: Partial<CapacityView>; owner?: OtherOwner } = {},
) {
  const policy = aTarget({ policies, ...changes });
  const values = direction === 'out' ? { 'cpu-high': 80 } : { 'cpu-low': 20 };
  const snapshot = aSnapshot(policy, capacity(20, counted), values);
  return decide(record, { ...snapshot, ...(owner ? { otherOwner: owner } : {}) }, policy, START);
}

const count = (value: number) => ({ kind: 'count' as const, value });
const percent = (value: number) => ({ kind: 'percent' as const, value });

describe('limits', () => {
  it('perChange bounds one change in either direction', () => {
    const limits = { perChange: count(3), perHour: null };

    expect(wish('out', { limits }).desired).toBe(23);
    expect(wish('in', { limits }).desired).toBe(17);
    expect(reasons(wish('in', { limits }))).toEqual(['change-limited', 'scaled-in']);
  });

  it('a share is of the present count, and leaves at least one', () => {
    expect(wish('in', { limits: { perChange: percent(10), perHour: null } }).desired).toBe(18);
    expect(wish('in', { limits: { perChange: percent(1), perHour: null } }).desired).toBe(19);
  });

  it('perHour counts the changes of the last hour, each direction for itself', () => {
    const limits = { perChange: null, perHour: count(10) };
    const changes = [
      aChange(10, 16, { at: later(-HOUR) }),
      aChange(16, 26, { at: later(-50 * MINUTE) }),
      aChange(26, 20, { at: later(-40 * MINUTE) }),
    ];

    expect(wish('in', { limits }, { record: aRecord({ changes }) }).desired).toBe(16);
    const out = wish('out', { limits }, { record: aRecord({ changes }) });
    expect(out.desired).toBeUndefined();
    expect(reasons(out)).toEqual(['hourly-limit']);
  });

  it('a share of perHour is of the count an hour ago', () => {
    const limits = { perChange: null, perHour: percent(50) };
    const changes = [
      aChange(10, 14, { at: later(-30 * MINUTE) }),
      aChange(14, 20, { at: later(-20 * MINUTE) }),
    ];

    expect(wish('out', { limits }, { record: aRecord({ changes }) }).desired).toBeUndefined();
    expect(wish('in', { limits }, { record: aRecord({ changes }) }).desired).toBe(15);
  });
});

describe('other owners', () => {
  it('scaling edge 32: a target that others scale is left to them, unless the policy says otherwise', () => {
    const owner: OtherOwner = { kind: 'managed-scaling', capacityProvider: 'cp' };

    expect(reasons(wish('out', {}, { owner }))).toEqual(['other-owner']);
    expect(wish('out', { otherOwner: 'ignore' }, { owner }).desired).toBe(30);
  });

  it('an owner that was found lately still counts when it was not looked for', () => {
    const owner: OtherOwner = { kind: 'scalable-target', policies: 1 };

    expect(
      wish('out', {}, { record: aRecord({ otherOwner: { at: START, owner } }) }).desired,
    ).toBeUndefined();
  });

  it('a scalable target without policies scales nothing', () => {
    expect(wish('out', {}, { owner: { kind: 'scalable-target', policies: 0 } }).desired).toBe(30);
  });
});

describe('what is suspended', () => {
  it('Launch stops growing only, Terminate shrinking only, anything else both', () => {
    const outcome = (direction: 'in' | 'out', process: string) =>
      wish(direction, {}, { counted: { suspended: [process] } }).desired !== undefined;

    expect(['Launch', 'Terminate', 'AlarmNotification'].map((one) => outcome('out', one))).toEqual([
      false,
      true,
      false,
    ]);
    expect(['Launch', 'Terminate', 'AlarmNotification'].map((one) => outcome('in', one))).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a freeze', () => {
  it('holds its direction, and says until when', () => {
    const freezes = [
      { name: 'sale', cron: '0 12 * * *', timeZone: 'UTC', durationMs: HOUR, directions: 'in' as const },
    ];

    expect(wish('out', { freezes }).desired).toBe(30);
    const decision = wish('in', { freezes });
    expect(reasons(decision)).toEqual(['frozen']);
    expect(decision.findings[0]?.sentence).toContain('freeze sale, 2026-11-21T13:00:00Z');
  });
});

describe('scaling edge 22: anticipated flapping', () => {
  const flappy = aTarget({ policies, holdFlapping: true });
  const both = (high: number, counted = capacity(20)) => {
    const snapshot = aSnapshot(flappy, counted, { 'cpu-low': 20 });
    const metrics = new Map([
      ...snapshot.metrics,
      ['cpu-high', { kind: 'value' as const, value: high, at: START }] as const,
    ]);
    return decide(aRecord(), { ...snapshot, metrics }, flappy, START);
  };

  it('holds a scale-in after which the same load would call for a scale-out', () => {
    expect(both(41).desired).toBe(12);
    const decision = both(42);
    expect(decision.desired).toBeUndefined();
    expect(reasons(decision)).toEqual(['anticipated-flapping']);
  });

  it('counts the load on what bears it: tasks that do not run are not missed', () => {
    const policy = aTarget({
      ...flappy,
      policies: [outPolicy(), inPolicy({ adjustment: 'ExactCapacity', steps: drop(12) })],
    });
    const snapshot = aSnapshot(policy, capacity(20, { running: 12 }), { 'cpu-low': 20 });
    const metrics = new Map([
      ...snapshot.metrics,
      ['cpu-high', { kind: 'value' as const, value: 60, at: START }] as const,
    ]);

    expect(decide(aRecord(), { ...snapshot, metrics }, policy, START).desired).toBe(12);
  });

  it('can be switched off', () => {
    const off = aTarget({ policies, holdFlapping: false });
    const snapshot = aSnapshot(off, capacity(20), { 'cpu-low': 20 });
    const metrics = new Map([
      ...snapshot.metrics,
      ['cpu-high', { kind: 'value' as const, value: 60, at: START }] as const,
    ]);

    expect(decide(aRecord(), { ...snapshot, metrics }, off, START).desired).toBe(12);
  });
});

describe('scaling edge 28: instances protected from scale-in', () => {
  it('lets only the others go, and holds when all are protected', () => {
    const protectedOnes = (protectedFromScaleIn: number) =>
      wish('in', { target: group }, { counted: { protectedFromScaleIn } });

    expect(protectedOnes(17).desired).toBe(17);
    expect(protectedOnes(20).desired).toBeUndefined();
    expect(reasons(protectedOnes(20))).toEqual(['instances-protected']);
  });
});
