import type { ClusterName, GroupName, ServiceName } from '../ids.ts';

/** The scaling part of the policy as it is bundled: every duration in milliseconds, every default filled in. */
export interface ScalingPolicy {
  readonly mode: 'act' | 'observe';
  readonly targets: readonly TargetPolicy[];
}

/** What is scaled. An id is `service/CLUSTER/NAME` or `group/NAME`, unique in the policy. */
export type Target =
  | {
      readonly kind: 'service';
      readonly id: string;
      readonly cluster: ClusterName;
      readonly service: ServiceName;
    }
  | {
      readonly kind: 'group';
      readonly id: string;
      readonly group: GroupName;
      /** Whose container instances the group's instances are: only ACTIVE, connected ones count as capacity. */
      readonly cluster: ClusterName | null;
      /** Instances launched more recently add no capacity yet; scale-in waits while any is warming up. */
      readonly warmupMs: number;
    };

export interface TargetPolicy {
  readonly target: Target;
  /** Tasks or instances. Schedules may move them. */
  readonly min: number;
  readonly max: number;
  readonly policies: readonly MetricPolicy[];
  readonly schedules: readonly Schedule[];
  readonly freezes: readonly Freeze[];
  readonly limits: {
    /** At most so many tasks or instances more or fewer in one change; null: no limit. */
    readonly perChange: Quantity | null;
    /** At most so many in all changes of the last hour, counted per direction. */
    readonly perHour: Quantity | null;
  };
  /** When somebody else scales the target too (scalable target, managed scaling): leave it to them, or act all the same. */
  readonly otherOwner: 'refuse' | 'ignore';
  /** Hold a scale-in after which the projected metric would call for a scale-out. */
  readonly holdFlapping: boolean;
}

export type Quantity =
  | { readonly kind: 'count'; readonly value: number }
  | { readonly kind: 'percent'; readonly value: number };

export type MetricPolicy = StepPolicy | TargetTrackingPolicy | BacklogPolicy;

export type Comparison =
  | 'GreaterThanOrEqualToThreshold'
  | 'GreaterThanThreshold'
  | 'LessThanOrEqualToThreshold'
  | 'LessThanThreshold';

/** AWS step scaling, evaluated on the alarm's metric as it is now, for as long as the alarm is in ALARM. */
export interface StepPolicy {
  readonly kind: 'step';
  readonly name: string;
  /** The CloudWatch alarm's name, and what the policy file says of it: the alarm itself is read at run time. */
  readonly alarm: { readonly name: string; readonly threshold: number; readonly comparison: Comparison };
  readonly adjustment: AdjustmentType;
  /** Bounds relative to the threshold; null: no bound. In order, without gap or overlap. */
  readonly steps: readonly Step[];
  /** With percent only: the least number that a change moves. */
  readonly minMagnitude: number | null;
  readonly cooldownMs: number;
  /** What to do in ALARM without any datapoint (treatMissingData: breaching). */
  readonly noData: 'hold' | 'nearest-step';
}

export type AdjustmentType = 'ChangeInCapacity' | 'ExactCapacity' | 'PercentChangeInCapacity';

export interface Step {
  readonly lower: number | null;
  readonly upper: number | null;
  readonly adjustment: number;
}

/** Keeps a metric at a value: wanted = current x metric / target, within the behaviour of each direction. */
export interface TargetTrackingPolicy {
  readonly kind: 'target-tracking';
  readonly name: string;
  readonly metric: Metric;
  readonly value: number;
  /** No change while metric / target is within 1 +- tolerance. */
  readonly tolerance: number;
  readonly out: Behaviour;
  readonly in: Behaviour;
}

/** As the behaviour of Kubernetes' HorizontalPodAutoscaler (autoscaling/v2). */
export interface Behaviour {
  readonly enabled: boolean;
  /** Out: the least wanted in that time; in: the most wanted in that time. */
  readonly stabilisationMs: number;
  /** Each limits the change within its period; `select` says whether the largest or the smallest limit holds. */
  readonly rates: readonly { readonly change: Quantity; readonly periodMs: number }[];
  readonly select: 'most' | 'least';
}

/** For queue workers: tasks = messages / (acceptable latency / time per message). */
export interface BacklogPolicy {
  readonly kind: 'backlog';
  readonly name: string;
  readonly messages: Metric;
  readonly acceptableLatencyMs: number;
  readonly timePerMessageMs: number;
  /** From zero: start with one task as soon as more messages than this wait. */
  readonly activation: number;
  /** Down to zero when no message has waited for this long; null: never below min or 1. */
  readonly zeroAfterMs: number | null;
  readonly inCooldownMs: number;
}

/** GetMetricData queries; the one with `returnData` gives the value. Ids are unique within the metric. */
export interface Metric {
  readonly queries: readonly MetricQuery[];
  readonly periodSeconds: number;
}

export type MetricQuery =
  | {
      readonly id: string;
      readonly returnData: boolean;
      readonly namespace: string;
      readonly metric: string;
      readonly dimensions: Readonly<Record<string, string>>;
      readonly stat: string;
    }
  | { readonly id: string; readonly returnData: boolean; readonly expression: string };

/** Sets bounds or the desired count at a time. */
export interface Schedule {
  readonly name: string;
  readonly when:
    | { readonly kind: 'at'; readonly local: string }
    | { readonly kind: 'rate'; readonly everyMs: number }
    | { readonly kind: 'cron'; readonly expression: string };
  /** IANA name. */
  readonly timeZone: string;
  readonly min: number | null;
  readonly max: number | null;
  readonly desired: number | null;
  /** A run that was missed for longer than this is not made up for. */
  readonly makeUpMs: number;
}

/** While it lasts nothing is scaled in (`in`), out (`out`), or at all (`both`). */
export interface Freeze {
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly durationMs: number;
  readonly directions: 'in' | 'out' | 'both';
}
