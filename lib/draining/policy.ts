import type { ClusterName, GroupName } from '../ids.ts';

/** The draining part of the policy as it is bundled: every duration in milliseconds, every default filled in. */
export interface DrainingPolicy {
  readonly mode: 'act' | 'observe';
  readonly clusters: readonly ClusterPolicy[];
}

export interface ClusterPolicy {
  readonly cluster: ClusterName;
  /** The Auto Scaling groups of this cluster and, per group, the terminate hooks that are ours to complete. */
  readonly groups: readonly { readonly name: GroupName; readonly hooks: readonly string[] }[];
  readonly triggers: {
    readonly spotInterruption: boolean;
    /** Advice only, and a loop where the same pool is chosen again, so off unless asked for. */
    readonly rebalance: boolean;
    /** Drain this long before a scheduled retirement or stop; null: not at all. */
    readonly maintenanceLeadMs: number | null;
    /** Drain what is terminated or stopped directly, past any hook: late, but better than nothing. */
    readonly directTermination: boolean;
  };
  /** How long a drain may take before `atDeadline`, whatever AWS would allow. */
  readonly deadlineMs: number;
  readonly atDeadline: 'continue' | 'abandon' | 'stop-tasks';
  /** After `stop-tasks` at the deadline: how long the stopped tasks may take before the hook is continued. */
  readonly stopGraceMs: number;
  readonly standaloneTasks:
    | { readonly kind: 'wait' }
    | { readonly kind: 'stop'; readonly afterMs: number }
    | { readonly kind: 'refuse' };
  /** Stop what still runs this long before a Spot reclaim; null: leave it to ECS. */
  readonly spotStopLeadMs: number | null;
  readonly limits: {
    /** At most so many instances of the cluster DRAINING at once by our own choice. */
    readonly draining: Quantity;
    /** At least so many instances ACTIVE and connected. */
    readonly keepActive: Quantity;
  };
  /** How long after DRAINING a late placement may still show up. */
  readonly settleMs: number;
  readonly ghosts: {
    /** Deregister what EC2 has terminated and ECS still lists after so long; null: never. */
    readonly terminatedAfterMs: number | null;
    /** The same for what EC2 has stopped; null: never, since a stopped instance may start again. */
    readonly stoppedAfterMs: number | null;
  };
}

/** A number of instances, or a share of all that are registered (rounded down for a cap, up for a floor). */
export type Quantity =
  | { readonly kind: 'count'; readonly value: number }
  | { readonly kind: 'percent'; readonly value: number };
