import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { nextLookAt, whatToLookAt, withAlarmStates } from '../../lib/scaling/look.ts';
import { settleOutcome } from '../../lib/scaling/outcome.ts';
import type { Intent } from '../../lib/scaling/record.ts';
import {
  aChange,
  alarmOf,
  aRecord,
  aSchedule,
  aSnapshot,
  aTarget,
  capacity,
  decide,
  inPolicy,
  later,
  outPolicy,
  reasons,
  START,
  tracking,
} from './situations.ts';

const policy = aTarget({ policies: [outPolicy(), inPolicy()] });
const intent: Intent = {
  desired: 12,
  from: 10,
  policy: 'cpu-high',
  decidedAt: START,
  cooldownMs: 5 * MINUTE,
};
const high = (desired: number | undefined, at = START) =>
  aSnapshot(policy, desired === undefined ? undefined : capacity(desired), { 'cpu-high': 75 }, at);

describe('a recorded change', () => {
  it('scaling edge 14: is applied again as it was, and never a step on top of it', () => {
    for (const present of [10, 12]) {
      const decision = decide(aRecord({ intent }), high(present), policy, later(MINUTE));
      expect(decision.desired).toBe(12);
      expect(reasons(decision)).toEqual(['intent-replayed']);
      expect(decision.next.intent).toEqual(intent);
    }
  });

  it('is dropped when somebody has set another count since', () => {
    expect(decide(aRecord({ intent }), high(20), policy, later(MINUTE)).desired).toBe(22);
  });

  it('is dropped when it is old', () => {
    expect(decide(aRecord({ intent }), high(10), policy, later(11 * MINUTE)).next.intent?.decidedAt).toBe(
      later(11 * MINUTE),
    );
  });

  it('waits for what forbids every change, such as another owner', () => {
    const owner = { kind: 'scalable-target', policies: 2 } as const;

    const decision = decide(aRecord({ intent }), { ...high(10), otherOwner: owner }, policy, later(MINUTE));

    expect(decision.desired).toBeUndefined();
    expect(decision.next.intent).toBeUndefined();
  });
});

describe('the outcome', () => {
  const error = { code: 'aws-throttled', sentence: 'Too often.' };

  it('scaling edge 12: a success is the change, from which the cooldown counts', () => {
    const { record } = settleOutcome(aRecord({ intent }), { result: 'done' }, later(30_000));

    const change = aChange(10, 12, { at: later(30_000) });
    expect(record).toEqual(aRecord({ lastOut: change, changes: [change], lastDesired: 12 }));
  });

  it('scaling edge 12: a failed write starts no cooldown', () => {
    const failed = settleOutcome(aRecord({ intent }), { result: 'refused', error }, START);

    expect(failed.record).toEqual(aRecord());
    expect(failed.findings).toMatchObject([{ reason: 'throttled', outcome: 'failed' }]);
  });

  it('keeps for another try what may succeed yet', () => {
    expect(settleOutcome(aRecord({ intent }), { result: 'retry', error }, START).record.intent).toEqual(
      intent,
    );
  });

  it('names what AWS said', () => {
    const said = (code: string) =>
      settleOutcome(aRecord({ intent }), { result: 'refused', error: { code, sentence: 'No.' } }, START)
        .findings[0];

    expect(said('aws-access-denied')?.reason).toBe('access-denied');
    expect(said('aws-other')).toMatchObject({
      reason: 'action-failed',
      sentence: 'service/prod/web from 10 to 12: No. It is decided afresh at the next look.',
    });
  });

  it('forgets the count of a target that is gone', () => {
    const { record, findings } = settleOutcome(
      aRecord({ intent, lastDesired: 10 }),
      { result: 'gone' },
      START,
    );

    expect(record).toEqual(aRecord());
    expect(findings).toMatchObject([{ reason: 'target-missing' }]);
  });

  it('remembers the changes of one hour', () => {
    const old = aChange(5, 10, { at: later(-HOUR) });
    const young = aChange(5, 10, { at: later(-HOUR + 1) });

    const { record } = settleOutcome(aRecord({ intent, changes: [old, young] }), { result: 'done' }, START);

    expect(record.changes.map(({ at }) => at)).toEqual([later(-HOUR + 1), START]);
  });

  it('does nothing without an intent', () => {
    expect(settleOutcome(aRecord(), { result: 'done' }, START)).toEqual({ record: aRecord(), findings: [] });
  });
});

