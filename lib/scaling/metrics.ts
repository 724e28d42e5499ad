import {
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { isValidationError } from '../aws/errors.ts';
import { explain } from '../aws/explain.ts';
import { collectPages } from '../aws/paging.ts';
import type { ScalingClients } from '../aws/scaling-clients.ts';
import { type EpochMs, MINUTE, SECOND } from '../clock.ts';
import type { Metric } from './policy.ts';
import type { MetricView } from './snapshot.ts';

/** GetMetricData takes at most 500 queries (CloudWatch API reference). */
const MAX_QUERIES = 500;
/** How old the newest datapoint may be before there is none: three periods, but no less than metrics come late. */
const MAX_AGE_PERIODS = 3;
const MIN_AGE = 5 * MINUTE;

/** What is asked for together: the queries of one metric, with ids that are unique in the request. */
interface Group {
  readonly queries: readonly MetricDataQuery[];
  readonly resultId: string;
  readonly periodMs: number;
  /** METRICS() means all metrics of the request, and there may be only one Metrics Insights query in one. */
  readonly alone: boolean;
}

/** The queries of a metric that the policy defines. */
export function queriesOf({ queries, periodSeconds }: Metric): MetricDataQuery[] {
  return queries.map((query) =>
    'expression' in query
      ? {
          Id: query.id,
          Expression: query.expression,
          ReturnData: query.returnData,
          // Metric math takes its period from its metrics; a SELECT has no other (API reference, MetricDataQuery).
          ...(isInsights(query.expression) && { Period: periodSeconds }),
        }
      : {
          Id: query.id,
          ReturnData: query.returnData,
          MetricStat: {
            Metric: {
              Namespace: query.namespace,
              MetricName: query.metric,
              Dimensions: Object.entries(query.dimensions).map(([Name, Value]) => ({ Name, Value })),
            },
            Period: periodSeconds,
            Stat: query.stat,
          },
        },
  );
}

/**
 * The newest complete value of each metric, in as few calls as the API allows; the same metric of several policies is
 * asked for once. Never throws for what AWS answers: a metric that cannot be read is `unreadable`, and the policy
 * says what that means.
 */
export async function readMetrics(
  { cloudWatch }: ScalingClients,
  wanted: ReadonlyMap<string, readonly MetricDataQuery[]>,
  now: EpochMs,
): Promise<Map<string, MetricView>> {
  const groups = new Map<string, Group>();
  const groupOf = new Map<string, Group>();
  for (const [key, queries] of wanted) {
    const identity = JSON.stringify(queries);
    const group = groups.get(identity) ?? grouped(queries, groups.size);
    groups.set(identity, group);
    groupOf.set(key, group);
  }
  const views = new Map<Group, MetricView>();
  const read = async (some: readonly Group[]): Promise<void> => {
    try {
      const results = await request(cloudWatch, some, now);
      for (const group of some) views.set(group, viewOf(group, results, now));
    } catch (error) {
      // One expression that CloudWatch does not understand fails the call for all: tried alone, only it is lost.
      if (some.length > 1 && isValidationError(error)) for (const group of some) await read([group]);
      else for (const group of some) views.set(group, { kind: 'unreadable', why: explain(error).sentence });
    }
  };
  for (const some of packed([...groups.values()])) await read(some);
  const none: MetricView = { kind: 'unreadable', why: 'There is no metric to read for it.' };
  return new Map([...groupOf].map(([key, group]) => [key, views.get(group) ?? none]));
}

function grouped(queries: readonly MetricDataQuery[], index: number): Group {
  const ids = new Map(queries.map(({ Id = '' }) => [Id, `q${index}_${Id}`]));
  const renamed = queries.map((query) => ({
    ...query,
    Id: ids.get(query.Id ?? ''),
    ...(query.Expression !== undefined && { Expression: withIds(query.Expression, ids) }),
  }));
  const periods = queries.map(({ Period, MetricStat }) => Period ?? MetricStat?.Period ?? 1);
  return {
    queries: renamed,
    resultId: renamed.find(({ ReturnData }) => ReturnData)?.Id ?? '',
    periodMs: Math.max(1, ...periods) * SECOND,
    alone: queries.some(({ Expression = '' }) => isInsights(Expression) || /\bMETRICS\s*\(/.test(Expression)),
  };
}

const isInsights = (expression: string) => /^\s*SELECT\b/i.test(expression);

/** The expression with its ids renamed, but for what is quoted. A Metrics Insights query refers to no id. */
function withIds(expression: string, ids: ReadonlyMap<string, string>): string {
  if (isInsights(expression)) return expression;
  return expression.replace(/"[^"]*"|'[^']*'|[A-Za-z_][A-Za-z0-9_]*/g, (token) => ids.get(token) ?? token);
}

/** Requests of at most 500 queries; a metric's own stay together. */
function packed(groups: readonly Group[]): Group[][] {
  const requests: Group[][] = groups.filter(({ alone }) => alone).map((group) => [group]);
  let open: Group[] = [];
  let size = 0;
  for (const group of groups.filter(({ alone, queries }) => !alone && queries.length > 0)) {
    if (size + group.queries.length > MAX_QUERIES) {
      requests.push(open);
      [open, size] = [[], 0];
    }
    open.push(group);
    size += group.queries.length;
  }
  return open.length > 0 ? [...requests, open] : requests;
}

function request(
  cloudWatch: ScalingClients['cloudWatch'],
  groups: readonly Group[],
  now: EpochMs,
): Promise<MetricDataResult[]> {
  const oldest = now - Math.max(...groups.map((group) => maxAge(group) + group.periodMs));
  // Aligned, or CloudWatch would cut periods that do not begin where the window does (API reference, GetMetricData).
  const step = groups.every(({ periodMs }) => (5 * MINUTE) % periodMs === 0) ? 5 * MINUTE : 60 * MINUTE;
  return collectPages('CloudWatch GetMetricData', async (NextToken) => {
    const page = await cloudWatch.send(
      new GetMetricDataCommand({
        MetricDataQueries: groups.flatMap(({ queries }) => queries),
        StartTime: new Date(Math.floor(oldest / step) * step),
        EndTime: new Date(now),
        ScanBy: 'TimestampDescending',
        NextToken,
      }),
    );
    return { items: page.MetricDataResults, next: page.NextToken };
  });
}

const maxAge = ({ periodMs }: Pick<Group, 'periodMs'>) => Math.max(MIN_AGE, MAX_AGE_PERIODS * periodMs);

/** Pages continue a result under its id, and the order of datapoints is not relied on. */
function viewOf(group: Group, results: readonly MetricDataResult[], now: EpochMs): MetricView {
  const own = results.filter(({ Id }) => Id === group.resultId);
  const points = own.flatMap(({ Timestamps = [], Values = [] }) =>
    Timestamps.map((at, index) => ({ at: at.getTime(), value: Values[index] })),
  );
  // A period that has not ended has only part of its samples: a sum or a maximum would be too low.
  const usable = points.flatMap(({ at, value }) => {
    const ends = at + group.periodMs;
    return value !== undefined && Number.isFinite(value) && ends <= now && now - ends <= maxAge(group)
      ? [{ at, value }]
      : [];
  });
  const newest = usable.toSorted((a, b) => b.at - a.at)[0];
  if (newest) return { kind: 'value', ...newest };
  const broken = own.find(({ StatusCode }) => StatusCode === 'Forbidden' || StatusCode === 'InternalError');
  if (broken) {
    const words = (broken.Messages ?? []).map(({ Value }) => Value).join(' ');
    return {
      kind: 'unreadable',
      why: `CloudWatch says ${broken.StatusCode} for the metric. ${words}`.trim(),
    };
  }
  return { kind: 'no-data' };
}
