import { type EpochMs, MINUTE } from '../../lib/clock.ts';
import type { AdjustmentType, Comparison, Step } from '../../lib/scaling/policy.ts';
import { createAlarm, isAbove } from './alarm.ts';
import type { Move, Scaler, Sight } from './engine.ts';
import type { MetricKind } from './load-model.ts';

// Application Auto Scaling as its user guide and API reference describe it, written anew and apart from lib/scaling, so
// that a comparison does not compare the controller with itself. What AWS does not publish is marked as our reading.

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Application Auto Scaling's default for ECS, in both directions (API reference, ScaleOutCooldown). */
export const AWS_COOLDOWN_MS = 5 * MINUTE;

export interface TrackingTerms extends Bounds {
  readonly metric: MetricKind;
  readonly value: number;
  readonly cooldownMs: number;
}

/** AlarmLow's threshold is seen to lie a tenth below the target. */
const LOW = 0.9;
const LOW_POINTS = 15;

/**
 * Plain target tracking: out to ceil(current x metric / target) after three one-minute points above the target, in
 * after 15 points below 90 % of it (points: aws-samples/amazon-aurora-labs-for-mysql#3). No data: no change. How far it
 * scales in AWS does not say, only that it is more gradual (ECS developer guide, target tracking): our reading is the
 * same formula with the highest of the 15 points.
 */
export function awsTargetTracking(terms: TrackingTerms): Scaler {
  const { metric, value, min, max, cooldownMs } = terms;
  const high = createAlarm(value, 'GreaterThanThreshold', 3);
  const low = createAlarm(LOW * value, 'LessThanThreshold', LOW_POINTS);
  const recent: number[] = [];
  const cooldown = createCooldown(cooldownMs, { min, max });
  return (sight) => {
    const seen = sight.metric(metric);
    high.see(seen, sight.now);
    low.see(seen, sight.now);
    if (seen === null) return undefined;
    recent.push(seen);
    if (recent.length > LOW_POINTS) recent.shift();
    if (high.state !== 'ALARM' && low.state !== 'ALARM') return undefined;
    const decisive = high.state === 'ALARM' ? seen : Math.max(...recent);
    const wanted = Math.ceil((sight.running * decisive) / value - 1e-9);
    const why = () =>
      `The metric is ${round(decisive)}, the target ${value}: ${sight.running} x ${round(decisive)} / ${value} makes ${wanted}`;
    if (high.state === 'ALARM') return cooldown.out(sight, wanted - sight.running, why);
    return cooldown.in(sight, wanted, why);
  };
}

export interface StepTerms {
  readonly name: string;
  readonly threshold: number;
  readonly comparison: Comparison;
  readonly adjustment: AdjustmentType;
  readonly steps: readonly Step[];
  readonly minMagnitude: number | null;
  readonly cooldownMs: number;
  readonly metric: MetricKind;
}

/**
 * Step scaling by Application Auto Scaling: an alarm in ALARM invokes its policy once a minute; several policies at
 * once, the largest result wins (Application Auto Scaling user guide, step scaling policies).
 */
export function awsStepScaling(
  policies: readonly StepTerms[],
  bounds: Bounds,
  datapoints: { readonly above: number; readonly below: number },
): Scaler {
  const parts = policies.map((terms) => {
    const points = isAbove(terms.comparison) ? datapoints.above : datapoints.below;
    const alarm = createAlarm(terms.threshold, terms.comparison, points);
    return { terms, alarm };
  });
  const longest = Math.max(0, ...policies.map(({ cooldownMs }) => cooldownMs));
  const cooldown = createCooldown(longest, bounds);
  return (sight) => {
    let best: { readonly wanted: number; readonly why: () => string; readonly terms: StepTerms } | undefined;
    for (const { terms, alarm } of parts) {
      const seen = sight.metric(terms.metric);
      alarm.see(seen, sight.now);
      const step = alarm.state === 'ALARM' && seen !== null ? stepFor(terms, seen) : undefined;
      if (seen === null || step === undefined) continue;
      const wanted = sight.running + deltaOf(terms, step.adjustment, sight.running);
      const why = () =>
        `${terms.name}: the metric is ${round(seen)}, ${round(Math.abs(seen - terms.threshold))} from its threshold, which makes ${wanted}`;
      if (best === undefined || wanted > best.wanted) best = { wanted, why, terms };
    }
    if (best === undefined) return undefined;
    const { wanted, why, terms } = best;
    if (wanted > sight.running) return cooldown.out(sight, wanted - sight.running, why, terms.cooldownMs);
    return cooldown.in(sight, wanted, why, terms.cooldownMs);
  };
}

/** Bounds are inclusive on the lower side above a threshold, on the upper side below it (API, StepAdjustment). */
function stepFor({ threshold, comparison, steps }: StepTerms, metric: number): Step | undefined {
  const distance = metric - threshold;
  const above = isAbove(comparison);
  return steps.find(({ lower, upper }) => {
    const low = lower ?? Number.NEGATIVE_INFINITY;
    const high = upper ?? Number.POSITIVE_INFINITY;
    return above ? distance >= low && distance < high : distance > low && distance <= high;
  });
}

/** The delta is rounded, not the total; between -1 and 1 it becomes a whole one (user guide, scaling adjustment types). */
function deltaOf({ adjustment, minMagnitude }: StepTerms, by: number, current: number): number {
  if (adjustment === 'ChangeInCapacity') return by;
  if (adjustment === 'ExactCapacity') return by - current;
  const exact = (current * by) / 100;
  const whole = Math.abs(exact) >= 1 ? Math.trunc(exact) : Math.sign(exact);
  return Math.sign(whole) * Math.max(Math.abs(whole), whole === 0 ? 0 : (minMagnitude ?? 0));
}

/**
 * The cooldowns of Application Auto Scaling. Out: while it lasts only a larger change adds anything, and only the
 * difference. In: nothing more until it ends; a scale-out runs at once and ends it (user guide, cooldown period).
 */
function createCooldown(defaultMs: number, { min, max }: Bounds) {
  const within = (count: number) => Math.min(max, Math.max(min, count));
  let out: { readonly until: EpochMs; readonly from: number; readonly by: number } | undefined;
  let inUntil = 0;
  return {
    out(
      { now, desired, running }: Sight,
      by: number,
      why: () => string,
      cooldownMs = defaultMs,
    ): Move | undefined {
      const cooling = out !== undefined && now < out.until ? out : undefined;
      if (cooling !== undefined && by <= cooling.by) {
        const sentence = `${why()}, which is no more than the change that still cools down.`;
        return { reason: 'cooldown-out', sentence };
      }
      const from = cooling?.from ?? running;
      const to = within(from + by);
      if (to <= desired) return undefined;
      out = { until: now + cooldownMs, from, by };
      inUntil = 0;
      const counted = cooling === undefined ? '' : `, but in the cooldown it counts from ${from}`;
      return { desired: to, reason: 'scaled-out', sentence: `${why()}${counted}.` };
    },
    in({ now, desired }: Sight, wanted: number, why: () => string, cooldownMs = defaultMs): Move | undefined {
      const to = within(wanted);
      if (to >= desired) return undefined;
      if (now < inUntil)
        return { reason: 'cooldown-in', sentence: `${why()}, but the last scale-in still cools down.` };
      inUntil = now + cooldownMs;
      return { desired: to, reason: 'scaled-in', sentence: `${why()}.` };
    },
  };
}

const round = (value: number) => Number(value.toPrecision(4));
