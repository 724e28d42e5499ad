import type { GetMetricDataInput, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { queriesOf, readMetrics } from '../../lib/scaling/metrics.ts';
import { awsError, denied } from '../functions/calls.ts';
import { testClock } from '../state/clock.ts';
import { createScalingWorld } from './world.ts';

const GET = 'CloudWatch:GetMetricData';
const now = Date.UTC(2026, 10, 21, 14, 3, 20);

const metric = (name: string, Period = 60): MetricDataQuery => ({
  Id: 'm',
  ReturnData: true,
  MetricStat: { Metric: { Namespace: 'Test', MetricName: name }, Period, Stat: 'Average' },
});

function worldAt(at = now) {
  const world = createScalingWorld(testClock(at));
  const read = (wanted: Readonly<Record<string, readonly MetricDataQuery[]>>) =>
    readMetrics(world.clients, new Map(Object.entries(wanted)), at);
  const queriesSent = () =>
    world.inputs(GET).map((input) => (input as unknown as GetMetricDataInput).MetricDataQueries ?? []);
  /** Answers the one metric that is asked for with datapoints of these ages. */
  const answer = (points: readonly (readonly [ageMs: number, value: number])[], perPage = 100) => {
    world.state.metricAnswer = ({ MetricDataQueries, NextToken = '0' }) => {
      const start = Number(NextToken);
      const page = points.slice(start, start + perPage);
      return {
        MetricDataResults: [
          {
            Id: MetricDataQueries?.find(({ ReturnData }) => ReturnData)?.Id,
            StatusCode: 'Complete',
            Timestamps: page.map(([age]) => new Date(at - age)),
            Values: page.map(([, value]) => value),
          },
        ],
        ...(start + perPage < points.length && { NextToken: String(start + perPage) }),
      };
    };
  };
  return { ...world, read, queriesSent, answer };
}

describe('the newest value', () => {
  it('scaling edge 19: is by timestamp, whatever the order, and on whatever page', async () => {
    const world = worldAt();
    world.answer(
      [
        [140 * SECOND, 2],
        [200 * SECOND, 1],
        [80 * SECOND, 3],
        [260 * SECOND, 0],
      ],
      2,
    );

    expect((await world.read({ a: [metric('x')] })).get('a')).toEqual({
      kind: 'value',
      value: 3,
      at: now - 80 * SECOND,
    });
    expect(world.names()).toEqual([GET, GET]);
  });

  it('is of a period that has ended: what still runs is incomplete', async () => {
    const world = worldAt();
    world.answer([
      [20 * SECOND, 99],
      [80 * SECOND, 3],
    ]);

    expect((await world.read({ a: [metric('x')] })).get('a')).toMatchObject({ value: 3 });
  });

  it('is none when the newest is too old to act on', async () => {
    const world = worldAt();
    world.answer([[7 * MINUTE, 3]]);

    expect((await world.read({ a: [metric('x')] })).get('a')).toEqual({ kind: 'no-data' });
    expect((await world.read({ a: [metric('x', 300)] })).get('a')).toMatchObject({ kind: 'value' });
  });

  it('is asked for in a window that begins where periods do', async () => {
    const world = worldAt();
    await world.read({ a: [metric('x')], b: [metric('y', 300)] });
    await world.read({ c: [metric('z', 3600)] });

    const starts = world.inputs(GET).map(({ StartTime }) => (StartTime as Date).toISOString());
    expect(starts).toEqual(['2026-11-21T13:40:00.000Z', '2026-11-21T10:00:00.000Z']);
  });
});

describe('asking for many metrics', () => {
  it('takes 500 queries to a call, keeps those of one metric together, and asks once for the same', async () => {
    const world = worldAt();
    const ratio = (n: number) => [
      { ...metric(`a${n}`), Id: 'a', ReturnData: false },
      { ...metric(`b${n}`), Id: 'b', ReturnData: false },
      { Id: 'e', Expression: `a / b * ${n}`, ReturnData: true },
    ];
    const wanted = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`p${n}`, ratio(n)]));

    await world.read({ ...wanted, again: ratio(0) });

    expect(world.queriesSent().map((queries) => queries.length)).toEqual([498, 102]);
  });

  it('renames ids, in expressions too, but not what is quoted', async () => {
    const world = worldAt();
    const search = { Id: 'e', Expression: `SUM(SEARCH('{A,B} m', "Sum")) / m`, ReturnData: true };

    await world.read({ first: [metric('x')], second: [{ ...metric('y'), ReturnData: false }, search] });

    expect(world.queriesSent()[0]).toMatchObject([
      { Id: 'q0_m' },
      { Id: 'q1_m' },
      { Id: 'q1_e', Expression: `SUM(SEARCH('{A,B} m', "Sum")) / q1_m` },
    ]);
  });

  it('sends what means all metrics of a request, and Metrics Insights, alone', async () => {
    const world = worldAt();
    const insights = queriesOf({
      periodSeconds: 60,
      queries: [{ id: 'q', returnData: true, expression: 'SELECT AVG(m) FROM "AWS/ECS"' }],
    });

    await world.read({
      a: [metric('x')],
      b: [metric('y'), { Id: 'all', Expression: 'SUM(METRICS())', ReturnData: true }],
      c: insights,
    });

    expect(world.queriesSent().map((queries) => queries.length)).toEqual([2, 1, 1]);
    expect(insights).toMatchObject([{ Period: 60 }]);
    expect(world.queriesSent()[1]?.[0]?.Expression).toBe('SELECT AVG(m) FROM "AWS/ECS"');
  });

  it('loses only the metric that CloudWatch does not understand', async () => {
    const world = worldAt();
    world.state.values.set('x', 7);
    world.failWhen(GET, awsError('ValidationError', 'Error in expression'), (input) =>
      JSON.stringify(input).includes('NONSENSE'),
    );

    const views = await world.read({
      a: [metric('x')],
      b: [{ Id: 'e', Expression: 'NONSENSE', ReturnData: true }],
    });

    expect(views.get('a')).toMatchObject({ kind: 'value', value: 7 });
    expect(views.get('b')).toMatchObject({
      kind: 'unreadable',
      why: expect.stringContaining('Error in expression'),
    });
  });

  it('is unreadable, with the remedy, when it is denied', async () => {
    const world = worldAt();
    world.fail(GET, denied('cloudwatch:GetMetricData'));

    expect((await world.read({ a: [metric('x')] })).get('a')).toMatchObject({
      kind: 'unreadable',
      why: expect.stringContaining('AWS denied cloudwatch:GetMetricData'),
    });
  });
});
