import { describe, expect, it } from 'vitest';
import {
  countRetry,
  countSinkFailure,
  createMetrics,
  createMetricsSink,
  emitDrainGauges,
} from '../../lib/journal/metrics.ts';
import { entry } from './entries.ts';
import { linesOf } from './output.ts';

/** The sets of dimensions under which an EMF line publishes its metrics. */
const setsOf = (line: Record<string, unknown> | undefined) =>
  (line as { _aws: { CloudWatchMetrics: { Dimensions: string[][] }[] } })._aws.CloudWatchMetrics[0]
    ?.Dimensions;

describe('the metrics sink', () => {
  it('counts decisions by capability, outcome and reason', async () => {
    const entries = [
      entry(),
      entry({ subject: 'i-2', cluster: 'dev' }),
      entry({ outcome: 'held', reason: 'cap' }),
    ];
    const lines = await linesOf(() => createMetricsSink(createMetrics()).write(entries));
    const acted = { service: 'stevedore', Capability: 'draining', Outcome: 'acted' };
    const held = { service: 'stevedore', Capability: 'draining', Outcome: 'held' };
    expect(lines).toMatchObject([
      { ...acted, Decisions: 2 },
      { ...acted, Reason: 'drain-started', Decisions: 2 },
      { ...held, Decisions: 1 },
      { ...held, Reason: 'cap', Decisions: 1 },
    ]);
    expect(lines[0]).toMatchObject({ _aws: { CloudWatchMetrics: [{ Namespace: 'Stevedore' }] } });
    expect(lines.slice(0, 2).map(setsOf)).toEqual([
      [['service', 'Capability', 'Outcome']],
      [['service', 'Capability', 'Outcome', 'Reason']],
    ]);
  });

  it('keeps the number of reasons bounded, whatever gets into them', async () => {
    const sink = createMetricsSink(createMetrics());
    const entries = Array.from({ length: 250 }, (_, index) => entry({ reason: `instance-i-${index}` }));
    const lines = await linesOf(() => sink.write(entries));
    expect(new Set(lines.map(({ Reason }) => Reason)).size).toBe(202);
    expect(lines.at(-1)).toMatchObject({ Reason: 'other', Decisions: 50 });
  });
});

describe('the other metrics', () => {
  it('are the drain gauges, by cluster and in all', async () => {
    const gauges = { oldestOpenSeconds: 4000, open: 3, blocked: 1 };
    const [line, ...more] = await linesOf(() => emitDrainGauges(createMetrics(), 'prod', gauges));
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      Cluster: 'prod',
      OldestOpenDrainSeconds: 4000,
      OpenDrains: 3,
      BlockedDrains: 1,
    });
    expect(setsOf(line)).toEqual([['service', 'Cluster'], ['service']]);
  });

  it('are the retries and the failures of sinks', async () => {
    const retry = { service: 'ECS', operation: 'ListTasks', attempt: 1, error: undefined, delayMs: 5 };
    const lines = await linesOf(() => {
      const metrics = createMetrics();
      countRetry(metrics, retry);
      countSinkFailure(metrics, { sink: 'bus', error: undefined, entries: 2 });
    });
    expect(lines).toMatchObject([
      { Service: 'ECS', Operation: 'ListTasks', AwsRetries: 1 },
      { Sink: 'bus', JournalFailures: 2 },
    ]);
    expect(lines[1]).not.toHaveProperty('Service');
  });
});
