import type { ClusterName, GroupName } from '../ids.ts';

/** The capacity part of the policy as it is bundled: durations in milliseconds, defaults filled in. */
export interface CapacityPolicy {
  readonly mode: 'act' | 'observe';
  readonly clusters: readonly ClusterPolicy[];
}

export interface ClusterPolicy {
  readonly cluster: ClusterName;
  /** The groups whose instances may be launched and terminated. */
  readonly groups: readonly GroupName[];
  /** Prices of an hour by instance type, over those of the table. */
  readonly prices: Readonly<Record<string, number>>;
  /** Act although ECS's managed scaling is on for a group. */
  readonly besideManagedScaling: boolean;
  /** Free capacity to leave, over all open instances. */
  readonly reserve: Reserve;
  readonly consolidation: ConsolidationPolicy | null;
  readonly scaleOut: ScaleOutPolicy | null;
}

export interface Reserve {
  /** CPU units and MiB, in all. */
  readonly cpu: number;
  readonly memory: number;
  /** And a share of what is registered, in percent. */
  readonly percent: number;
}

/** Why an instance may go. `empty`: no task but daemons. `obsolete`: of an older launch template or AMI. */
export type DisruptionReason = 'empty' | 'underused' | 'obsolete';

export interface ConsolidationPolicy {
  readonly reasons: readonly DisruptionReason[];
  /** An instance must have been a candidate for so long, without a break, and is then checked again. */
  readonly afterMs: number;
  /** Younger instances are left alone. */
  readonly minimumAgeMs: number;
  readonly budgets: readonly Budget[];
  /** Replace several instances by one that the group launches. */
  readonly replace: boolean;
  /**
   * Karpenter's balanced score: the share of the cluster's cost that is saved, over the share of its disruption that it
   * takes, must be at least 1/k (kubernetes-sigs/karpenter, designs/balanced-consolidation.md). 0: any saving will do.
   */
  readonly balance: number;
  /** A drain of ours that takes longer is taken back. */
  readonly drainTimeoutMs: number;
  /** At most so far apart may the zones of a group be, in instances, by a removal of ours. */
  readonly zoneSkew: number;
}

/** At most so many instances of the cluster on their way out at once. The smallest of those in force counts. */
export interface Budget {
  readonly limit:
    | { readonly kind: 'count'; readonly value: number }
    /** Of the ACTIVE instances, rounded up, as in Karpenter. */
    | { readonly kind: 'percent'; readonly value: number };
  /** The reasons it holds for; null: all. */
  readonly reasons: readonly DisruptionReason[] | null;
  /** In force from each run of the schedule for so long; null: always. */
  readonly window: { readonly cron: string; readonly timeZone: string; readonly durationMs: number } | null;
}

export interface ScaleOutPolicy {
  /** A task must have waited so long for an instance: deployments place within seconds. */
  readonly afterMs: number;
  /** At most so many instances in one step, over all groups. */
  readonly maximumStep: number;
  /** How long a launched instance may take to register; after that it is not counted on. */
  readonly launchTimeoutMs: number;
}
