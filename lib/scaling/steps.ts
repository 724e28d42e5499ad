import type { AdjustmentType, Comparison, Step } from './policy.ts';

const lowerOf = (step: Step) => step.lower ?? Number.NEGATIVE_INFINITY;
const upperOf = (step: Step) => step.upper ?? Number.POSITIVE_INFINITY;

export const isAbove = (comparison: Comparison) => comparison.startsWith('Greater');

/** True when the alarm's condition holds for the metric. */
export function isBreaching(metric: number, threshold: number, comparison: Comparison): boolean {
  switch (comparison) {
    case 'GreaterThanOrEqualToThreshold':
      return metric >= threshold;
    case 'GreaterThanThreshold':
      return metric > threshold;
    case 'LessThanOrEqualToThreshold':
      return metric <= threshold;
    case 'LessThanThreshold':
      return metric < threshold;
    default:
      return comparison satisfies never;
  }
}

/**
 * metric - threshold, without what binary fractions add to it: 0.3 - 0.1 is 0.2 here, so that a metric that stands
 * exactly at a bound is found there.
 */
export function distance(metric: number, threshold: number): number {
  const difference = metric - threshold;
  const magnitude = Math.max(Math.abs(metric), Math.abs(threshold));
  if (!Number.isFinite(difference) || magnitude === 0) return difference;
  const digits = 14 - Math.ceil(Math.log10(magnitude));
  return digits < 0 || digits > 100 ? difference : Number(difference.toFixed(digits));
}

/**
 * The step that holds for a metric so far from the threshold. Above it the lower bound belongs to a step and the
 * upper one does not; below it, the other way round (API StepAdjustment). The alarm's comparison says which side it
 * is, since at the threshold itself the two forms differ. Undefined: no step matches, which AWS treats as an error
 * (API ExecutePolicy).
 */
export function stepFor(
  steps: readonly Step[],
  difference: number,
  comparison: Comparison,
): Step | undefined {
  return steps.find((step) =>
    isAbove(comparison)
      ? lowerOf(step) <= difference && difference < upperOf(step)
      : lowerOf(step) < difference && difference <= upperOf(step),
  );
}

/** The step next to the threshold: for an alarm that has no datapoint at all. */
export function nearestStep(steps: readonly Step[]): Step | undefined {
  const away = (step: Step) => Math.max(lowerOf(step), -upperOf(step), 0);
  return steps.toSorted((a, b) => away(a) - away(b))[0];
}

/**
 * How AWS rounds the change, never the total: between 0 and 1 up to 1, between -1 and 0 down to -1, all else towards
 * zero (Application Auto Scaling user guide, step scaling adjustment types).
 */
export function roundDelta(raw: number): number {
  if (raw === 0) return 0;
  return Math.abs(raw) < 1 ? Math.sign(raw) : Math.trunc(raw);
}

/**
 * The count that a step asks for, before any bound. With percent the least magnitude keeps the sign of the step; so
 * it also leaves zero, of which every share is zero.
 */
export function adjust(
  type: AdjustmentType,
  adjustment: number,
  start: number,
  minMagnitude: number | null = null,
): number {
  switch (type) {
    case 'ExactCapacity':
      return adjustment;
    case 'ChangeInCapacity':
      return start + adjustment;
    case 'PercentChangeInCapacity': {
      const delta = roundDelta((start * adjustment) / 100);
      return (
        start + Math.sign(adjustment) * Math.max(Math.abs(delta), adjustment === 0 ? 0 : (minMagnitude ?? 0))
      );
    }
    default:
      return type satisfies never;
  }
}
