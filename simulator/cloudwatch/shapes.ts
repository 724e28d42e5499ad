import type * as Sdk from '@aws-sdk/client-cloudwatch';
import { seconds, type Wire } from '../kernel.ts';
import type { Alarm, AlarmState, CompositeAlarm, MetricAlarm, Query } from './model.ts';
import { stamp } from './reasons.ts';

/** `detail` of a CloudWatch Alarm State Change. Neither comparison nor evaluation periods are in it. */
export function stateChangeDetail(alarm: Alarm, previous: AlarmState): object {
  return {
    alarmName: alarm.name,
    state: eventState(alarm.state),
    previousState: eventState(previous),
    configuration: {
      ...(alarm.spec.description === undefined ? {} : { description: alarm.spec.description }),
      ...(alarm.kind === 'metric'
        ? { metrics: alarm.queries.map(eventMetric) }
        : { alarmRule: alarm.spec.rule }),
    },
  };
}

function eventState({ value, reason, reasonData, at }: AlarmState): object {
  return { value, reason, ...(reasonData === undefined ? {} : { reasonData }), timestamp: stamp(at) };
}

/** In events names begin with a small letter, and dimensions are an object. */
function eventMetric(query: Query): object {
  const { id, returnData = true } = query;
  if ('expression' in query) {
    return {
      id,
      expression: query.expression,
      ...(query.label === undefined ? {} : { label: query.label }),
      returnData,
    };
  }
  const { namespace, metric, dimensions = {}, periodSeconds, stat } = query;
  return {
    id,
    metricStat: { metric: { namespace, name: metric, dimensions }, period: periodSeconds, stat },
    returnData,
  };
}

export function metricAlarmShape(alarm: MetricAlarm): Wire<Sdk.MetricAlarm> {
  const { spec } = alarm;
  const evaluationPeriods = spec.evaluationPeriods ?? 1;
  return {
    ...commonShape(alarm),
    ...('queries' in spec.on
      ? { Metrics: alarm.queries.map(queryShape) }
      : singleMetricShape(alarm, spec.on)),
    EvaluationPeriods: evaluationPeriods,
    DatapointsToAlarm: spec.datapointsToAlarm ?? evaluationPeriods,
    Threshold: spec.threshold,
    ComparisonOperator: spec.comparison,
    TreatMissingData: spec.treatMissingData ?? 'missing',
  };
}

export function compositeAlarmShape(alarm: CompositeAlarm): Wire<Sdk.CompositeAlarm> {
  return { ...commonShape(alarm), AlarmRule: alarm.spec.rule };
}

function commonShape({ name, arn, spec, state, createdAt }: Alarm) {
  return {
    AlarmName: name,
    AlarmArn: arn,
    ...(spec.description === undefined ? {} : { AlarmDescription: spec.description }),
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    AlarmConfigurationUpdatedTimestamp: seconds(createdAt),
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData === undefined ? {} : { StateReasonData: state.reasonData }),
    StateUpdatedTimestamp: seconds(state.at),
    StateTransitionedTimestamp: seconds(state.at),
  };
}

function singleMetricShape(alarm: MetricAlarm, on: Exclude<MetricAlarm['spec']['on'], { queries: unknown }>) {
  return {
    Namespace: on.namespace,
    MetricName: on.metric,
    Dimensions: Object.entries(on.dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
    ...(/^p\d/.test(on.stat) ? { ExtendedStatistic: on.stat } : { Statistic: on.stat as Sdk.Statistic }),
    Period: alarm.periodMs / 1000,
  };
}

function queryShape(query: Query): Wire<Sdk.MetricDataQuery> {
  const { id, returnData = true } = query;
  if ('expression' in query) return { Id: id, Expression: query.expression, ReturnData: returnData };
  const { namespace, metric, dimensions = {}, periodSeconds, stat } = query;
  return {
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metric,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: periodSeconds,
      Stat: stat,
    },
    ReturnData: returnData,
  };
}
