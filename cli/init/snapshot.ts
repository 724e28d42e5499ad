import type { Action } from '../doctor/reads.ts';
import type { Snapshot } from '../doctor/snapshot.ts';

/** The calls beyond those of a doctor, as IAM names them. */
export type ScalingAction =
  | 'application-autoscaling:DescribeScalableTargets'
  | 'application-autoscaling:DescribeScalingPolicies'
  | 'autoscaling:DescribePolicies'
  | 'cloudwatch:DescribeAlarms';

export type InitAction = Action | ScalingAction;

/** All that was read of an account, as plain values. What could not be read is empty, and named in `unread`. */
export interface AccountSnapshot {
  readonly region: string;
  readonly clusters: readonly ClusterSeen[];
  /** What Application Auto Scaling scales, by `CLUSTER/SERVICE`. */
  readonly scalable: ReadonlyMap<string, Scalable>;
  /** The scaling policies of Auto Scaling groups, by group. */
  readonly groupPolicies: ReadonlyMap<string, readonly AwsPolicy[]>;
  /** Metric alarms, by name. */
  readonly alarms: ReadonlyMap<string, AlarmSeen>;
  /** Why, by call. */
  readonly unread: ReadonlyMap<InitAction, string>;
}

export interface ClusterSeen {
  readonly snapshot: Snapshot;
  /** Where AWS Copilot made it, and its names are wanted. */
  readonly copilot: CopilotEnvironment | null;
}

export interface CopilotEnvironment {
  readonly application: string;
  readonly environment: string;
  /** What Copilot calls its services, by their names in ECS. */
  readonly services: ReadonlyMap<string, string>;
}

export interface Scalable {
  readonly min: number;
  readonly max: number;
  readonly policies: readonly AwsPolicy[];
}

/** A scaling policy of AWS, of a service or of a group. */
export type AwsPolicy = { readonly name: string } & (
  | StepPolicy
  | { readonly kind: 'target'; readonly metric: MetricSeen; readonly value: number }
  /** `what` has no counterpart in the policy file. */
  | { readonly kind: 'other'; readonly what: string }
);

export interface StepPolicy {
  readonly kind: 'step';
  /** Of its alarms. */
  readonly alarms: readonly string[];
  readonly adjustment: 'change' | 'percent' | 'exact';
  readonly steps: readonly {
    readonly from: number | null;
    readonly to: number | null;
    readonly by: number;
  }[];
  readonly minMagnitude: number | null;
  readonly cooldownMs: number | null;
}

export interface MetricSeen {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: string;
}

export interface AlarmSeen {
  readonly name: string;
  /** Null where it is of metric math. */
  readonly metric: MetricSeen | null;
  /** Null where the threshold is a band of anomaly detection. */
  readonly threshold: number | null;
  readonly comparison: '>=' | '>' | '<=' | '<' | null;
  /** Whether it sets off a scaling policy of AWS's. */
  readonly scales: boolean;
}
