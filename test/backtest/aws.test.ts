import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { awsStepScaling, awsTargetTracking, type StepTerms } from '../../simulator/backtest/aws.ts';
import type { Scaler } from '../../simulator/backtest/engine.ts';
import { awsTerms } from '../../simulator/backtest/terms.ts';
import { aModel, aSight, aStepIn, aStepPolicy, aTarget, aTracking } from './builders.ts';

/** Shows a scaler the same metric for some minutes, and gives what it sets, by minute. */
function setBy(scaler: Scaler, running: number, metrics: readonly (number | null)[]): [number, number][] {
  let desired = running;
  return metrics.flatMap((metric, minute): [number, number][] => {
    const move = scaler(aSight(minute, running, metric, desired));
    if (move?.desired === undefined) return [];
    desired = move.desired;
    return [[minute, desired]];
  });
}
const same = (minutes: number, metric: number | null) => Array.from({ length: minutes }, () => metric);

describe('AWS target tracking', () => {
  const tracking = () =>
    awsTargetTracking({ metric: 'utilisation', value: 50, min: 1, max: 20, cooldownMs: 5 * MINUTE });

  it('scales out in proportion, rounded up, after three points above the target', () => {
    expect(setBy(tracking(), 4, same(5, 80))).toEqual([[2, 7]]);
    expect(setBy(tracking(), 4, [80, 80, 40, 80, 80])).toEqual([]);
  });

  it('scales in only after fifteen points below nine tenths of it', () => {
    expect(setBy(tracking(), 10, same(16, 22))).toEqual([[14, 5]]);
    expect(setBy(tracking(), 10, same(40, 46))).toEqual([]);
  });

  it('scales in by the highest of those points, since AWS calls that more gradual', () => {
    expect(setBy(tracking(), 10, [40, ...same(14, 22)])).toEqual([[14, 8]]);
  });

  it('keeps within min and max', () => {
    expect(setBy(tracking(), 15, same(3, 100))).toEqual([[2, 20]]);
    expect(setBy(tracking(), 15, same(15, 0))).toEqual([[14, 1]]);
  });

  it('does nothing without data', () => {
    expect(setBy(tracking(), 4, [80, 80, null, 80, 80, null])).toEqual([]);
  });

  it('scales in again only after its cooldown, and a scale-out ends that', () => {
    const scaler = tracking();
    expect(setBy(scaler, 10, same(19, 22))).toEqual([[14, 5]]);
    const late = scaler(aSight(19, 5, 22));
    expect(late?.desired).toBe(3);
  });
});

describe('AWS step scaling', () => {
  const terms: StepTerms = {
    name: 'out',
    threshold: 50,
    comparison: 'GreaterThanOrEqualToThreshold',
    adjustment: 'PercentChangeInCapacity',
    steps: [
      { lower: 0, upper: 10, adjustment: 0 },
      { lower: 10, upper: 20, adjustment: 10 },
      { lower: 20, upper: null, adjustment: 30 },
    ],
    minMagnitude: null,
    cooldownMs: 5 * MINUTE,
    metric: 'utilisation',
  };
  const inTerms: StepTerms = {
    ...terms,
    name: 'in',
    comparison: 'LessThanOrEqualToThreshold',
    steps: [
      { lower: -10, upper: 0, adjustment: 0 },
      { lower: -20, upper: -10, adjustment: -10 },
      { lower: null, upper: -20, adjustment: -30 },
    ],
  };
  const scaler = (change: Partial<StepTerms> = {}) =>
    awsStepScaling([{ ...terms, ...change }, inTerms], { min: 1, max: 50 }, { above: 1, below: 1 });

  // The examples of the Application Auto Scaling user guide.
  it.each([
    [10, 60, 11],
    [11, 70, 14],
    [14, 40, 13],
    [13, 30, 10],
  ])('makes of %i tasks at %i %% %i, as the user guide has it', (running, metric, expected) => {
    expect(setBy(scaler(), running, [metric])).toEqual([[0, expected]]);
  });

  it('re-evaluates each minute, but in the cooldown adds only what a larger step is more', () => {
    const adding = scaler({
      adjustment: 'ChangeInCapacity',
      steps: [
        { lower: 0, upper: 20, adjustment: 2 },
        { lower: 20, upper: null, adjustment: 3 },
      ],
    });
    const counts = [60, 60, 75, 60, 60, 60, 60, 60].map((metric, minute) => {
      const running = minute < 2 ? 10 : minute < 7 ? 12 : 13;
      return adding(
        aSight(minute, running, metric, Math.max(running, minute < 1 ? 10 : minute < 3 ? 12 : 13)),
      )?.desired;
    });
    expect(counts).toEqual([12, undefined, 13, undefined, undefined, undefined, undefined, 15]);
  });

  it('lets the alarm need as many points as it is given', () => {
    const slow = awsStepScaling([terms], { min: 1, max: 50 }, { above: 3, below: 15 });
    expect(setBy(slow, 10, same(4, 60))).toEqual([[2, 11]]);
  });
});

describe('the terms for AWS', () => {
  it('are the value of target tracking, and steps like the user guide around it', () => {
    const { tracking, steps, remarks } = awsTerms(aTarget(), aModel());
    expect(tracking).toMatchObject({ value: 60, metric: 'utilisation' });
    expect(steps.map(({ threshold }) => threshold)).toEqual([60, 54]);
    expect(remarks).toContainEqual(expect.stringMatching(/^AWS step scaling: the policy has no steps/));
  });

  it('are the very steps of step policies, whose scale-out threshold is the target', () => {
    const { tracking, steps, remarks } = awsTerms(
      aTarget({ policies: [aStepPolicy(), aStepIn()] }),
      aModel(),
    );
    expect(tracking).toMatchObject({ value: 70 });
    expect(steps).toEqual([
      expect.objectContaining({ name: 'out', threshold: 70, cooldownMs: 3 * MINUTE }),
      expect.objectContaining({ name: 'in', threshold: 40 }),
    ]);
    expect(remarks).toContainEqual(expect.stringMatching(/its scale-out threshold 70 is one/));
  });

  it('are the backlog per task for a queue', () => {
    const backlog = {
      kind: 'backlog',
      name: 'jobs',
      messages: aTracking().metric,
      acceptableLatencyMs: 10_000,
      timePerMessageMs: 100,
      activation: 0,
      zeroAfterMs: null,
      inCooldownMs: 0,
    } as const;
    const { tracking } = awsTerms(aTarget({ policies: [backlog] }), aModel());
    expect(tracking).toMatchObject({ metric: 'queue-per-task', value: 100 });
  });

  it('leave target tracking out where the metric does not fall as tasks are added', () => {
    const { tracking } = awsTerms(aTarget(), aModel({ metric: 'load' }));
    expect(tracking).toEqual({ none: expect.stringMatching(/needs a metric that falls/) });
  });
});
