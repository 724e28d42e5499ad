import type { MetricAlarm, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Comparison } from './policy.ts';
import type { AlarmView } from './snapshot.ts';

/** An alarm as it is in CloudWatch. */
export interface Alarm {
  readonly view: AlarmView;
  /** What gives its value; none for a composite alarm that has no metric alarm among its children. */
  readonly queries: readonly MetricDataQuery[];
  readonly definition: AlarmDefinition;
}

/** What an alarm is, whatever state it is in: kept in the record, so that its event needs no call to learn it. */
export interface AlarmDefinition {
  readonly composite: boolean;
  /** Itself; of a composite alarm the children that may stand for it, best first. */
  readonly candidates: readonly MetricDefinition[];
}

export interface MetricDefinition {
  readonly name: string;
  readonly anomaly: boolean;
  readonly threshold: number | null;
  readonly comparison: Comparison | null;
  readonly periodSeconds: number;
  readonly queries: readonly MetricDataQuery[];
}

export type AlarmState = Pick<AlarmView, 'state' | 'since'>;

/** An alarm by its definition, in a state. `triggering`: the children that made a composite alarm change, if known. */
export function alarmOf(
  name: string,
  definition: AlarmDefinition,
  { state, since }: AlarmState,
  triggering: readonly string[] = [],
): Alarm {
  const { composite, candidates } = definition;
  const one = candidates.find((candidate) => triggering.includes(candidate.name)) ?? candidates[0];
  const ofOne = one?.anomaly ? 'anomaly' : 'metric';
  return {
    view: {
      name,
      state,
      since,
      kind: composite ? 'composite' : ofOne,
      threshold: one?.threshold ?? null,
      comparison: one?.comparison ?? null,
      periodSeconds: one?.periodSeconds ?? 60,
    },
    queries: one?.queries ?? [],
    definition,
  };
}

export interface Transition extends AlarmState {
  readonly name: string;
  readonly children: readonly string[];
}

/**
 * The alarms as their definitions in the record and a transition that has just been told of them give them; undefined
 * when any of them is not known. What was not told of is as it was at the last look.
 */
export function rememberedAlarms(
  names: readonly string[],
  { alarms = {}, inAlarm }: RememberedAlarms,
  told: readonly Transition[],
): Map<string, Alarm> | undefined {
  const found = names.flatMap((name): [string, Alarm][] => {
    const definition = alarms[name];
    if (definition === undefined || definition.candidates.length === 0) return [];
    const transition = told.findLast((one) => one.name === name);
    const last: AlarmState = { state: inAlarm.includes(name) ? 'ALARM' : 'OK', since: 0 };
    return [[name, alarmOf(name, definition, transition ?? last, transition?.children)]];
  });
  return found.length === names.length ? new Map(found) : undefined;
}

interface RememberedAlarms {
  readonly alarms?: Readonly<Record<string, AlarmDefinition>>;
  readonly inAlarm: readonly string[];
}

/** What of a metric alarm does not depend on its state. */
export function definitionOf(alarm: MetricAlarm): MetricDefinition {
  const anomaly = alarm.ThresholdMetricId !== undefined;
  const queries = queriesOf(alarm);
  return {
    name: alarm.AlarmName ?? '',
    anomaly,
    threshold: anomaly ? null : (alarm.Threshold ?? null),
    comparison: isComparison(alarm.ComparisonOperator) ? alarm.ComparisonOperator : null,
    periodSeconds: Math.max(1, ...queries.map(({ Period, MetricStat }) => Period ?? MetricStat?.Period ?? 1)),
    queries,
  };
}

/** The alarm's own definition as queries of which exactly one returns its value. */
function queriesOf(alarm: MetricAlarm): MetricDataQuery[] {
  if (alarm.Metrics && alarm.Metrics.length > 0) {
    // An anomaly alarm returns the metric and the band; only the metric is a value to step by.
    return alarm.Metrics.map(({ Id, MetricStat, Expression, Period, AccountId, ReturnData = true }) => ({
      Id,
      ...(MetricStat && { MetricStat }),
      ...(Expression !== undefined && { Expression }),
      ...(Period !== undefined && { Period }),
      ...(AccountId !== undefined && { AccountId }),
      ReturnData: ReturnData && Id !== alarm.ThresholdMetricId,
    })).filter(({ Id }) => Id !== alarm.ThresholdMetricId);
  }
  const { Namespace, MetricName, Dimensions = [], Period = 60, Unit } = alarm;
  if (Namespace === undefined || MetricName === undefined) return [];
  return [
    {
      Id: 'value',
      MetricStat: {
        Metric: { Namespace, MetricName, Dimensions },
        Period,
        Stat: alarm.ExtendedStatistic ?? alarm.Statistic ?? 'Average',
        ...(Unit !== undefined && { Unit }),
      },
      ReturnData: true,
    },
  ];
}

/** The other operators are those of anomaly detection, which has no threshold. */
function isComparison(operator: MetricAlarm['ComparisonOperator']): operator is Comparison {
  return operator?.endsWith('ToThreshold') === true || /^(Greater|Less)ThanThreshold$/.test(operator ?? '');
}
