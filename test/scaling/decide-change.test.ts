import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import type { Intent } from '../../lib/scaling/record.ts';
import {
  aChange,
  alarmOf,
  aRecord,
  aSchedule,
  aSnapshot,
  aTarget,
  backlog,
  capacity,
  decide,
  group,
  inPolicy,
  later,
  outPolicy,
  reasons,
  START,
  step,
  tracking,
} from './situations.ts';

const policy = aTarget({ policies: [outPolicy(), inPolicy()] });
const high = (value: number, counted: ReturnType<typeof capacity> | undefined = capacity(10)) =>
  aSnapshot(policy, counted, { 'cpu-high': value });
const unread = (value: number) => aSnapshot(policy, undefined, { 'cpu-high': value });
const intent: Intent = {
  desired: 12,
  from: 10,
  policy: 'cpu-high',
  decidedAt: START,
  cooldownMs: 5 * MINUTE,
};

describe('a change', () => {
  it('outwards tells from what to what, and by which policy', () => {
    const { findings, next } = decide(aRecord(), high(75), policy, START);

    expect(findings).toMatchObject([
      { reason: 'scaled-out', facts: { from: 10, to: 12, policy: 'cpu-high' } },
    ]);
    expect(next.lastDesired).toBe(10);
  });

  it('inwards tells the same', () => {
    const snapshot = aSnapshot(policy, capacity(10), { 'cpu-low': 20 });

    expect(decide(aRecord(), snapshot, policy, START).findings).toMatchObject([
      { reason: 'scaled-in', facts: { from: 10, to: 9, policy: 'cpu-low' } },
    ]);
  });

  it('of a group is told in instances', () => {
    const hosts = { ...policy, target: group };
    const decision = decide(aRecord(), aSnapshot(hosts, capacity(10), { 'cpu-high': 75 }), hosts, START);

    expect(decision.findings[0]?.sentence).toContain('from 10 to 12 instances by policy');
  });

  it('by schedule tells from what to what, and by which schedule; it starts no cooldown', () => {
    const eight = Date.parse('2026-11-21T07:00Z');
    const scheduled = aTarget({ schedules: [aSchedule({ desired: 7 })] });
    const record = aRecord({ schedulesSeen: { morning: eight - MINUTE } });
    const { findings, next, desired } = decide(
      record,
      aSnapshot(scheduled, capacity(2), {}),
      scheduled,
      eight,
    );

    expect(desired).toBe(7);
    expect(findings[0]?.facts).toEqual({ from: 2, to: 7, by: 'schedule morning' });
    expect(next.intent).toEqual({
      desired: 7,
      from: 2,
      policy: 'schedule morning',
      decidedAt: eight,
      cooldownMs: 0,
    });
  });

  it('is followed by a look in a minute while its alarm lasts', () => {
    expect(decide(aRecord(), high(75), policy, START).lookAgainAt).toBe(later(MINUTE));
  });
});

describe('a recorded change', () => {
  const replay = (ms: number) => decide(aRecord({ intent }), high(75), policy, later(ms));

  it('is applied again for ten minutes, to the millisecond', () => {
    expect(reasons(replay(10 * MINUTE))).toEqual(['intent-replayed']);
    expect(reasons(replay(10 * MINUTE + 1))).toEqual(['scaled-out']);
  });

  it('is not applied before the present count is read', () => {
    expect(decide(aRecord({ intent }), unread(75), policy, START)).toEqual({
      next: aRecord({ intent }),
      findings: [],
      needsCapacity: true,
    });
  });

  it('that has become forbidden is forgotten, and told why', () => {
    const owner = { kind: 'scalable-target', policies: 2 } as const;
    const decision = decide(aRecord({ intent }), { ...high(75), otherOwner: owner }, policy, later(MINUTE));

    expect(reasons(decision)).toEqual(['other-owner']);
    expect(decision.findings[0]?.facts).toEqual({ from: 10, wanted: 12 });
    expect(decision.next).not.toHaveProperty('intent');
    expect(decision.lookAgainAt).toBe(later(2 * MINUTE));
  });
});

describe('the present count', () => {
  const known = aRecord({ lastDesired: 40 });

  it('is read anew for an alarm that has just begun, for fifteen seconds', () => {
    const since = (ms: number) => ({
      ...unread(75),
      alarms: new Map([['web-cpu-high', alarmOf(outPolicy(), { since: START - ms })]]),
    });

    expect(decide(known, since(15 * SECOND - 1), policy, START).needsCapacity).toBe(true);
    expect(decide(known, since(15 * SECOND), policy, START).needsCapacity).toBeUndefined();
  });

  it('is not read anew for an alarm that has just ended', () => {
    const ended = alarmOf(inPolicy(), { since: START, state: 'OK' });
    const snapshot = { ...unread(75), alarms: new Map([...unread(75).alarms, [ended.name, ended] as const]) };

    expect(decide(known, snapshot, policy, START).needsCapacity).toBeUndefined();
  });

  it('is read anew in the one look of ten minutes', () => {
    const tenth = Math.ceil(START / (10 * MINUTE)) * 10 * MINUTE;
    const asked = (ms: number) => decide(known, unread(75), policy, tenth + ms).needsCapacity;

    expect([-1, 0, MINUTE - 1, MINUTE].map(asked)).toEqual([undefined, true, true, undefined]);
  });

  it('of a target that does not exist is asked for in a minute', () => {
    expect(decide(known, aSnapshot(policy, 'missing', {}), policy, START).lookAgainAt).toBe(later(MINUTE));
  });

  it('that is last known stands for tasks that all run', () => {
    const tracked = aTarget({ policies: [tracking()] });
    const at = (load: number) =>
      decide(aRecord({ lastDesired: 10 }), aSnapshot(tracked, undefined, { load }), tracked, START);

    expect(reasons(at(100))).toEqual(['within-tolerance']);
    expect(at(150).needsCapacity).toBe(true);
  });
});

