import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import type { MetricAlarmSpec } from '../../simulator/cloudwatch/model.ts';
import { createWorld } from '../../simulator/world.ts';
import { clientsOf, first, published } from './worlds.ts';

const CPU = { namespace: 'AWS/ECS', metric: 'CPUUtilization', dimensions: { ServiceName: 'web' } };

/** An alarm on CPU above 60 in 2 periods of 2, and a way to publish a value a minute. */
function cpuWorld(alarm: Partial<MetricAlarmSpec> = {}) {
  const world = createWorld({ throttling: false });
  const high = world.cloudWatch.addAlarm({
    name: 'web-high',
    description: 'web is busy',
    on: { ...CPU, stat: 'Average' },
    threshold: 60,
    comparison: 'GreaterThanThreshold',
    evaluationPeriods: 2,
    ...alarm,
  });
  const publish = async (...values: (number | undefined)[]) => {
    for (const value of values) {
      if (value !== undefined) world.cloudWatch.metrics.put(CPU, value);
      await world.runFor(MINUTE);
    }
  };
  return { world, high, publish, ...clientsOf(world) };
}

const stateOf = (event: { readonly detail: object }) =>
  (event.detail as { state: { value: string; reasonData?: string } }).state;

const changes = (world: ReturnType<typeof createWorld>) => published(world, 'CloudWatch Alarm State Change');

describe('a metric alarm', () => {
  it('begins without data and tells EventBridge of each change, once', async () => {
    const { world, publish } = cpuWorld();
    await publish(50, 50, 50, 80, 80, 80, 80, 80, 50, 50);

    const seen = changes(world).map((event) => stateOf(event).value);
    expect(seen).toEqual(['OK', 'ALARM', 'OK']);
  });

  it('publishes what CloudWatch publishes: numbers in reasonData, no comparison anywhere', async () => {
    const { world, high, publish } = cpuWorld();
    await publish(50, 50, 50, 80, 81, 82, 82);
    const event = changes(world).at(-1);
    const detail = event?.detail as { state: { reasonData: string } };

    expect(event).toMatchObject({
      source: 'aws.cloudwatch',
      resources: [high.arn],
      detail: {
        alarmName: 'web-high',
        state: { value: 'ALARM', timestamp: expect.stringMatching(/^2026-11-21T14:\d\d:\d\d\.\d{3}\+0000$/) },
        previousState: { value: 'OK' },
        configuration: {
          description: 'web is busy',
          metrics: [
            {
              metricStat: {
                metric: { namespace: 'AWS/ECS', name: 'CPUUtilization', dimensions: { ServiceName: 'web' } },
                period: 60,
                stat: 'Average',
              },
              returnData: true,
            },
          ],
        },
      },
    });
    expect(JSON.parse(detail.state.reasonData)).toMatchObject({
      version: '1.0',
      statistic: 'Average',
      period: 60,
      recentDatapoints: [80, 81],
      threshold: 60,
      // From the newest to the oldest.
      evaluatedDatapoints: [
        { timestamp: '2026-11-21T14:04:00.000+0000', sampleCount: 1, value: 81 },
        { timestamp: '2026-11-21T14:03:00.000+0000', sampleCount: 1, value: 80 },
      ],
    });
    expect(JSON.stringify(event)).not.toContain('GreaterThan');
  });

  it('takes datapointsToAlarm of evaluationPeriods', async () => {
    const { high, publish } = cpuWorld({ evaluationPeriods: 3, datapointsToAlarm: 2 });
    await publish(50, 80, 50, 50);
    expect(high.state.value).toBe('OK');
    await publish(80, 50, 80, 50);
    expect(high.state.value).toBe('ALARM');
  });

  it('scaling edge 16: is in ALARM without any number when missing data counts as breaching', async () => {
    const { world, publish } = cpuWorld({ treatMissingData: 'breaching' });
    await publish(undefined, undefined);
    const detail = first(changes(world)).detail as { state: { value: string; reasonData: string } };

    expect(detail.state.value).toBe('ALARM');
    expect(JSON.parse(detail.state.reasonData)).toMatchObject({
      recentDatapoints: [],
      evaluatedDatapoints: [{ timestamp: expect.any(String) }, { timestamp: expect.any(String) }],
    });
    expect(detail.state.reasonData).not.toContain('"value"');
  });

  it('goes to INSUFFICIENT_DATA when the metric stops, after the older points have been used up', async () => {
    const { high, publish } = cpuWorld();
    await publish(50, 50, 50, undefined, undefined);
    expect(high.state.value).toBe('OK');
    await publish(undefined, undefined, undefined);
    expect(high.state.value).toBe('INSUFFICIENT_DATA');
  });

  it('does not see what is published late until it is', async () => {
    const { world, high } = cpuWorld({ evaluationPeriods: 1 });
    world.cloudWatch.metrics.put(CPU, 90, { visibleAt: world.now() + 2 * MINUTE + 30 * SECOND });
    await world.runFor(2 * MINUTE);
    expect(high.state.value).toBe('INSUFFICIENT_DATA');
    await world.runFor(90 * SECOND);
    expect(high.state.value).toBe('ALARM');
  });

  it('works on metric math, and then has no statistic in reasonData', async () => {
    const { world, high, publish } = cpuWorld({
      on: {
        queries: [
          { id: 'm1', ...CPU, stat: 'Sum', periodSeconds: 60, returnData: false },
          { id: 'm2', ...CPU, stat: 'Maximum', periodSeconds: 60, returnData: false },
          { id: 'e1', expression: '(m1 + m2) / 2 * 1', label: 'mean', returnData: true },
        ],
      },
      evaluationPeriods: 1,
    });
    await publish(70, 70);
    const detail = first(changes(world)).detail as {
      state: { reasonData: string };
      configuration: { metrics: object[] };
    };

    expect(high.state.value).toBe('ALARM');
    expect(JSON.parse(detail.state.reasonData)).toMatchObject({ recentDatapoints: [70] });
    expect(detail.state.reasonData).not.toContain('statistic');
    expect(detail.configuration.metrics[2]).toEqual({
      id: 'e1',
      expression: '(m1 + m2) / 2 * 1',
      label: 'mean',
      returnData: true,
    });
  });

  it('scaling edge 17: SetAlarmState lasts until the next evaluation, and its event has no reasonData', async () => {
    const { world, high, publish, cloudWatch } = cpuWorld();
    await publish(50, 50, 50);
    await cloudWatch.setAlarmState({ AlarmName: 'web-high', StateValue: 'ALARM', StateReason: 'test' });
    expect(high.state.value).toBe('ALARM');
    expect(stateOf(first(changes(world).toReversed()))).toEqual({
      value: 'ALARM',
      reason: 'test',
      timestamp: expect.any(String),
    });
    await publish(50);
    expect(high.state.value).toBe('OK');
    const told = changes(world).length;
    await cloudWatch.setAlarmState({ AlarmName: 'web-high', StateValue: 'OK', StateReason: 'no change' });
    expect(changes(world)).toHaveLength(told);
  });

  it('refuses SetAlarmState for an alarm that is not there', async () => {
    const { cloudWatch } = cpuWorld();
    const set = cloudWatch.setAlarmState({ AlarmName: 'none', StateValue: 'OK', StateReason: 'x' });
    await expect(set).rejects.toMatchObject({ name: 'ResourceNotFound', $metadata: { httpStatusCode: 404 } });
  });
});

