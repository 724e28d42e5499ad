import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { MetricPolicy, TargetPolicy } from '../../lib/scaling/policy.ts';
import type { ScalingRecord } from '../../lib/scaling/record.ts';
import type { CapacityView, ScalingSnapshot } from '../../lib/scaling/snapshot.ts';
import {
  aChange,
  alarmOf,
  aRecord,
  aSchedule,
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
  tracking,
} from './situations.ts';

const jump = (adjustment: number) => outPolicy({ steps: [{ lower: 0, upper: null, adjustment }] });
const drop = (adjustment: number) => inPolicy({ steps: [{ lower: null, upper: 0, adjustment }] });

interface Wish {
  readonly policy?: Partial<TargetPolicy>;
  readonly record?: Partial<ScalingRecord>;
  readonly counted?: Partial<CapacityView>;
  readonly snapshot?: Partial<ScalingSnapshot>;
}

/** What comes of +10 or -8 on 20. */
function wish(direction: 'out' | 'in', { policy = {}, record = {}, counted = {}, snapshot = {} }: Wish = {}) {
  const target = aTarget({ policies: [jump(10), drop(-8)], ...policy });
  const read = aSnapshot(target, capacity(20, counted), {
    [direction === 'out' ? 'cpu-high' : 'cpu-low']: direction === 'out' ? 80 : 20,
  });
  return decide(aRecord(record), { ...read, ...snapshot }, target, START);
}

const told = (decision: ReturnType<typeof decide>) => decision.findings[0]?.sentence ?? '';
const count = (value: number) => ({ kind: 'count' as const, value });
const percent = (value: number) => ({ kind: 'percent' as const, value });

describe('guards', () => {
  const owner = { kind: 'scalable-target', policies: 2 } as const;

  it('name the target, and what was wanted of it', () => {
    expect(told(wish('out', { snapshot: { otherOwner: owner } }))).toMatch(
      /^service\/prod\/web: from 20 to 30 tasks /,
    );
  });

  it('say the first of several that hold it', () => {
    const held = { snapshot: { otherOwner: owner }, counted: { suspended: ['Launch', 'Terminate'] } };

    expect(reasons(wish('out', held))).toEqual(['other-owner']);
  });

  it('that leave less of a change follow one another', () => {
    const limits = { perChange: count(5), perHour: count(3) };

    expect(reasons(wish('out', { policy: { limits } }))).toEqual([
      'change-limited',
      'hourly-limit',
      'scaled-out',
    ]);
    expect(wish('out', { policy: { limits } }).desired).toBe(23);
  });

  it('know freezes of one direction', () => {
    const freezes = (directions: 'in' | 'out') => [
      { name: 'sale', cron: '0 12 * * *', timeZone: 'UTC', durationMs: HOUR, directions },
    ];

    expect(reasons(wish('out', { policy: { freezes: freezes('out') } }))).toEqual(['frozen']);
    expect(wish('in', { policy: { freezes: freezes('out') } }).desired).toBe(12);
  });
});

describe('who scales the target too', () => {
  it('is named', () => {
    const owned = (otherOwner: ScalingSnapshot['otherOwner']) =>
      told(wish('out', { snapshot: otherOwner ? { otherOwner } : {} }));

    expect(owned({ kind: 'scalable-target', policies: 2 })).toContain(
      'Application Auto Scaling with 2 policies',
    );
    expect(owned({ kind: 'managed-scaling', capacityProvider: 'cp' })).toContain('capacity provider cp');
  });
});

describe('what is suspended', () => {
  it('is named, but for what does not matter to the direction', () => {
    const counted = { suspended: ['Launch', 'Terminate', 'AZRebalance'] };

    expect(told(wish('out', { counted }))).toContain('while Launch, AZRebalance is suspended');
    expect(told(wish('in', { counted }))).toContain('while Terminate, AZRebalance is suspended');
  });
});

describe('warming up', () => {
  const warming = { policy: { target: group }, counted: { warming: 2 } };

  it('holds a scale-in only', () => {
    expect(reasons(wish('in', warming))).toEqual(['warming-up']);
    expect(wish('out', warming).desired).toBeDefined();
  });
});

