import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Retry } from '../aws/retry.ts';
import type { JournalSink, SinkFailure } from './create.ts';
import type { JournalEntry } from './journal.ts';

/** Reason codes are a fixed list, so more than this means that something variable got into one. */
const MAX_REASONS = 200;

/** CloudWatch metrics as EMF lines on standard output: no call, no permission. */
export const createMetrics = (): Metrics => new Metrics({ namespace: 'Stevedore', serviceName: 'stevedore' });

type Dimensions = Record<string, string>;
type Values = readonly (readonly [name: string, unit: 'Count' | 'Seconds', value: number])[];

/** One EMF line, published under each of the sets of dimensions (besides `service`), which must be disjoint. */
function publish(metrics: Metrics, sets: readonly Dimensions[], values: Values): void {
  for (const dimensions of sets) metrics.addDimensions(dimensions);
  for (const [name, unit, value] of values) metrics.addMetric(name, MetricUnit[unit], value);
  metrics.publishStoredMetrics();
}

/**
 * Counts `Decisions` by capability and outcome, and by these and the reason. Neither cluster nor subject is a
 * dimension: each combination is a metric that is paid for, and there are as many subjects as instances.
 */
export function createMetricsSink(metrics: Metrics): JournalSink {
  const reasons = new Set<string>();
  const bounded = (reason: string) => {
    if (reasons.size < MAX_REASONS) reasons.add(reason);
    return reasons.has(reason) ? reason : 'other';
  };
  return {
    name: 'metrics',
    takes: 'all',
    async write(entries) {
      const dimensionsOf = ({ capability, outcome, reason }: JournalEntry) =>
        [
          { Capability: capability, Outcome: outcome },
          { Capability: capability, Outcome: outcome, Reason: bounded(reason) },
        ] as const;
      // A line for each set: Powertools warns at every line about sets that have a dimension in common.
      const groups = Map.groupBy(entries.flatMap(dimensionsOf), (dimensions) => JSON.stringify(dimensions));
      for (const members of groups.values()) {
        publish(metrics, members.slice(0, 1), [['Decisions', 'Count', members.length]]);
      }
    },
  };
}

/** For createJournal's `onFailure`: counts `JournalFailures` by sink. */
export function countSinkFailure(metrics: Metrics, { sink, entries }: SinkFailure): void {
  publish(metrics, [{ Sink: sink }], [['JournalFailures', 'Count', entries]]);
}

/** For the clients' `onRetry`: counts `AwsRetries` by service and operation, both few. */
export function countRetry(metrics: Metrics, { service, operation }: Retry): void {
  publish(metrics, [{ Service: service, Operation: operation }], [['AwsRetries', 'Count', 1]]);
}

export interface DrainGauges {
  /** The age of the drain that was opened first and is not closed; 0 if there is none. */
  readonly oldestOpenSeconds: number;
  readonly open: number;
  /** Open ones that cannot go on without somebody's doing. */
  readonly blocked: number;
}

/** Emits the gauges by cluster (the policy file names them all), and without it: alarms take their maximum. */
export function emitDrainGauges(metrics: Metrics, cluster: string, gauges: DrainGauges): void {
  publish(
    metrics,
    [{ Cluster: cluster }, {}],
    [
      ['OldestOpenDrainSeconds', 'Seconds', gauges.oldestOpenSeconds],
      ['OpenDrains', 'Count', gauges.open],
      ['BlockedDrains', 'Count', gauges.blocked],
    ],
  );
}