describe('a metric that can be read again', () => {
  it('is told only when all can', () => {
    const before = aRecord({ lastReason: 'metric-unreadable failed cpu-high' });
    const unreadable = { 'cpu-high': { kind: 'unreadable' as const, why: 'AccessDenied' } };

    expect(reasons(decide(before, aSnapshot(policy, capacity(10), unreadable), policy, START))).toEqual([
      'metric-unreadable',
    ]);
    expect(reasons(decide(before, high(75), policy, START))).toEqual(['metric-recovered', 'scaled-out']);
    expect(reasons(decide(aRecord({ lastReason: 'scaled-out' }), high(75), policy, START))).toEqual([
      'scaled-out',
    ]);
  });
});

describe('a backlog policy', () => {
  const jobs = (changes = {}) => aTarget({ min: 0, max: 20, policies: [backlog(changes)] });
  const wait = (messages: number, desired: number, target = jobs()) =>
    decide(aRecord(), aSnapshot(target, capacity(desired), { jobs: messages }), target, START);

  it('says why it changes nothing: by its bounds, or because what is there suffices', () => {
    expect(wait(5_000, 20).findings).toMatchObject([
      { reason: 'already-at-max', facts: { policy: 'jobs', messages: 5_000, wanted: 50 } },
    ]);
    expect(wait(1_000, 10).findings).toMatchObject([
      { reason: 'already-at-desired', facts: { policy: 'jobs', messages: 1_000, wanted: 10 } },
    ]);
    expect(reasons(wait(0, 0))).toEqual(['already-at-desired']);
  });

  it('leaves zero for more than the activation, and not for as much', () => {
    expect(wait(5, 0, jobs({ activation: 5 })).desired).toBeUndefined();
    expect(wait(6, 0, jobs({ activation: 5 })).desired).toBe(1);
  });

  it('hands its cooldown to the change', () => {
    expect(wait(1_500, 10, jobs({ inCooldownMs: 7 * MINUTE })).next.intent?.cooldownMs).toBe(7 * MINUTE);
  });

  it('remembers since when nothing waits, and forgets it when something does', () => {
    const since = { emptySince: { jobs: later(-HOUR), mails: later(-MINUTE) } };
    const target = jobs();
    const seen = (messages: number) =>
      decide(aRecord(since), aSnapshot(target, capacity(1), { jobs: messages }), target, START).next
        .emptySince;

    expect(seen(0)).toEqual(since.emptySince);
    expect(seen(1)).toEqual({ mails: later(-MINUTE) });
  });

  it('without a metric holds back what others would scale in', () => {
    const target = aTarget({ policies: [backlog(), inPolicy()] });
    const snapshot = aSnapshot(target, capacity(10), { jobs: { kind: 'no-data' }, 'cpu-low': 20 });

    expect(reasons(decide(aRecord(), snapshot, target, START))).toEqual([
      'no-datapoints',
      'metric-unreadable',
    ]);
  });

  it('that was not asked for its metric says so', () => {
    const target = jobs();
    const decision = decide(aRecord(), aSnapshot(target, capacity(10), {}), target, START);

    expect(reasons(decision)).toEqual(['metric-unreadable']);
    expect(decision.findings[0]?.sentence).toContain('(it was not read)');
  });
});

describe('the cooldowns of a direction', () => {
  const low = aSnapshot(policy, capacity(10), { 'cpu-low': 20 });

  it('end to the millisecond', () => {
    const wait = (ms: number) => decide(aRecord({ lastIn: aChange(11, 10) }), low, policy, later(ms));

    expect(reasons(wait(5 * MINUTE - 1))).toEqual(['cooldown-in']);
    expect(wait(5 * MINUTE).desired).toBe(9);
  });

  it('of a scale-in: a second one within counts from the first', () => {
    const begun = aRecord({
      lastIn: aChange(12, 10),
      intent: { ...intent, from: 10, desired: 9, decidedAt: later(MINUTE) },
    });
    const { record } = step(begun, low, policy, later(MINUTE));

    expect(record.lastIn).toMatchObject({ from: 12, to: 9 });
  });
});
