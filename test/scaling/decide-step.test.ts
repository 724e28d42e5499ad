import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import {
  aChange,
  alarmOf,
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
  step,
} from './situations.ts';

const policy = aTarget({ policies: [outPolicy(), inPolicy()] });
const both = (cpuHigh: number, cpuLow: number, desired = 10) =>
  aSnapshot(policy, capacity(desired), { 'cpu-high': cpuHigh, 'cpu-low': cpuLow });
const high = (value: number, counted = capacity(10), at = START) =>
  aSnapshot(policy, counted, { 'cpu-high': value }, at);
const low = (value: number, counted = capacity(10)) => aSnapshot(policy, counted, { 'cpu-low': value });

describe('a step policy', () => {
  it('records the absolute count it decides on, and says why', () => {
    const decision = decide(aRecord(), high(75), policy, START);

    expect(decision.desired).toBe(12);
    expect(decision.next.intent).toEqual({
      desired: 12,
      from: 10,
      policy: 'cpu-high',
      decidedAt: START,
      cooldownMs: 5 * MINUTE,
    });
    expect(decision.findings[0]?.sentence).toBe(
      'service/prod/web goes from 10 to 12 tasks by policy cpu-high: web-cpu-high is in ALARM at 75, threshold 70, so that the step of +2 tasks holds.',
    );
  });

  it('scaling edge 1: takes the step that begins at the threshold, whatever binary fractions say', () => {
    const third = outPolicy({
      alarm: { name: 'web-cpu-high', threshold: 0.1, comparison: 'GreaterThanOrEqualToThreshold' },
      steps: [
        { lower: 0, upper: 0.2, adjustment: 1 },
        { lower: 0.2, upper: null, adjustment: 4 },
      ],
    });
    const target = aTarget({ policies: [third] });

    expect(
      decide(aRecord(), aSnapshot(target, capacity(10), { 'cpu-high': 0.3 }), target, START).desired,
    ).toBe(14);
  });

  it('scaling edges 2 and 18: holds when the metric has fallen back below all steps', () => {
    const decision = decide(aRecord(), high(69), policy, START);

    expect(decision.desired).toBeUndefined();
    expect(reasons(decision)).toEqual(['no-matching-step']);
  });

  it('scaling edge 5: never leaves the bounds', () => {
    expect(decide(aRecord(), high(99, capacity(39)), policy, START).desired).toBe(40);
    expect(reasons(decide(aRecord(), high(99, capacity(40)), policy, START))).toEqual(['already-at-max']);
    expect(reasons(decide(aRecord(), low(5, capacity(1)), policy, START))).toEqual(['already-at-min']);
  });

  it('scaling edge 6: below min an out alarm lifts to min and goes on, an in alarm does nothing', () => {
    const narrow = { ...policy, min: 20, max: 30 };

    expect(decide(aRecord(), high(75, capacity(3)), narrow, START).desired).toBe(22);
    expect(decide(aRecord(), low(20, capacity(3)), narrow, START).desired).toBeUndefined();
  });

  it('scaling edge 6: above max an in alarm drops to max and goes on, an out alarm does nothing', () => {
    const narrow = { ...policy, min: 20, max: 30 };

    expect(decide(aRecord(), low(20, capacity(50)), narrow, START).desired).toBe(29);
    expect(decide(aRecord(), high(75, capacity(50)), narrow, START).desired).toBeUndefined();
  });

  it('scaling edge 7: tasks that cannot be placed do not let the count run away', () => {
    let record = aRecord();
    let desired = 10;
    for (let look = 0; look < 60; look += 1) {
      const now = later(look * MINUTE);
      const snapshot = high(75, capacity(desired, { running: 10 }), now);
      const stepped = step(record, snapshot, policy, now);
      record = stepped.record;
      desired = stepped.decision.desired ?? desired;
    }
    expect(desired).toBe(12);
  });

  it('scaling edge 8: in a deployment it counts from the desired count, neither old plus new nor the new alone', () => {
    const rolling = capacity(10, { running: 2, deploying: true });

    expect(decide(aRecord(), high(75, rolling), policy, START).desired).toBe(12);
  });

  it('scaling edge 9: in a deployment nothing is scaled in', () => {
    const decision = decide(aRecord(), low(20, capacity(10, { deploying: true })), policy, START);

    expect(decision.desired).toBeUndefined();
    expect(reasons(decision)).toEqual(['deployment-in-progress']);
  });

  it('after an outage it does not go to the minimum: with nothing running a scale-in starts from the desired count', () => {
    expect(decide(aRecord(), low(20, capacity(10, { running: 0 })), policy, START).desired).toBe(9);
  });

  it('scaling edge 16: in ALARM without a datapoint it holds, or takes the nearest step if told to', () => {
    const none = { 'cpu-high': { kind: 'no-data' as const } };
    const nearest = aTarget({ policies: [outPolicy({ noData: 'nearest-step' })] });

    expect(reasons(decide(aRecord(), aSnapshot(policy, capacity(10), none), policy, START))).toEqual([
      'no-datapoints',
    ]);
    expect(decide(aRecord(), aSnapshot(nearest, capacity(10), none), nearest, START).desired).toBe(12);
  });

  it('scaling edge 17: an alarm without a threshold of its own goes by the one of the policy file', () => {
    const snapshot = high(85);
    const composite = alarmOf(outPolicy(), { kind: 'composite', threshold: null, comparison: null });
    const alarms = new Map([['web-cpu-high', composite]]);
    const decision = decide(aRecord(), { ...snapshot, alarms }, policy, START);

    expect(decision.desired).toBe(13);
    expect(reasons(decision)).toEqual(['scaled-out']);
  });

  it('goes by the threshold that the alarm has, and says that the file has another', () => {
    const alarms = new Map([['web-cpu-high', alarmOf(outPolicy(), { threshold: 60 })]]);

    const decision = decide(aRecord(), { ...high(75), alarms }, policy, START);

    expect(decision.desired).toBe(13);
    expect(reasons(decision)).toContain('alarm-differs-from-policy');
  });

  it('does nothing when the alarm compares the other way', () => {
    const alarms = new Map([['web-cpu-high', alarmOf(outPolicy(), { comparison: 'LessThanThreshold' })]]);

    const decision = decide(aRecord(), { ...high(75), alarms }, policy, START);

    expect(decision.desired).toBeUndefined();
    expect(reasons(decision)).toEqual(['alarm-differs-from-policy']);
  });

  it('says that an alarm it was told of has ended', () => {
    const decision = decide(
      aRecord({ inAlarm: ['web-cpu-high'] }),
      aSnapshot(policy, capacity(10), {}),
      policy,
      START,
    );

    expect(reasons(decision)).toEqual(['alarm-not-in-alarm']);
    expect(decision.next.inAlarm).toEqual([]);
  });
});

