import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { childrenIn, type KnownChildren, readAlarms } from '../../lib/scaling/alarms.ts';
import { testClock } from '../state/clock.ts';
import { cpuAlarm, createScalingWorld } from './world.ts';

const wanted = (name: string) => ({
  name,
  threshold: 70,
  comparison: 'GreaterThanOrEqualToThreshold' as const,
});

function worldOf(...alarms: MetricAlarm[]) {
  const world = createScalingWorld(testClock());
  for (const alarm of alarms) world.state.alarms.set(alarm.AlarmName ?? '', alarm);
  const composite = (name: string, AlarmRule: string) =>
    world.state.composites.set(name, { AlarmName: name, AlarmRule, StateValue: 'ALARM' });
  const read = (names: string[], known: KnownChildren = new Map()) =>
    readAlarms(world.clients, names.map(wanted), known);
  return { ...world, composite, read };
}

describe('reading alarms', () => {
  it('takes a hundred names to a call, and asks for a whole page of them', async () => {
    const names = Array.from({ length: 201 }, (_, n) => `alarm-${n}`);
    const world = worldOf(...names.map((name) => cpuAlarm(name, 0)));

    expect((await world.read(names)).size).toBe(201);

    const inputs = world.inputs('CloudWatch:DescribeAlarms');
    expect(inputs.map(({ AlarmNames }) => (AlarmNames as string[]).length)).toEqual([100, 100, 1]);
    expect(inputs[0]).toMatchObject({ MaxRecords: 100, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] });
  });

  it('gives the state, and the definition as a query', async () => {
    const percentile = {
      Statistic: undefined,
      ExtendedStatistic: 'p99',
      Unit: 'Percent' as const,
      Period: 300,
    };
    const world = worldOf(cpuAlarm('a', 1_000, percentile));

    const alarm = (await world.read(['a', 'missing'])).get('a');

    expect(alarm?.view).toEqual({
      name: 'a',
      state: 'ALARM',
      since: 1_000,
      kind: 'metric',
      threshold: 70,
      comparison: 'GreaterThanOrEqualToThreshold',
      periodSeconds: 300,
    });
    expect(alarm?.queries).toEqual([
      {
        Id: 'value',
        ReturnData: true,
        MetricStat: {
          Metric: {
            Namespace: 'AWS/ECS',
            MetricName: 'CPUUtilization',
            Dimensions: [
              { Name: 'ClusterName', Value: 'prod' },
              { Name: 'ServiceName', Value: 'web' },
            ],
          },
          Period: 300,
          Stat: 'p99',
          Unit: 'Percent',
        },
      },
    ]);
  });

  it('scaling edge 17: of an anomaly alarm takes the metric, not the band, and no threshold', async () => {
    const metric = {
      Id: 'm1',
      MetricStat: { Metric: { MetricName: 'x' }, Period: 60, Stat: 'Sum' },
      ReturnData: true,
    };
    const band = { Id: 'ad1', Expression: 'ANOMALY_DETECTION_BAND(m1, 2)', ReturnData: true };
    const world = worldOf(
      cpuAlarm('odd', 0, {
        Metrics: [metric, band],
        ThresholdMetricId: 'ad1',
        Threshold: undefined,
        ComparisonOperator: 'GreaterThanUpperThreshold',
      }),
    );

    const alarm = (await world.read(['odd'])).get('odd');

    expect(alarm?.view).toMatchObject({ kind: 'anomaly', threshold: null, comparison: null });
    expect(alarm?.queries).toEqual([metric]);
  });
});

describe('a composite alarm', () => {
  it('is stood for by the child that the policy means, else by one in ALARM', async () => {
    const other = cpuAlarm('disk', 0, { Threshold: 90, MetricName: 'Disk' });
    const quiet = cpuAlarm('quiet', 0, { StateValue: 'OK', Threshold: 20 });
    const world = worldOf(quiet, other, cpuAlarm('cpu', 0));
    world.composite('means-cpu', 'ALARM(disk) OR ALARM("cpu")');
    world.composite('means-any', 'OK("quiet") AND ALARM(disk)');

    const alarms = await world.read(['means-cpu', 'means-any']);

    expect(alarms.get('means-cpu')?.view).toMatchObject({ kind: 'composite', threshold: 70 });
    expect(alarms.get('means-any')?.view).toMatchObject({ kind: 'composite', threshold: 90 });
    expect(alarms.get('means-any')?.queries[0]?.MetricStat?.Metric?.MetricName).toBe('Disk');
  });

  it('costs one call once it is known what it is made of, nested or not', async () => {
    const world = worldOf(cpuAlarm('cpu', 0));
    world.composite('outer', 'ALARM(inner)');
    world.composite('inner', 'ALARM(arn:aws:cloudwatch:us-east-1:111122223333:alarm:cpu)');
    const known: KnownChildren = new Map();

    expect((await world.read(['outer'], known)).get('outer')?.view.threshold).toBe(70);
    expect(world.names()).toHaveLength(3);
    await world.read(['outer'], known);
    expect(world.names()).toHaveLength(4);
  });

  it('that names itself, or nothing that exists, has no threshold and ends', async () => {
    const world = worldOf();
    world.composite('loop', 'ALARM(loop) OR ALARM(gone)');

    expect((await world.read(['loop'])).get('loop')).toMatchObject({
      view: { threshold: null, comparison: null },
      queries: [],
    });
  });

  it.each([
    ['ALARM(a) AND NOT OK(b)', ['a', 'b']],
    ['ALARM("with ) and \\"quotes\\"") OR INSUFFICIENT_DATA ( c )', ['with ) and "quotes"', 'c']],
    ['ALARM(arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a) OR ALARM(a)', ['a']],
    ['TRUE', []],
  ])('is made of what its rule calls upon: %s', (rule, children) => {
    expect(childrenIn(rule)).toEqual(children);
  });
});
