import { MINUTE } from '../../lib/clock.ts';
import { durationText } from '../../lib/policy/duration.ts';

/**
 * What the policy's metric is made of. `utilisation`: percent of what the running tasks can serve, never over 100, as
 * CPU is. `per-task`: load of each running task, unbounded. `load`: the trace itself. `queue`: messages that wait.
 */
export type MetricKind = 'utilisation' | 'per-task' | 'load' | 'queue' | 'queue-per-task';

export const METRIC_KINDS: readonly MetricKind[] = [
  'utilisation',
  'per-task',
  'load',
  'queue',
  'queue-per-task',
];

/** How load, tasks and metrics hang together. It stands in for the real service, so every result states it. */
export interface LoadModel {
  /** As much of the trace's unit as one task serves. */
  readonly perTask: number;
  /** Whether `perTask` was chosen for lack of a better number, and how. */
  readonly perTaskAssumed?: string;
  /** From the decision until a new task serves, rounded up to minutes. */
  readonly startUpMs: number;
  /** From the end of a metric's minute until it can be read, rounded up to minutes. */
  readonly lagMs: number;
  readonly metric: MetricKind;
  /** One-minute points in a row that put an alarm into ALARM. The policy file does not say: the alarm itself does. */
  readonly datapoints: { readonly above: number; readonly below: number };
  /** With a queue: work waits instead of being refused, and late is what has waited for longer than this. */
  readonly acceptableLatencyMs?: number;
}

export const DEFAULTS = {
  startUpMs: MINUTE,
  lagMs: MINUTE,
  // As the alarms that AWS itself makes for target tracking: aws-samples/amazon-aurora-labs-for-mysql#3.
  datapoints: { above: 3, below: 15 },
} as const;

/** What was to be seen in one minute. */
export interface Observation {
  readonly load: number;
  readonly running: number;
  readonly queue: number;
}

/** The metric's value in a minute; null when CloudWatch would have none. */
export function metricValue(
  kind: MetricKind,
  { load, running, queue }: Observation,
  perTask: number,
): number | null {
  if (Number.isNaN(load)) return null;
  switch (kind) {
    case 'utilisation':
      return running === 0 ? null : Math.min(100, (100 * load) / (running * perTask));
    case 'per-task':
      return running === 0 ? null : load / running;
    case 'load':
      return load;
    case 'queue':
      return queue;
    case 'queue-per-task':
      return running === 0 ? null : queue / running;
    default:
      return kind satisfies never;
  }
}

/** As many tasks as `load` needs at least. */
export function tasksFor(load: number, { perTask }: LoadModel): number {
  // A load of exactly three tasks must not need four for a rounding error in the fifteenth digit.
  return Math.ceil(load / perTask - 1e-9);
}

const WHAT: Readonly<Record<MetricKind, string>> = {
  utilisation: 'the utilisation of the running ones in percent, at most 100',
  'per-task': 'the load of each running one',
  load: 'the trace itself',
  queue: 'the number of messages that wait',
  'queue-per-task': 'the messages that wait for each running one',
};

/** The model in sentences, for the report. `noun` is `task` or `instance`. */
export function describeModel(model: LoadModel, noun: string): string[] {
  const { perTask, perTaskAssumed, startUpMs, lagMs, metric, datapoints, acceptableLatencyMs } = model;
  const assumed = perTaskAssumed === undefined ? '' : ` (assumed: ${perTaskAssumed})`;
  return [
    `One ${noun} serves ${Number(perTask.toPrecision(4))} of the trace's unit at a time${assumed}.`,
    `A new ${noun} serves ${durationText(startUpMs)} after the decision and is paid for from the start; one that is scaled in stops at once.`,
    `The metric is ${WHAT[metric]}; a minute of it can be read ${durationText(lagMs)} after its end.`,
    `An alarm above its threshold needs ${datapoints.above} one-minute points in a row, one below it ${datapoints.below}.`,
    acceptableLatencyMs === undefined
      ? 'Under-provisioned is a minute with more load than the running ones serve. Minutes without a value in the trace are not judged.'
      : `Under-provisioned is a minute in which work has waited for more than ${durationText(acceptableLatencyMs)}.`,
  ];
}
