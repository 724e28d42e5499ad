import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import type { StepPolicy } from '../../lib/scaling/policy.ts';
import type { AlarmView, MetricView } from '../../lib/scaling/snapshot.ts';
import {
  aChange,
  alarmOf,
  aRecord,
  aSnapshot,
  aTarget,
  capacity,
  decide,
  inPolicy,
  later,
  outPolicy,
  reasons,
  START,
} from './situations.ts';

describe('a step policy', () => {
  const other = inPolicy();
  /** What comes of an alarm for scaling out, beside one that scales in by 1. */
  function beside(
    alarm: Partial<AlarmView> | 'missing' | undefined,
    metric: number | MetricView | undefined,
    policy: StepPolicy = outPolicy(),
  ) {
    const target = aTarget({ policies: [policy, other] });
    const values = { ...(metric === undefined ? {} : { 'cpu-high': metric }), 'cpu-low': 20 };
    const read = aSnapshot(target, capacity(10), values);
    const alarms = new Map(read.alarms);
    alarms.delete(policy.alarm.name);
    if (alarm === 'missing') alarms.set(policy.alarm.name, 'missing');
    else if (alarm) alarms.set(policy.alarm.name, alarmOf(policy, alarm));
    return decide(aRecord(), { ...read, alarms }, target, START);
  }

  it('whose alarm was not read, or is not in ALARM, keeps nobody from scaling in', () => {
    expect(reasons(beside(undefined, undefined))).toEqual(['scaled-in']);
    expect(reasons(beside({ state: 'OK' }, undefined))).toEqual(['scaled-in']);
  });

  it('whose alarm compares the other way keeps others from scaling in, whatever its state', () => {
    const decision = beside({ state: 'OK', comparison: 'LessThanThreshold' }, undefined);

    expect(reasons(decision)).toEqual(['alarm-differs-from-policy', 'metric-unreadable']);
    expect(decision.findings[0]).toMatchObject({ outcome: 'refused' });
  });

  it('says nothing of another threshold while its alarm is quiet', () => {
    expect(reasons(beside({ state: 'OK', threshold: 60 }, undefined))).toEqual(['scaled-in']);
  });

  it('of which the metric was not read keeps others from scaling in', () => {
    const decision = beside({}, undefined);

    expect(reasons(decision)).toEqual(['metric-unreadable', 'metric-unreadable']);
    expect(decision.findings[0]?.sentence).toContain('(it was not read)');
    expect(beside({}, { kind: 'unreadable', why: 'AccessDenied' }).findings[0]?.sentence).toContain(
      '(AccessDenied)',
    );
  });

  it('without a datapoint, or without a step, keeps nobody from scaling in', () => {
    expect(reasons(beside({}, { kind: 'no-data' }))).toEqual(['no-datapoints', 'scaled-in']);
    expect(reasons(beside({}, 69))).toEqual(['no-matching-step', 'scaled-in']);
  });

  it('says whether the metric has fallen back or lies beyond the steps', () => {
    const gap = outPolicy({ steps: [{ lower: 0, upper: 10, adjustment: 2 }] });

    expect(beside({}, 69).findings[0]?.sentence).toContain('does not breach it any more');
    expect(beside({}, 85, gap).findings[0]?.sentence).toContain('no step covers that');
    expect(beside({}, 85, gap).findings[0]?.facts).toEqual({ policy: 'cpu-high', metric: 85, threshold: 70 });
  });

  it.each<[Partial<StepPolicy>, number, string]>([
    [{}, 2, 'the step of +2 tasks holds'],
    [{ adjustment: 'PercentChangeInCapacity' }, 50, 'the step of +50% holds'],
    [{ adjustment: 'ExactCapacity' }, 15, 'the step of exactly 15 tasks holds'],
  ])('names its step: %o', (changes, adjustment, words) => {
    const policy = outPolicy({ ...changes, steps: [{ lower: 0, upper: null, adjustment }] });

    expect(beside({}, 75, policy).findings[0]?.sentence).toContain(words);
  });

  it('names a step downwards', () => {
    const target = aTarget({ policies: [inPolicy()] });
    const decision = decide(aRecord(), aSnapshot(target, capacity(10), { 'cpu-low': 20 }), target, START);

    expect(decision.findings[0]?.sentence).toContain('the step of -1 tasks holds');
  });

  it('says by what it is held, and what there is', () => {
    const target = aTarget({ policies: [outPolicy(), inPolicy()] });
    const held = (
      values: Record<string, number>,
      counted: ReturnType<typeof capacity>,
      record = aRecord(),
      now = START,
    ) => decide(record, aSnapshot(target, counted, values, now), target, now).findings[0];

    expect(held({ 'cpu-high': 99 }, capacity(40, { running: 39 }))).toMatchObject({
      reason: 'already-at-max',
      sentence: expect.stringContaining('40 is at max 40 or above'),
      facts: { policy: 'cpu-high', desired: 40, running: 39 },
    });
    expect(held({ 'cpu-low': 9 }, capacity(1))?.sentence).toContain(
      '1 (1 of them running) is at min 1 or below',
    );
    expect(held({ 'cpu-high': 75 }, capacity(15, { running: 10 }))?.sentence).toContain(
      'with 10 running, 15 desired',
    );
    const cooling = aRecord({ lastOut: aChange(10, 12) });
    expect(held({ 'cpu-high': 75 }, capacity(12), cooling, later(MINUTE))?.sentence).toContain(
      'since 10 all that it asks for has been added already and has yet to show (cooldown until 2026-11-21T12:07:00Z)',
    );
  });

  it('for an exact count that is there asks for nothing', () => {
    const policy = outPolicy({
      adjustment: 'ExactCapacity',
      steps: [{ lower: 0, upper: null, adjustment: 10 }],
    });
    const target = aTarget({ policies: [policy] });

    expect(
      reasons(decide(aRecord(), aSnapshot(target, capacity(10), { 'cpu-high': 75 }), target, START)),
    ).toEqual(['already-at-desired']);
  });
});
