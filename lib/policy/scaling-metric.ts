import * as z from 'zod';
import { HOUR, SECOND } from '../clock.ts';
import { duration, map, name } from './values.ts';

// A metric of CloudWatch, or several that metric math makes one of: what GetMetricData is asked for.

/** The query that gives the value. No metric of an expression may have this id. */
export const RESULT = 'result';

/** The limits of each part: API MetricStat and Dimension of Amazon CloudWatch. */
const source = {
  namespace: name(/^[^:\s][^:]{0,254}$/, 'the namespace of a metric, such as AWS/ECS'),
  name: name(/^.{1,255}$/, 'the name of a metric, such as CPUUtilization'),
  dimensions: z
    .record(
      name(/^[^:].{0,254}$/, 'the name of a dimension'),
      name(/^.{1,1024}$/, 'the value of a dimension, as text'),
      'a map of dimensions, such as { ClusterName: prod, ServiceName: web }',
    )
    .refine((dimensions) => Object.keys(dimensions).length <= 30, 'at most 30 dimensions')
    .prefault({}),
  stat: name(
    /^(Average|Sum|Minimum|Maximum|SampleCount|IQM|(p|tm|wm|tc|ts)\d{1,2}(\.\d{1,10})?)$/,
    'a statistic of CloudWatch, such as Average, Sum, Maximum or p99',
  ).prefault('Average'),
};

const PERIODS = 'a period of 10s, 20s, 30s, or whole minutes up to 1h';
const period = duration(10 * SECOND, HOUR)
  .refine((ms) => [10, 20, 30].includes(ms / SECOND) || ms % (60 * SECOND) === 0, PERIODS)
  .prefault('1m')
  .describe('Over how long CloudWatch sums up each value.');

const ids = name(/^[a-z][A-Za-z0-9_]{0,254}$/, 'an id that begins with a small letter, such as visible')
  // A query of that id is added for the expression itself.
  .refine((id) => id !== RESULT, `another id than ${RESULT}, which is the expression itself`);

const single = map({ ...source, period });
const math = map({
  expression: name(/^[\s\S]{1,2048}$/, "an expression of CloudWatch's metric math, such as visible + hidden"),
  metrics: z
    .record(ids, map(source), 'a map of metrics, such as { visible: { namespace: AWS/SQS, ... } }')
    .refine((metrics) => Object.keys(metrics).length > 0, 'at least one metric')
    .describe('What the expression speaks of, by the id that it has there.'),
  period,
});

export const metric = z.union(
  [single, math],
  'a metric such as { namespace: AWS/ECS, name: CPUUtilization, ... }, or { expression, metrics }',
);

export type MetricFile = z.output<typeof metric>;

/** The ids of an expression that none of its metrics has. Functions are written in capitals, texts in quotes. */
export function unknownIds({ expression, metrics }: z.output<typeof math>): string[] {
  const withoutTexts = expression.replaceAll(/'[^']*'|"[^"]*"/g, ' ');
  const named = withoutTexts.match(/(?<![\w.])[a-z]\w*/g) ?? [];
  return [...new Set(named)].filter((id) => metrics[id] === undefined);
}