describe('a schedule', () => {
  const eight = Date.parse('2026-11-21T07:00Z');
  const scheduled = (changes: Partial<TargetPolicy>, counted: Partial<CapacityView> = {}, metrics = {}) => {
    const policy = aTarget({
      schedules: [aSchedule({ max: 10 })],
      policies: [jump(10), drop(-8)],
      ...changes,
    });
    const record = aRecord({ schedulesSeen: { morning: eight - MINUTE } });
    const snapshot = aSnapshot(policy, capacity(20, counted), metrics);
    const quiet = new Map([...snapshot.alarms.keys()].map((name) => [name, 'missing' as const]));
    return decide(record, { ...snapshot, alarms: quiet }, policy, eight).desired;
  };

  it('waits neither for what warms up nor for a load that will come back', () => {
    expect(scheduled({ target: group }, { warming: 2 })).toBe(10);
    expect(scheduled({ holdFlapping: true }, {}, { 'cpu-high': 69 })).toBe(10);
  });
});

describe('anticipated flapping', () => {
  /** The scale-in from 20 to 12, with the metric of the policy that scales out. */
  const lowered = (
    load: number,
    policies: MetricPolicy[] = [jump(10), drop(-8)],
    snapshot: Partial<ScalingSnapshot> = {},
  ) => {
    const policy = aTarget({ policies, holdFlapping: true });
    const read = aSnapshot(policy, capacity(20), { 'cpu-low': 20 });
    const metrics = new Map([
      ...read.metrics,
      ['cpu-high', { kind: 'value' as const, value: load, at: START }] as const,
      ['load', { kind: 'value' as const, value: 60, at: START }] as const,
    ]);
    return decide(aRecord(), { ...read, metrics, ...snapshot }, policy, START);
  };

  it('goes by the threshold that the alarm has', () => {
    const alarms = (threshold: number | null) =>
      new Map([
        ['web-cpu-high', alarmOf(outPolicy(), { state: 'OK', threshold })] as const,
        ['web-cpu-low', alarmOf(inPolicy())] as const,
      ]);
    const policies = [jump(10), drop(-8)];

    expect(reasons(lowered(41, policies, { alarms: alarms(60) }))).toEqual(['anticipated-flapping']);
    expect(lowered(42, policies, { alarms: alarms(90) }).desired).toBe(12);
    expect(reasons(lowered(42, policies, { alarms: alarms(null) }))).toEqual(['anticipated-flapping']);
  });

  it('says from what to about what', () => {
    expect(told(lowered(42))).toContain('from 42 to about 70, beyond its threshold 70');
  });

  it('is looked for at every policy that scales out by steps, and at no other', () => {
    expect(reasons(lowered(42, [tracking(), drop(-8), jump(10)]))).toContain('anticipated-flapping');
    expect(lowered(42, [drop(-8)]).desired).toBe(12);
  });

  it('is not to be seen without the metric, nor without the alarm that would name another threshold', () => {
    const policy = aTarget({ policies: [jump(10), drop(-8)], holdFlapping: true });
    const read = aSnapshot(policy, capacity(20), { 'cpu-low': 20 });
    const alarms = new Map([['web-cpu-low', alarmOf(inPolicy())] as const]);

    expect(decide(aRecord(), read, policy, START).desired).toBe(12);
    expect(reasons(lowered(42, [jump(10), drop(-8)], { alarms }))).toEqual(['anticipated-flapping']);
  });

  it('is looked for on what is desired where nothing runs, and not where nothing less would bear the load', () => {
    const policy = aTarget({ policies: [jump(10), drop(-8)], holdFlapping: true });
    const counted = (load: number, running: number) => {
      const read = aSnapshot(policy, capacity(20, { running }), { 'cpu-low': 20 });
      const metrics = new Map([
        ...read.metrics,
        ['cpu-high', { kind: 'value' as const, value: load, at: START }] as const,
      ]);
      return decide(aRecord(), { ...read, metrics }, policy, START);
    };

    expect(reasons(counted(42, 0))).toEqual(['anticipated-flapping']);
    expect(counted(41, 0).desired).toBe(12);
  });

  it('is none without any load, also down to nothing', () => {
    const policy = aTarget({ min: 0, policies: [jump(10), drop(-20)], holdFlapping: true });
    const read = aSnapshot(policy, capacity(20), { 'cpu-low': 20 });
    const metrics = new Map([
      ...read.metrics,
      ['cpu-high', { kind: 'value' as const, value: 0, at: START }] as const,
    ]);

    expect(decide(aRecord(), { ...read, metrics }, policy, START).desired).toBe(0);
  });

  it('down to nothing of a load that there is is held', () => {
    const policy = aTarget({ min: 0, policies: [jump(10), drop(-20)], holdFlapping: true });
    const read = aSnapshot(policy, capacity(20), { 'cpu-low': 20 });
    const metrics = new Map([
      ...read.metrics,
      ['cpu-high', { kind: 'value' as const, value: 1, at: START }] as const,
    ]);

    expect(reasons(decide(aRecord(), { ...read, metrics }, policy, START))).toEqual(['anticipated-flapping']);
  });
});