describe('several policies', () => {
  it('scaling edge 20: out wins when both alarms are in ALARM', () => {
    expect(decide(aRecord(), both(75, 20), policy, START).desired).toBe(12);
  });

  it('scaling edge 21: a metric that cannot be read forbids scaling in and allows scaling out', () => {
    const broken = { kind: 'unreadable' as const, why: 'AccessDenied' };
    const inOnly = aSnapshot(policy, capacity(10), { 'cpu-high': broken, 'cpu-low': 20 });
    const other = outPolicy({
      name: 'memory-high',
      alarm: { ...outPolicy().alarm, name: 'web-memory-high' },
    });
    const wider = aTarget({ policies: [...policy.policies, other] });
    const outToo = aSnapshot(wider, capacity(10), { 'cpu-high': broken, 'memory-high': 75 });

    expect(decide(aRecord(), inOnly, policy, START).desired).toBeUndefined();
    expect(decide(aRecord(), outToo, wider, START).desired).toBe(12);
  });

  it('say when everything can be read again', () => {
    const before = aRecord({ lastReason: 'metric-unreadable failed cpu-high' });

    expect(reasons(decide(before, aSnapshot(policy, capacity(10), {}), policy, START))).toEqual([
      'metric-recovered',
    ]);
  });

  it('an alarm that does not exist forbids scaling in', () => {
    const alarms = new Map([...low(20).alarms, ['web-cpu-high', 'missing' as const] as const]);

    const decision = decide(aRecord(), { ...low(20), alarms }, policy, START);

    expect(decision.desired).toBeUndefined();
    expect(reasons(decision)).toEqual(['alarm-missing', 'metric-unreadable']);
  });
});

