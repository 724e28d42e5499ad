import type { AdjustmentType, Comparison, Step } from './policy.ts';

/** Steps per policy (Application Auto Scaling quotas). */
const MOST_STEPS = 20;

const lowerOf = (step: Step) => step.lower ?? Number.NEGATIVE_INFINITY;
const upperOf = (step: Step) => step.upper ?? Number.POSITIVE_INFINITY;
const inWords = ({ lower, upper }: Step) => `${lower ?? '-infinity'} to ${upper ?? 'infinity'}`;

/**
 * What is wrong with the steps of a policy, each as a sentence; empty when nothing is. The rules are those of
 * StepAdjustment in the API references of Application Auto Scaling and EC2 Auto Scaling.
 */
export function validateSteps(steps: readonly Step[], adjustment?: AdjustmentType): string[] {
  if (steps.length === 0) return ['There is no step; give at least one.'];
  const problems: string[] = [];
  if (steps.length > MOST_STEPS)
    problems.push(`There are ${steps.length} steps; at most ${MOST_STEPS} are allowed.`);
  for (const step of steps) problems.push(...validateStep(step, adjustment));
  const open = (side: 'lower' | 'upper') => steps.filter((step) => step[side] === null).length;
  for (const side of ['lower', 'upper'] as const) {
    if (open(side) > 1)
      problems.push(`${open(side)} steps have no ${side} bound; at most one may be without.`);
  }
  if (open('lower') === 0 && steps.some((step) => lowerOf(step) < 0)) {
    problems.push('A step goes below the threshold, so one step must have no lower bound.');
  }
  if (open('upper') === 0 && steps.some((step) => upperOf(step) > 0)) {
    problems.push('A step goes above the threshold, so one step must have no upper bound.');
  }
  return [...problems, ...validateOrder(steps)];
}

function validateStep(step: Step, adjustment: AdjustmentType | undefined): string[] {
  const problems: string[] = [];
  if (step.lower === null && step.upper === null)
    problems.push('A step has neither a lower nor an upper bound.');
  if (step.lower !== null && step.upper !== null && step.upper <= step.lower) {
    problems.push(`The step ${inWords(step)} must have an upper bound above its lower bound.`);
  }
  if (adjustment === 'ExactCapacity' && step.adjustment < 0) {
    problems.push(`The step ${inWords(step)} sets the count to ${step.adjustment}; it must be 0 or more.`);
  }
  return problems;
}

function validateOrder(steps: readonly Step[]): string[] {
  const sorted = steps.toSorted((a, b) => lowerOf(a) - lowerOf(b) || upperOf(a) - upperOf(b));
  return sorted.flatMap((step, index) => {
    const before = sorted[index - 1];
    if (before === undefined || upperOf(before) === lowerOf(step)) return [];
    const what = upperOf(before) > lowerOf(step) ? 'overlap' : 'leave a gap';
    return [
      `The steps ${inWords(before)} and ${inWords(step)} ${what}; each must begin where the last one ends.`,
    ];
  });
}

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
