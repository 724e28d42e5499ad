import type { EpochMs } from '../../lib/clock.ts';
import { evaluationRange } from './missing.ts';
import type { AlarmState, ComparisonOperator, CompositeAlarm, MetricAlarm, StateValue } from './model.ts';

/** A period of the evaluation range, oldest first; undefined: no datapoint. */
export interface Evaluated {
  readonly at: EpochMs;
  readonly value: number | undefined;
}

/** CloudWatch's own form of a time: `2026-11-21T14:00:00.000+0000`. */
export const stamp = (at: EpochMs) => new Date(at).toISOString().replace('Z', '+0000');

/** `100` is written as `100.0`. */
const decimal = (value: number) => (Number.isInteger(value) ? value.toFixed(1) : String(value));

const COMPARED: Readonly<Record<ComparisonOperator, string>> = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanOrEqualToThreshold: 'less than or equal to',
  LessThanThreshold: 'less than',
};

/**
 * Reason and reasonData of a transition. The shape is that of the events in the CloudWatch user guide ("Alarm events
 * and EventBridge"); `evaluatedDatapoints` runs from the newest to the oldest and has entries without a value, as
 * seen in recorded events.
 */
export function metricReason(
  alarm: MetricAlarm,
  value: StateValue,
  range: readonly Evaluated[],
  now: EpochMs,
): Pick<AlarmState, 'reason' | 'reasonData'> {
  const { evaluationPeriods = 1, threshold } = alarm.spec;
  const used = range.filter((point) => point.value !== undefined).slice(-evaluationPeriods);
  const shown = used.length > 0 ? used : range.slice(-evaluationPeriods);
  const data = {
    version: '1.0',
    queryDate: stamp(now),
    ...(used[0] === undefined ? {} : { startDate: stamp(used[0].at) }),
    ...('stat' in alarm.spec.on ? { statistic: alarm.spec.on.stat } : {}),
    period: alarm.periodMs / 1000,
    recentDatapoints: used.map((point) => point.value),
    threshold,
    evaluatedDatapoints: shown.toReversed().map((point) => ({
      timestamp: stamp(point.at),
      ...(point.value === undefined ? {} : { sampleCount: 1, value: point.value }),
    })),
  };
  return { reason: sentence(alarm, value, used), reasonData: JSON.stringify(data) };
}

function sentence({ spec }: MetricAlarm, value: StateValue, used: readonly Evaluated[]): string {
  const periods = spec.evaluationPeriods ?? 1;
  if (value === 'INSUFFICIENT_DATA') return `Insufficient Data: ${periods} datapoints were unknown.`;
  if (used.length === 0) {
    const as = value === 'ALARM' ? 'Breaching' : 'NonBreaching';
    return `Threshold Crossed: no datapoints were received for ${periods} periods and ${evaluationRange(periods)} missing datapoints were treated as [${as}].`;
  }
  const points = used.map((point) => `${decimal(point.value ?? 0)} (${shortDate(point.at)})`).join(', ');
  const many = used.length > 1;
  const was = `${many ? 'were' : 'was'}${value === 'OK' ? ' not' : ''}`;
  return `Threshold Crossed: ${used.length} datapoint${many ? 's' : ''} [${points}] ${was} ${COMPARED[spec.comparison]} the threshold (${decimal(spec.threshold)}).`;
}

/** `21/11/26 14:00:00` */
function shortDate(at: EpochMs): string {
  const text = new Date(at).toISOString();
  return `${text.slice(8, 10)}/${text.slice(5, 7)}/${text.slice(2, 4)} ${text.slice(11, 19)}`;
}

/** Neither numbers nor a threshold: only which alarms made the composite change. */
export function compositeReason(
  alarm: CompositeAlarm,
  children: readonly { readonly arn: string; readonly state: AlarmState }[],
  now: EpochMs,
): Pick<AlarmState, 'reason' | 'reasonData'> {
  const [first] = children;
  const at = new Date(now).toUTCString().replace(' GMT', ' UTC');
  return {
    reason:
      first === undefined
        ? `${alarm.arn} was evaluated at ${at}`
        : `${first.arn} transitioned to ${first.state.value} at ${at}`,
    reasonData: JSON.stringify({
      triggeringAlarms: children.map(({ arn, state }) => ({
        arn,
        state: { value: state.value, timestamp: stamp(state.at) },
      })),
    }),
  };
}
