import type { EpochMs } from '../../lib/clock.ts';
import type { MissingDataRule } from './missing.ts';

export type StateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export type ComparisonOperator =
  | 'GreaterThanOrEqualToThreshold'
  | 'GreaterThanThreshold'
  | 'LessThanOrEqualToThreshold'
  | 'LessThanThreshold';

export interface MetricRef {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions?: Readonly<Record<string, string>>;
}

/** One of the queries of GetMetricData, or of an alarm on metric math. */
export type Query =
  | (MetricRef & {
      readonly id: string;
      readonly stat: string;
      readonly periodSeconds: number;
      readonly returnData?: boolean;
    })
  | {
      readonly id: string;
      readonly expression: string;
      readonly label?: string;
      readonly periodSeconds?: number;
      readonly returnData?: boolean;
    };

interface Named {
  readonly name: string;
  readonly description?: string;
}

export interface MetricAlarmSpec extends Named {
  /** One metric, or queries of which exactly one returns data. */
  readonly on: (MetricRef & { readonly stat: string }) | { readonly queries: readonly Query[] };
  /** 60 unless set. */
  readonly periodSeconds?: number;
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
  /** 1 unless set. */
  readonly evaluationPeriods?: number;
  /** All of them unless set. */
  readonly datapointsToAlarm?: number;
  /** `missing` unless set. */
  readonly treatMissingData?: MissingDataRule;
}

/** E.g. `ALARM(web-high) OR ALARM("web-slow")`. */
export interface CompositeAlarmSpec extends Named {
  readonly rule: string;
}

/** What is known of an alarm's present or last state. */
export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  /** JSON in a string; absent before the first evaluation and for most SetAlarmState tests. */
  readonly reasonData?: string;
  readonly at: EpochMs;
}

interface Common {
  readonly name: string;
  readonly arn: string;
  readonly order: number;
  readonly createdAt: EpochMs;
  state: AlarmState;
}

export interface MetricAlarm extends Common {
  readonly kind: 'metric';
  readonly spec: MetricAlarmSpec;
  readonly queries: readonly Query[];
  readonly result: string;
  readonly periodMs: number;
}

export interface CompositeAlarm extends Common {
  readonly kind: 'composite';
  readonly spec: CompositeAlarmSpec;
  readonly children: readonly string[];
  readonly holds: (stateOf: (alarm: string) => StateValue | undefined) => boolean;
}

export type Alarm = MetricAlarm | CompositeAlarm;
