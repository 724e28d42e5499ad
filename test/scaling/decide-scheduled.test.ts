import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import type { Schedule, TargetPolicy } from '../../lib/scaling/policy.ts';
import type { ScalingRecord } from '../../lib/scaling/record.ts';
import type { CapacityView } from '../../lib/scaling/snapshot.ts';
import {
  aChange,
  aRecord,
  aSchedule,
  aSnapshot,
  aTarget,
  capacity,
  decide,
  outPolicy,
  reasons,
  step,
} from './situations.ts';

const EIGHT = Date.parse('2026-11-21T07:00Z');
const unrun = (changes: Partial<ScalingRecord> = {}) =>
  aRecord({ schedulesSeen: { morning: EIGHT - MINUTE }, ...changes });

function run(
  schedule: Partial<Schedule>,
  counted: CapacityView | undefined = capacity(2),
  changes: Partial<TargetPolicy> = {},
  record = unrun(),
  now = EIGHT,
) {
  const policy = aTarget({ schedules: [aSchedule(schedule)], ...changes });
  return step(record, aSnapshot(policy, counted, {}), policy, now);
}

describe('a schedule', () => {
  it('moves the count into the bounds that it sets, and only then', () => {
    expect(run({ min: 3, max: 10 }).decision.desired).toBe(3);
    expect(run({ min: 3, max: 10 }, capacity(12)).decision.desired).toBe(10);
    expect(run({ min: 3, max: 10 }, capacity(5)).decision.desired).toBeUndefined();
    expect(run({ min: 3, max: 10 }, capacity(5)).record.bounds).toEqual({ min: 3, max: 10 });
  });

  it('sets the count that it names', () => {
    const { decision } = run({ desired: 7 });

    expect(decision.desired).toBe(7);
    expect(decision.findings[0]?.sentence).toBe(
      'service/prod/web goes from 2 to 7 tasks by schedule morning, within 1 to 40.',
    );
  });

  it('runs once', () => {
    const { record } = run({ desired: 7 });

    expect(run({ desired: 9 }, capacity(7), {}, record, EIGHT + MINUTE).decision.desired).toBeUndefined();
  });

  it('waits for no cooldown, and neither starts nor ends one', () => {
    const cooling = unrun({ lastIn: aChange(11, 10, { at: EIGHT - MINUTE }) });

    const { decision, record } = run({ max: 5 }, capacity(10), {}, cooling);

    expect(decision.desired).toBe(5);
    expect(record.lastIn).toEqual(cooling.lastIn);
    expect(record.changes).toMatchObject([{ from: 10, to: 5, policy: 'schedule morning', cooldownMs: 0 }]);
  });

  it('scaling edge 30: with a min above the max that holds it does not run', () => {
    const { decision, record } = run({ min: 50 });

    expect(decision.desired).toBeUndefined();
    expect(decision.findings[0]?.sentence).toContain('min 50 larger than max 40');
    expect(record.bounds).toBeUndefined();
  });

  it('goes on after a limit has let only a part through', () => {
    const limits = { perChange: { kind: 'count' as const, value: 3 }, perHour: null };
    let record = unrun();
    const counts = [0, 1, 2, 3].map((minute) => {
      const desired = record.lastDesired ?? 2;
      const stepped = run({ min: 10 }, capacity(desired), { limits }, record, EIGHT + minute * MINUTE);
      record = stepped.record;
      return stepped.decision.desired;
    });

    expect(counts).toEqual([5, 8, 10, undefined]);
  });

  it('that a guard holds is tried again while it is made up for, and then given up', () => {
    const held = run({ max: 5, makeUpMs: 10 * MINUTE }, capacity(10, { deploying: true }));
    const again = run({ max: 5 }, capacity(10), {}, held.record, EIGHT + 5 * MINUTE);
    const late = run({ max: 5 }, capacity(10), {}, held.record, EIGHT + 11 * MINUTE);

    expect(reasons(held.decision)).toEqual(['deployment-in-progress']);
    expect(again.decision.desired).toBe(5);
    expect(reasons(late.decision)).toEqual(['schedule-missed']);
  });

  it('that is held does not keep policies from scaling out', () => {
    const policy = aTarget({ schedules: [aSchedule({ desired: 5 })], policies: [outPolicy()] });
    const snapshot = aSnapshot(policy, capacity(20, { deploying: true }), { 'cpu-high': 75 });

    expect(decide(unrun(), snapshot, policy, EIGHT).desired).toBe(22);
  });

  it('that was never seen before begins now: nothing is made up for', () => {
    const { decision, record } = run({ desired: 7 }, capacity(2), {}, aRecord(), EIGHT + MINUTE);

    expect(decision.desired).toBeUndefined();
    expect(record.schedulesSeen).toEqual({ morning: EIGHT + MINUTE });
  });

  it('writes nothing while nothing is due', () => {
    const quiet = unrun({ schedulesSeen: { morning: EIGHT + MINUTE }, lastDesired: 2 });

    expect(run({ desired: 7 }, undefined, {}, quiet, EIGHT + 2 * MINUTE).record).toEqual(quiet);
  });

  it('that set only a min leaves the max to the policy, also when the file changes it later', () => {
    const { record } = run({ min: 4 }, capacity(5));
    const raised = aTarget({ max: 60, policies: [outPolicy()] });

    const now = EIGHT + MINUTE;
    const breach = aSnapshot(raised, capacity(45), { [outPolicy().name]: 95 }, now);
    const decision = decide(record, breach, raised, now);

    expect(record.bounds).toEqual({ min: 4 });
    expect(decision.desired).toBeGreaterThan(45);
  });

  it('of two that are due at once the later counts, and both bounds hold', () => {
    const schedules = [
      aSchedule({ name: 'late', when: { kind: 'cron', expression: '1 8 * * *' }, desired: 9 }),
      aSchedule({ min: 4, desired: 6 }),
    ];
    const policy = aTarget({ schedules });
    const record = aRecord({ schedulesSeen: { morning: EIGHT - MINUTE, late: EIGHT - MINUTE } });

    const decision = decide(record, aSnapshot(policy, capacity(2), {}), policy, EIGHT + MINUTE);

    expect(decision.desired).toBe(9);
    expect(decision.next.bounds).toEqual({ min: 4 });
    expect(decision.next.intent?.policy).toBe('schedule morning, late');
  });
});