describe('cooldowns', () => {
  it('scaling edge 10: a larger step in the cooldown adds only the difference, also the third time', () => {
    const first = step(aRecord(), high(75), policy, START);
    const second = step(first.record, high(85, capacity(12), later(MINUTE)), policy, later(MINUTE));
    const third = step(second.record, high(85, capacity(13), later(2 * MINUTE)), policy, later(2 * MINUTE));

    expect([first, second, third].map(({ decision }) => decision.desired)).toEqual([12, 13, undefined]);
    expect(reasons(third.decision)).toEqual(['cooldown-out']);
  });

  it('scaling edge 11: a scale-out ends the cooldown of a scale-in, and each has its own record', () => {
    const cooling = aRecord({ lastIn: aChange(11, 10) });

    const { decision, record } = step(cooling, high(75), policy, later(MINUTE));

    expect(decision.desired).toBe(12);
    expect(record.lastIn).toBeUndefined();
    expect(record.lastOut).toMatchObject({ from: 10, to: 12 });
  });

  it('a scale-in leaves the record of the last scale-out alone (floci-io/floci#2692)', () => {
    const lastOut = aChange(8, 10, { at: later(-6 * MINUTE) });

    expect(step(aRecord({ lastOut }), low(20), policy, START).record.lastOut).toEqual(lastOut);
  });

  it('nothing is scaled in during either cooldown, and again after it', () => {
    const afterIn = aRecord({ lastIn: aChange(11, 10) });
    const afterOut = aRecord({ lastOut: aChange(8, 10) });

    expect(reasons(decide(afterIn, low(20), policy, later(MINUTE)))).toEqual(['cooldown-in']);
    expect(reasons(decide(afterOut, low(20), policy, later(MINUTE)))).toEqual(['cooldown-out']);
    expect(decide(afterIn, low(20), policy, later(5 * MINUTE)).desired).toBe(9);
  });

  it('a policy with a short cooldown does not end the long one that runs', () => {
    const quick = aTarget({
      policies: [
        outPolicy(),
        outPolicy({ name: 'quick', alarm: { ...outPolicy().alarm, name: 'q' }, cooldownMs: MINUTE }),
      ],
    });
    const begun = aRecord({ lastOut: aChange(10, 12) });
    const snapshot = aSnapshot(quick, capacity(12), { quick: 85 }, later(MINUTE));

    const { record } = step(begun, snapshot, quick, later(MINUTE));

    expect(record.lastOut).toMatchObject({ from: 10, to: 13, at: later(MINUTE), cooldownMs: 4 * MINUTE });
  });

  it('scaling edge 38: a datapoint from before the last scale-out does not step again, however short the cooldown', () => {
    const hasty = aTarget({ policies: [outPolicy({ cooldownMs: 0 })] });
    const record = aRecord({ lastOut: aChange(10, 12, { at: START, cooldownMs: 0 }) });
    const old = aSnapshot(hasty, capacity(12), { 'cpu-high': 75 }, later(-MINUTE));
    const fresh = aSnapshot(hasty, capacity(12), { 'cpu-high': 75 }, START);

    expect(reasons(decide(record, old, hasty, later(MINUTE)))).toEqual(['cooldown-out']);
    expect(decide(record, fresh, hasty, later(MINUTE)).desired).toBe(14);
    const half = aSnapshot(hasty, capacity(12), { 'cpu-high': 75 }, later(-MINUTE / 2));
    expect(decide(record, half, hasty, later(MINUTE)).desired).toBe(14);
  });
});

describe('a group', () => {
  const hosts = aTarget({ ...policy, target: group });
  const cpu = (name: 'cpu-high' | 'cpu-low', counted: ReturnType<typeof capacity>) =>
    aSnapshot(hosts, counted, { [name]: name === 'cpu-high' ? 75 : 20 });

  it('scaling edge 13: scales nothing in while instances warm up', () => {
    const decision = decide(aRecord(), cpu('cpu-low', capacity(10, { warming: 1 })), hosts, START);

    expect(decision.desired).toBeUndefined();
    expect(reasons(decision)).toEqual(['warming-up']);
  });

  it('scaling edges 23 and 34: DRAINING and disconnected instances are no capacity when it scales out', () => {
    const drained = capacity(10, { running: 3, unusable: 7 });

    expect(decide(aRecord(), cpu('cpu-high', drained), hosts, START).desired).toBe(12);
  });

  it('an instance that warms up and has not registered yet is not counted twice', () => {
    const joining = capacity(11, { running: 10, unusable: 1, warming: 1 });

    expect(decide(aRecord(), cpu('cpu-high', joining), hosts, START).desired).toBe(12);
  });

  it('scaling edge 23: a scale-in leaves as many usable instances as min, whichever the group terminates', () => {
    const drained = capacity(10, { running: 3, unusable: 7 });
    const least = { ...hosts, min: 3 };

    expect(decide(aRecord(), cpu('cpu-low', drained), hosts, START).desired).toBe(9);
    expect(reasons(decide(aRecord(), cpu('cpu-low', drained), least, START))).toEqual(['already-at-min']);
  });

  it('stays within the MinSize and MaxSize that the group has', () => {
    const own = capacity(11, { bounds: { min: 2, max: 12 } });

    expect(decide(aRecord(), aSnapshot(hosts, own, { 'cpu-high': 95 }), hosts, START).desired).toBe(12);
  });
});