describe('instances that are protected', () => {
  const held = (protectedFromScaleIn: number, counted: Partial<CapacityView> = {}) =>
    wish('in', { policy: { target: group }, counted: { protectedFromScaleIn, ...counted } });

  it('leave the others to go, to the last one', () => {
    expect(reasons(held(12))).toEqual(['scaled-in']);
    expect(held(13).findings).toMatchObject([
      { reason: 'instances-protected', facts: { from: 20, wanted: 12, allowed: 13 } },
      { reason: 'scaled-in', facts: { to: 13 } },
    ]);
    expect(told(held(13))).toContain('at most 7 can go. It goes to 13.');
    expect(told(held(20))).toContain('at most 0 can go. Nothing is changed.');
  });

  it('are counted among all that run, and hold no scale-out', () => {
    expect(held(20, { running: 22 }).desired).toBe(18);
    expect(held(25).desired).toBeUndefined();
    expect(wish('out', { policy: { target: group }, counted: { protectedFromScaleIn: 20 } }).desired).toBe(
      30,
    );
  });
});

describe('a limit', () => {
  it('of one change is reached, not exceeded', () => {
    const perChange = (value: number) =>
      wish('out', { policy: { limits: { perChange: count(value), perHour: null } } });

    expect(reasons(perChange(10))).toEqual(['scaled-out']);
    expect(perChange(9).findings).toMatchObject([
      { reason: 'change-limited', facts: { from: 20, wanted: 30, allowed: 29 } },
      { reason: 'scaled-out' },
    ]);
    expect(told(perChange(9))).toContain('limits.perChange allows (9). It goes to 29.');
  });

  it('of an hour counts what was changed in it, to the millisecond', () => {
    const within = (ms: number) =>
      wish('out', {
        policy: { limits: { perChange: null, perHour: count(10) } },
        record: { changes: [aChange(12, 20, { at: START - ms })] },
      });

    expect(within(HOUR).desired).toBe(30);
    expect(within(HOUR - 1).desired).toBe(22);
    expect(told(within(HOUR - 1))).toContain('leaves (2, after 8 in the last hour)');
  });

  it('of an hour that is exceeded already leaves nothing, and takes nothing back', () => {
    const decision = wish('out', {
      policy: { limits: { perChange: null, perHour: count(5) } },
      record: { changes: [aChange(12, 20, { at: later(-MINUTE) })] },
    });

    expect(reasons(decision)).toEqual(['hourly-limit']);
    expect(decision.desired).toBeUndefined();
    expect(told(decision)).toContain('leaves (0, after 8 in the last hour). Nothing is changed.');
  });

  it('as a share is rounded down', () => {
    expect(wish('out', { policy: { limits: { perChange: percent(19), perHour: null } } }).desired).toBe(23);
  });
});
