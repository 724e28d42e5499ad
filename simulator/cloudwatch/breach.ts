import type { ComparisonOperator } from './model.ts';

/** Whether a datapoint breaches, as CloudWatch judges it; not by the code under test, which has a judgement of its own. */
export function isBreach(value: number, threshold: number, comparison: ComparisonOperator): boolean {
  switch (comparison) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
    case 'LessThanThreshold':
      return value < threshold;
    default:
      return comparison satisfies never;
  }
}