describe('a composite alarm', () => {
  function composite() {
    const { world, ...rest } = cpuWorld();
    const slow = world.cloudWatch.addAlarm({
      name: 'web slow',
      on: { namespace: 'x', metric: 'y', stat: 'p99' },
      threshold: 1,
      comparison: 'GreaterThanThreshold',
    });
    const both = world.cloudWatch.addCompositeAlarm({
      name: 'web-both',
      rule: `ALARM(web-high) AND (NOT OK("${slow.arn}") OR ALARM("web slow"))`,
    });
    return { world, slow, both, ...rest };
  }

  it('changes with its children, and its event has neither numbers nor a threshold', async () => {
    const { world, high, both, publish } = composite();
    await publish(80, 80, 80, 80);
    const event = changes(world).at(-1);
    const detail = event?.detail as { state: { reasonData: string } };

    expect(both.state.value).toBe('ALARM');
    expect(event).toMatchObject({
      resources: [both.arn],
      detail: { configuration: { alarmRule: both.spec.rule } },
    });
    expect(JSON.parse(detail.state.reasonData)).toEqual({
      triggeringAlarms: [{ arn: high.arn, state: { value: 'ALARM', timestamp: expect.any(String) } }],
    });
  });

  it('is listed only when its type is asked for', async () => {
    const { cloudWatch } = composite();
    const names = { AlarmNames: ['web-both', 'web-high', 'gone'] };
    const plain = await cloudWatch.describeAlarms(names);
    const all = await cloudWatch.describeAlarms({ ...names, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] });

    expect([plain.MetricAlarms?.length, plain.CompositeAlarms?.length]).toEqual([1, 0]);
    expect(all.CompositeAlarms?.map(({ AlarmName, AlarmRule }) => [AlarmName, AlarmRule])).toEqual([
      [
        'web-both',
        'ALARM(web-high) AND (NOT OK("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:web slow") OR ALARM("web slow"))',
      ],
    ]);
  });

  it('refuses a rule that it cannot read', () => {
    const { world } = cpuWorld();
    expect(() => world.cloudWatch.addCompositeAlarm({ name: 'c', rule: 'ALARM(web-high' })).toThrow(
      /the end/,
    );
  });
});
