import type { StateValue } from './model.ts';

export type MissingDataRule = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

export interface EvaluationRule {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly treatMissingData: MissingDataRule;
}

/**
 * How many periods are looked at: more than the evaluation periods, so that late or missing points can be made up for
 * by older ones. The user guide shows 5 for 3 periods and says no more; two more is assumed for all.
 */
export const evaluationRange = (evaluationPeriods: number) => evaluationPeriods + 2;

/**
 * The alarm's state by what is known of each period of the evaluation range: whether the datapoint breaches the
 * threshold, or undefined if there is none. Oldest first. `retain`: the state stays as it is.
 *
 * Rules: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data", with its tables for 3 of 3 and
 * 2 of 3. As long as the range has enough real datapoints, the missing ones are passed over.
 */
export function evaluate(
  range: readonly (boolean | undefined)[],
  rule: EvaluationRule,
): StateValue | 'retain' {
  const { evaluationPeriods, datapointsToAlarm } = rule;
  const used = range.filter((breaching) => breaching !== undefined).slice(-evaluationPeriods);
  const breaching = used.filter(Boolean).length;
  const filled = evaluationPeriods - used.length;
  if (breaching >= datapointsToAlarm) return 'ALARM';
  if (filled === 0) return 'OK';
  switch (rule.treatMissingData) {
    case 'notBreaching':
      return 'OK';
    case 'breaching':
      return breaching + filled >= datapointsToAlarm ? 'ALARM' : 'OK';
    case 'ignore':
      return breaching < used.length ? 'OK' : 'retain';
    case 'missing':
      if (used.length === 0) return 'INSUFFICIENT_DATA';
      if (breaching < used.length) return 'OK';
      // No alarm for a breach that is just the first of intermittent data: it must be old enough to stand for the
      // datapoints that are missing since ("Avoiding premature transitions to alarm state", same page).
      return ageOfOldest(range) >= datapointsToAlarm ? 'ALARM' : 'retain';
  }
}

/** 1 for the newest period of the range. */
function ageOfOldest(range: readonly (boolean | undefined)[]): number {
  const first = range.findIndex((breaching) => breaching !== undefined);
  return first === -1 ? 0 : range.length - first;
}
