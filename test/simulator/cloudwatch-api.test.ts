import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { createWorld } from '../../simulator/world.ts';
import { clientsOf } from './worlds.ts';

const CPU = {
  Namespace: 'AWS/ECS',
  MetricName: 'CPUUtilization',
  Dimensions: [{ Name: 'ServiceName', Value: 'web' }],
};
const IN_WORLD = { namespace: 'AWS/ECS', metric: 'CPUUtilization', dimensions: { ServiceName: 'web' } };

/** Ten minutes of a metric: 1 and 3 in the first, 2 and 4 in the second, and so on. */
async function measured() {
  const world = createWorld({ throttling: false });
  const start = world.now();
  for (let minute = 0; minute < 10; minute++) {
    world.cloudWatch.metrics.put(IN_WORLD, minute + 1, { at: start + minute * MINUTE });
    world.cloudWatch.metrics.put(IN_WORLD, minute + 3, { at: start + minute * MINUTE + 30_000 });
  }
  await world.runFor(10 * MINUTE);
  const window = { StartTime: new Date(start), EndTime: new Date(world.now()) };
  return { world, start, window, ...clientsOf(world) };
}

const query = (Id: string, Stat: string, more = {}) => ({
  Id,
  MetricStat: { Metric: CPU, Period: 60, Stat },
  ...more,
});

describe('GetMetricData', () => {
  it.each([
    ['Average', 11],
    ['Sum', 22],
    ['Maximum', 12],
    ['Minimum', 10],
    ['SampleCount', 2],
    ['p99', 12],
  ])('gives the %s of each period, the newest first', async (stat, newest) => {
    const { cloudWatch, window, start } = await measured();
    const { MetricDataResults } = await cloudWatch.getMetricData({
      ...window,
      MetricDataQueries: [query('m1', stat)],
    });
    const [result] = MetricDataResults ?? [];

    expect(result).toMatchObject({ Id: 'm1', Label: 'CPUUtilization', StatusCode: 'Complete' });
    expect(result?.Timestamps?.[0]).toEqual(new Date(start + 9 * MINUTE));
    expect(result?.Values?.[0]).toBe(newest);
    expect(result?.Values).toHaveLength(10);
  });

  it('leaves the end of the window out', async () => {
    const { cloudWatch, start } = await measured();
    const { MetricDataResults } = await cloudWatch.getMetricData({
      StartTime: new Date(start + 2 * MINUTE),
      EndTime: new Date(start + 4 * MINUTE),
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [query('m1', 'Average')],
    });
    expect(MetricDataResults?.[0]?.Values).toEqual([4, 5]);
  });

  it('computes expressions, and returns only what is asked for', async () => {
    const { cloudWatch, window } = await measured();
    const { MetricDataResults } = await cloudWatch.getMetricData({
      ...window,
      MetricDataQueries: [
        { Id: 'e2', Expression: '100 * e1 / -(m1 - 3)', Label: 'odd' },
        { Id: 'e1', Expression: 'm1 + m2', ReturnData: false },
        query('m1', 'Minimum', { ReturnData: false }),
        query('m2', 'Maximum', { ReturnData: false }),
      ],
    });
    const [result] = MetricDataResults ?? [];

    expect(MetricDataResults).toHaveLength(1);
    // The third minute has m1 = 3: zero divides, and there is no datapoint.
    expect([result?.Label, result?.Values?.length]).toEqual(['odd', 9]);
    expect(result?.Values?.at(-1)).toBe((100 * (1 + 3)) / 2);
  });

  it('is empty, and complete, for a metric that nobody publishes', async () => {
    const { cloudWatch, window } = await measured();
    const Metric = { Namespace: 'x', MetricName: 'y' };
    const { MetricDataResults } = await cloudWatch.getMetricData({
      ...window,
      MetricDataQueries: [{ Id: 'm1', MetricStat: { Metric, Period: 60, Stat: 'Sum' } }],
    });
    expect(MetricDataResults?.[0]).toMatchObject({ StatusCode: 'Complete', Values: [], Timestamps: [] });
  });

  it('pages by datapoints', async () => {
    const { cloudWatch, window } = await measured();
    const values: number[] = [];
    const status: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await cloudWatch.getMetricData({
        ...window,
        MaxDatapoints: 8,
        MetricDataQueries: [query('m1', 'Minimum'), query('m2', 'Maximum')],
        ...(NextToken && { NextToken }),
      });
      for (const result of page.MetricDataResults ?? []) values.push(...(result.Values ?? []));
      status.push(page.MetricDataResults?.[0]?.StatusCode);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);

    expect(values).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(status).toEqual(['PartialData', 'Complete', 'Complete']);
  });

  it('refuses more than 500 queries, an unknown id and a function that it does not know', async () => {
    const { cloudWatch, window } = await measured();
    const ask = (MetricDataQueries: { Id: string; Expression?: string }[]) =>
      cloudWatch.getMetricData({ ...window, MetricDataQueries });
    const many = Array.from({ length: 501 }, (_, index) => query(`m${index}`, 'Sum'));

    await expect(ask(many)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(ask([{ Id: 'e1', Expression: 'm1 * 2' }])).rejects.toThrow(/m1 is not defined/);
    await expect(ask([{ Id: 'e1', Expression: 'FILL(m1, 0)' }])).rejects.toThrow(
      /simulator\/cloudwatch\/math/,
    );
    await expect(ask([{ Id: 'e1', Expression: '1 + 2' }])).rejects.toThrow(/time series/);
  });
});

