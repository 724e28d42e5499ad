import type { ClusterName, ServiceName } from '../ids.ts';

/** The failover part of the policy as it is bundled: every duration in milliseconds, every default filled in. */
export interface FailoverPolicy {
  readonly mode: 'act' | 'observe';
  readonly services: readonly ServicePolicy[];
  /** Of every breaker that services share: one per set of zones and CPU architecture. */
  readonly breaker: BreakerPolicy;
  readonly limits: {
    /** So many tasks may be launched within a minute by what this capability changes, in all services together. */
    readonly tasksPerMinute: number;
    /** On-demand vCPUs that failed-over services may use in all; a flip that would not fit becomes a partial one. */
    readonly onDemandVcpus: number | null;
    /** On-demand task-hours in a UTC day over all services, after which they go back and stay on Spot; null: no limit. */
    readonly taskHoursPerDay: number | null;
  };
  readonly migrations: readonly MigrationPolicy[];
}

export interface ServicePolicy {
  /** `service/CLUSTER/NAME`, unique in the policy. */
  readonly id: string;
  readonly cluster: ClusterName;
  readonly service: ServiceName;
  /** How long a shortage must last before anything is changed. Not waited for when no task runs. */
  readonly graceMs: number;
  readonly signals: Signals;
  /** Percent of the tasks, beyond the base, that go to FARGATE; 1 to 100. */
  readonly onDemandShare: number;
  /** On-demand task-hours of this service in a UTC day; null: no limit. */
  readonly taskHoursPerDay: number | null;
  /**
   * What to do when the flip's deployment would ship another image than the one that runs, because a tag has moved:
   * refuse it, or pin the running digests in a new revision of the task definition. `ignore` ships what the tag says.
   */
  readonly image: 'refuse' | 'pin' | 'ignore';
  /** While somebody else's deployment is in progress: wait, or flip if fewer run than the minimum healthy percent. */
  readonly duringDeployment: 'wait' | 'when-at-risk';
  /** How much of the original Spot share each step of the return has, in percent, rising; the last is 100. */
  readonly steps: readonly number[];
  /** So long after its deployment has completed a step must hold. */
  readonly soakMs: number;
  /** A deployment of ours that takes longer counts as failed. */
  readonly stepTimeoutMs: number;
  /** Opened so often within the window, it stays on demand until somebody orders it back. */
  readonly flaps: { readonly most: number; readonly windowMs: number };
  /** For a service that cannot be flipped: the on-demand service that gets the deficit as its desired count. */
  readonly paired: ServiceName | null;
}

/** What may open a breaker, besides an order. */
export interface Signals {
  readonly placementFailure: boolean;
  /** So many Spot interruptions of the service's tasks within the window. */
  readonly interruptions: { readonly count: number; readonly windowMs: number } | null;
  /** Fewer running than desired for so long, with a message of ECS that capacity is unavailable. */
  readonly deficit: { readonly forMs: number } | null;
  /** Name of a CloudWatch alarm that goes into ALARM. */
  readonly alarm: string | null;
}

export interface BreakerPolicy {
  /** From opening to the first probe. Each probe that fails multiplies it by `factor`, up to `mostMs`. */
  readonly coolOffMs: number;
  readonly factor: number;
  readonly mostMs: number;
  /** 0.2: each cool-off is drawn from 80 to 120 percent. */
  readonly jitter: number;
  readonly probe: ProbePolicy;
}

/** How it is found out that there is Spot capacity again, by one service for all that share the breaker. */
export type ProbePolicy =
  /** A small task of Stevedore's own on FARGATE_SPOT, in the service's subnets; it must run for `soakMs`. */
  | { readonly kind: 'task'; readonly soakMs: number; readonly timeoutMs: number }
  /** A share of the probing service's tasks, by a deployment; it must complete and hold for `soakMs`. */
  | { readonly kind: 'share'; readonly percent: number; readonly soakMs: number; readonly timeoutMs: number };

/** Moves the services of a cluster from EC2 to Fargate, one after the other, in this order. */
export interface MigrationPolicy {
  readonly cluster: ClusterName;
  readonly services: readonly ServiceName[];
  /** FARGATE comes first, with the base; FARGATE_SPOT second. A weight of 0 leaves that provider unused. */
  readonly base: number;
  readonly onDemandWeight: number;
  readonly spotWeight: number;
  /** When the forced deployment would ship another image than the one that runs, or nobody can tell: refuse, or ship it. */
  readonly image: 'refuse' | 'ignore';
  /** So long after a service's deployment has completed it must be steady before the next is moved. */
  readonly soakMs: number;
  readonly stepTimeoutMs: number;
}
