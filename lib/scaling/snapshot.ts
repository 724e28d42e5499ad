import type { EpochMs } from '../clock.ts';
import type { Comparison } from './policy.ts';

/** What was read of one target and its metrics. A missing part was not looked at. */
export interface ScalingSnapshot {
  readonly capacity?: CapacityView | 'missing';
  /** By alarm name. */
  readonly alarms: ReadonlyMap<string, AlarmView | 'missing'>;
  /** By policy name: the metric's newest value, as it is now. */
  readonly metrics: ReadonlyMap<string, MetricView>;
  readonly otherOwner?: OtherOwner;
}

export interface CapacityView {
  readonly desired: number;
  /** Of a service: running tasks of the PRIMARY deployment; of a group: in service, ACTIVE and connected in ECS. */
  readonly running: number;
  /**
   * Group: in service, but DRAINING or disconnected in ECS. They fill the desired capacity and serve nothing, so a
   * scale-out comes on top of them. Missing: none is known.
   */
  readonly unusable?: number;
  /** A deployment is in progress (service): nothing is scaled in meanwhile. */
  readonly deploying: boolean;
  /** Group: instances launched within the warm-up. */
  readonly warming: number;
  /** Group: the protected ones; with all protected a decrement has no effect. */
  readonly protectedFromScaleIn: number;
  /** The group's own MinSize and MaxSize, beyond which AWS refuses; null for a service. */
  readonly bounds: { readonly min: number; readonly max: number } | null;
  /** Why AWS or an operator has suspended changes, e.g. the Launch process; empty: nothing is suspended. */
  readonly suspended: readonly string[];
}

export interface AlarmView {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly since: EpochMs;
  readonly kind: 'metric' | 'composite' | 'anomaly';
  /** Of the alarm as it is in CloudWatch. */
  readonly threshold: number | null;
  readonly comparison: Comparison | null;
  readonly periodSeconds: number;
}

export type MetricView =
  | { readonly kind: 'value'; readonly value: number; readonly at: EpochMs }
  /** CloudWatch has no datapoint in the window. */
  | { readonly kind: 'no-data' }
  | { readonly kind: 'unreadable'; readonly why: string };

export type OtherOwner =
  | { readonly kind: 'scalable-target'; readonly policies: number }
  | { readonly kind: 'managed-scaling'; readonly capacityProvider: string };