describe('DescribeAlarms', () => {
  it('describes an alarm as it was made, with its state', async () => {
    const { world, cloudWatch } = await measured();
    world.cloudWatch.addAlarm({
      name: 'web-high',
      on: { ...IN_WORLD, stat: 'p90' },
      threshold: 60,
      comparison: 'GreaterThanThreshold',
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      treatMissingData: 'ignore',
    });
    const { MetricAlarms } = await cloudWatch.describeAlarms({ AlarmNames: ['web-high'] });

    expect(MetricAlarms?.[0]).toMatchObject({
      AlarmName: 'web-high',
      StateValue: 'INSUFFICIENT_DATA',
      StateUpdatedTimestamp: new Date(world.now()),
      ExtendedStatistic: 'p90',
      Period: 60,
      Dimensions: [{ Name: 'ServiceName', Value: 'web' }],
      Threshold: 60,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      TreatMissingData: 'ignore',
    });
    expect(MetricAlarms?.[0]).not.toHaveProperty('Statistic');
  });

  it('pages, and filters by prefix and state', async () => {
    const { world, cloudWatch } = await measured();
    for (let index = 0; index < 120; index++) {
      world.cloudWatch.addAlarm({
        name: `${index % 2 === 0 ? 'even' : 'odd'}-${index}`,
        on: { ...IN_WORLD, stat: 'Sum' },
        threshold: 1,
        comparison: 'LessThanThreshold',
      });
    }
    const page = await cloudWatch.describeAlarms({ MaxRecords: 100 });
    const rest = await cloudWatch.describeAlarms({ MaxRecords: 100, NextToken: page.NextToken ?? '' });
    const even = await cloudWatch.describeAlarms({
      AlarmNamePrefix: 'even',
      StateValue: 'INSUFFICIENT_DATA',
      MaxRecords: 100,
    });

    expect([page.MetricAlarms?.length, rest.MetricAlarms?.length]).toEqual([100, 20]);
    expect([even.MetricAlarms?.length, even.NextToken]).toEqual([60, undefined]);
  });

  it('gives metric math as queries, without a period of its own', async () => {
    const { world, cloudWatch } = await measured();
    world.cloudWatch.addAlarm({
      name: 'ratio',
      on: {
        queries: [
          { id: 'm1', ...IN_WORLD, stat: 'Sum', periodSeconds: 300, returnData: false },
          { id: 'e1', expression: 'm1 / 2' },
        ],
      },
      threshold: 1,
      comparison: 'LessThanThreshold',
    });
    const { MetricAlarms } = await cloudWatch.describeAlarms({ AlarmNames: ['ratio'] });

    expect(MetricAlarms?.[0]?.Metrics).toEqual([
      { Id: 'm1', MetricStat: { Metric: CPU, Period: 300, Stat: 'Sum' }, ReturnData: false },
      { Id: 'e1', Expression: 'm1 / 2', ReturnData: true },
    ]);
    expect(MetricAlarms?.[0]).not.toHaveProperty('Period');
  });
});