describe('the present count', () => {
  it('is asked for before anything is changed', () => {
    const decision = decide(aRecord({ lastDesired: 10 }), high(undefined), policy, START);

    expect(decision).toEqual({ next: aRecord({ lastDesired: 10 }), findings: [], needsCapacity: true });
  });

  it('is not needed to see that nothing is to be done', () => {
    const cooling = aRecord({ lastDesired: 12, lastOut: aChange(10, 12) });

    const decision = decide(cooling, high(undefined, later(MINUTE)), policy, later(MINUTE));

    expect(decision.needsCapacity).toBeUndefined();
    expect(reasons(decision)).toEqual(['cooldown-out']);
  });

  it('is asked for when it was never known and something may call for a change', () => {
    expect(decide(aRecord(), high(undefined), policy, START).needsCapacity).toBe(true);
    expect(decide(aRecord(), aSnapshot(policy, undefined, {}), policy, START).needsCapacity).toBeUndefined();
  });

  it('is read anew for a new alarm and every ten minutes, since others may set it', () => {
    const atMax = aRecord({ lastDesired: 40 });
    const fresh = {
      ...high(undefined),
      alarms: new Map([['web-cpu-high', alarmOf(outPolicy(), { since: START })]]),
    };

    const tenth = Math.ceil(START / (10 * MINUTE)) * 10 * MINUTE;

    expect(reasons(decide(atMax, high(undefined), policy, START))).toEqual(['already-at-max']);
    expect(decide(atMax, fresh, policy, START).needsCapacity).toBe(true);
    expect(decide(atMax, high(undefined), policy, tenth).needsCapacity).toBe(true);
  });

  it('of a target that does not exist is refused', () => {
    const decision = decide(
      aRecord({ intent, lastDesired: 3 }),
      aSnapshot(policy, 'missing', {}),
      policy,
      START,
    );

    expect(reasons(decision)).toEqual(['target-missing']);
    expect(decision.next).toEqual(aRecord());
  });
});

describe('what to look at', () => {
  const flappy = aTarget({ policies: [outPolicy(), inPolicy()], holdFlapping: true });

  it('is every alarm, and the metrics of those in ALARM', () => {
    expect(whatToLookAt(aRecord(), policy)).toEqual({ alarms: ['web-cpu-high', 'web-cpu-low'], metrics: [] });
    expect(whatToLookAt(aRecord({ inAlarm: ['web-cpu-low'] }), policy).metrics).toEqual(['cpu-low']);
  });

  it('scaling edge 15: finds a breach whose event was lost, by what DescribeAlarms says', () => {
    const alarms = new Map([['web-cpu-high', alarmOf(outPolicy())]]);

    expect(whatToLookAt(withAlarmStates(aRecord(), alarms), policy).metrics).toEqual(['cpu-high']);
  });

  it('includes what a scale-in is held against', () => {
    expect(whatToLookAt(aRecord({ inAlarm: ['web-cpu-low'] }), flappy).metrics).toEqual([
      'cpu-high',
      'cpu-low',
    ]);
    expect(whatToLookAt(aRecord({ inAlarm: ['web-cpu-high'] }), flappy).metrics).toEqual(['cpu-high']);
  });

  it('is always the metric of target tracking', () => {
    expect(whatToLookAt(aRecord(), aTarget({ policies: [tracking()] })).metrics).toEqual(['load']);
  });
});

describe('the next look', () => {
  it('comes in a minute while anything lasts, else with the next schedule, else with an event', () => {
    const scheduled = aTarget({ policies: [outPolicy()], schedules: [aSchedule()] });

    expect(nextLookAt(aRecord({ inAlarm: ['web-cpu-high'] }), policy, START)).toBe(later(MINUTE));
    expect(nextLookAt(aRecord(), scheduled, START)).toBe(Date.parse('2026-11-22T07:00Z'));
    expect(nextLookAt(aRecord(), policy, START)).toBe(Number.POSITIVE_INFINITY);
    expect(decide(aRecord(), aSnapshot(policy, undefined, {}), policy, START).lookAgainAt).toBeUndefined();
  });
});
