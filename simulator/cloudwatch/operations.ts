import type * as Sdk from '@aws-sdk/client-cloudwatch';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { ApiError, type Operations, operation, seconds, type Wire } from '../kernel.ts';
import { page } from '../paging.ts';
import type { CloudWatch } from './cloudwatch.ts';
import type { Alarm, Query, StateValue } from './model.ts';
import { compositeAlarmShape, metricAlarmShape } from './shapes.ts';

/** Quotas: CloudWatch API reference, GetMetricData and DescribeAlarms. */
const MOST_QUERIES = 500;
const MOST_NAMES = 100;
const MOST_DATAPOINTS = 100_800;

/** The CloudWatch API, as far as a controller and its tests need it. */
export function cloudWatchOperations(cloudWatch: CloudWatch): Operations {
  return {
    DescribeAlarms: operation((input: Sdk.DescribeAlarmsInput) => describeAlarms(cloudWatch, input)),
    GetMetricData: operation((input: Wire<Sdk.GetMetricDataInput>) => getMetricData(cloudWatch, input)),
    SetAlarmState: operation((input: Sdk.SetAlarmStateInput) => {
      const { AlarmName = '', StateValue: value, StateReason: reason = '', StateReasonData: data } = input;
      cloudWatch.setState(AlarmName, stateValue(value), reason, data);
      return {};
    }),
  };
}

function describeAlarms({ alarms }: CloudWatch, input: Sdk.DescribeAlarmsInput): object {
  const { AlarmNames: names, AlarmNamePrefix: prefix } = input;
  if ((names?.length ?? 0) > MOST_NAMES) {
    throw new ApiError(
      'ValidationError',
      `AlarmNames can have at most ${MOST_NAMES} items, not ${names?.length}.`,
    );
  }
  // Without AlarmTypes only metric alarms are returned, whatever the names: API reference, DescribeAlarms.
  const types = new Set<string>(input.AlarmTypes ?? ['MetricAlarm']);
  const children =
    input.ChildrenOfAlarmName === undefined ? undefined : childrenOf(alarms, input.ChildrenOfAlarmName);
  const matching = [...alarms.values()].filter(
    (alarm) =>
      types.has(alarm.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm') &&
      (names === undefined || names.includes(alarm.name)) &&
      (prefix === undefined || alarm.name.startsWith(prefix)) &&
      (children === undefined || children.includes(alarm.name)) &&
      (input.StateValue === undefined || alarm.state.value === input.StateValue),
  );
  const { items, nextToken } = page(matching, input.NextToken, input.MaxRecords ?? 50);
  return {
    MetricAlarms: items.flatMap((alarm) => (alarm.kind === 'metric' ? [metricAlarmShape(alarm)] : [])),
    CompositeAlarms: items.flatMap((alarm) =>
      alarm.kind === 'composite' ? [compositeAlarmShape(alarm)] : [],
    ),
    NextToken: nextToken,
  };
}

function childrenOf(alarms: ReadonlyMap<string, Alarm>, name: string): readonly string[] {
  const parent = alarms.get(name);
  return parent?.kind === 'composite' ? parent.children : [];
}

function getMetricData({ metrics }: CloudWatch, input: Wire<Sdk.GetMetricDataInput>): object {
  const queries = (input.MetricDataQueries ?? []).map(queryOf);
  if (queries.length === 0 || queries.length > MOST_QUERIES) {
    throw new ApiError(
      'ValidationError',
      `MetricDataQueries must have 1 to ${MOST_QUERIES} items, not ${queries.length}.`,
    );
  }
  // The start is rounded down to a whole minute for data of the last 15 days: API reference, GetMetricData.
  const from = Math.floor(((input.StartTime ?? 0) * SECOND) / MINUTE) * MINUTE;
  const series = metrics.query(queries, { from, to: (input.EndTime ?? 0) * SECOND });
  const newestFirst = input.ScanBy !== 'TimestampAscending';
  const returned = queries.filter(({ returnData = true }) => returnData);
  const points = returned.map(({ id }) =>
    [...(series.get(id) ?? [])].sort(([a], [b]) => (newestFirst ? b - a : a - b)),
  );
  return pageOfData(returned, points, input);
}

type Point = readonly [at: number, value: number];

/** Up to MaxDatapoints in all, from where the last page ended; a query that is cut off is PartialData. */
function pageOfData(
  queries: readonly Query[],
  points: readonly (readonly Point[])[],
  { MaxDatapoints, NextToken }: Wire<Sdk.GetMetricDataInput>,
): object {
  let skip = NextToken === undefined ? 0 : Number(atob(NextToken));
  if (Number.isNaN(skip)) throw new ApiError('InvalidNextToken', 'The next token is not valid.');
  const end = skip + (MaxDatapoints ?? MOST_DATAPOINTS);
  let room = MaxDatapoints ?? MOST_DATAPOINTS;
  const results = queries.map((query, index) => {
    const own = points[index] ?? [];
    const shown = own.slice(skip, skip + room);
    const complete = own.length <= skip + room;
    skip = Math.max(0, skip - own.length);
    room -= shown.length;
    return {
      Id: query.id,
      Label: labelOf(query),
      Timestamps: shown.map(([at]) => seconds(at)),
      Values: shown.map(([, value]) => value),
      StatusCode: complete ? 'Complete' : 'PartialData',
    };
  });
  const total = points.reduce((sum, own) => sum + own.length, 0);
  return {
    MetricDataResults: results,
    Messages: [],
    ...(end < total ? { NextToken: btoa(String(end)) } : {}),
  };
}

const labelOf = (query: Query) => ('expression' in query ? (query.label ?? query.id) : query.metric);

function queryOf({
  Id = '',
  MetricStat,
  Expression,
  Period,
  ReturnData,
  Label,
}: Wire<Sdk.MetricDataQuery>): Query {
  const returnData = ReturnData ?? true;
  if (MetricStat === undefined) {
    return {
      id: Id,
      expression: Expression ?? '',
      returnData,
      ...(Label === undefined ? {} : { label: Label }),
      ...(Period === undefined ? {} : { periodSeconds: Period }),
    };
  }
  const { Metric = {}, Period: periodSeconds = 60, Stat: stat = '' } = MetricStat;
  const dimensions = (Metric.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value]);
  return {
    id: Id,
    namespace: Metric.Namespace ?? '',
    metric: Metric.MetricName ?? '',
    dimensions: Object.fromEntries(dimensions),
    stat,
    periodSeconds,
    returnData,
  };
}

function stateValue(value: string | undefined): StateValue {
  if (value === 'OK' || value === 'ALARM' || value === 'INSUFFICIENT_DATA') return value;
  throw new ApiError('ValidationError', `StateValue must be OK, ALARM or INSUFFICIENT_DATA, not ${value}.`);
}
