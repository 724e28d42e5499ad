import type { EpochMs } from '../clock.ts';
import type { OrderVerb } from './notice.ts';
import type { FailoverReason } from './reasons.ts';

export type FailoverRecord = ServiceRecord | PoolRecord | MigrationRecord;

/** One item of a capacity provider strategy, with ECS's defaults filled in. */
export interface StrategyItem {
  readonly provider: string;
  readonly base: number;
  readonly weight: number;
}

/** In ECS's order, which is kept. */
export type Strategy = readonly StrategyItem[];

/** The durable state of one service's breaker. */
export interface ServiceRecord {
  readonly kind: 'service';
  readonly service: string;
  readonly phase: Phase;
  readonly heard: HeardSignals;
  /** As it was before the first flip, verbatim: what is restored. Only while the service is not on it. */
  readonly original?: { readonly strategy: Strategy; readonly taskDefinition: string };
  /** What we wrote last. Anything else in AWS is somebody else's, and wins. Only while there is an `original`. */
  readonly written?: Written;
  /** Which breaker it shares, and what that was found out by. */
  readonly pool?: {
    readonly id: string;
    readonly subnets: readonly string[];
    readonly taskDefinition: string;
  };
  /** When it was opened, within the window of the flap limit; newest last. */
  readonly opened: readonly EpochMs[];
  /** Flips that ECS's deployment circuit breaker has rolled back, one after the other; and when to try again. */
  readonly rollbacks: { readonly count: number; readonly retryAt: EpochMs };
  /** How the last probe of this service by a share of its tasks ended, for the breaker that asked for it. */
  readonly verdict?: { readonly at: EpochMs; readonly passed: boolean };
  /** On-demand task-hours that failing over has cost in the UTC day `day` (`2026-11-21`), counted until `asOf`. */
  readonly spent: { readonly day: string; readonly taskHours: number; readonly asOf: EpochMs };
  /** Tasks that our last change made ECS launch, for the rate limit. */
  readonly launched?: { readonly at: EpochMs; readonly tasks: number };
  /** What holds if AWS refuses the change that was decided last. Only until it has answered: an intention is open. */
  readonly before?: Pick<ServiceRecord, 'phase' | 'original' | 'written' | 'opened'>;
  /** When somebody asked for an early probe, by `reset`. */
  readonly resetAt?: EpochMs;
  /** The reasons that were last journalled, so that what holds on is not journalled at every look. */
  readonly lastReason?: string;
}

/** CLOSED: on its own strategy. OPEN: on demand. HALF_OPEN: on the way back. */
export type Phase =
  | { readonly name: 'closed' }
  /** A signal came; the grace runs. */
  | { readonly name: 'suspect'; readonly since: EpochMs; readonly why: string }
  /** OPEN: the flip is written; its deployment is not through. */
  | { readonly name: 'flipping'; readonly since: EpochMs }
  | { readonly name: 'open'; readonly since: EpochMs }
  /** OPEN until somebody orders it back. */
  | { readonly name: 'latched'; readonly since: EpochMs }
  /** HALF_OPEN: a share of its tasks is tried on Spot. `completedAt`: its deployment is through, it soaks. */
  | { readonly name: 'probing'; readonly since: EpochMs; readonly completedAt?: EpochMs }
  /** HALF_OPEN: `step` counts in the policy's steps. */
  | {
      readonly name: 'returning';
      readonly step: number;
      readonly since: EpochMs;
      readonly completedAt?: EpochMs;
    }
  /** OPEN, of a service that cannot be flipped: the paired one has `desired` tasks. `enoughSince`: no deficit since. */
  | {
      readonly name: 'paired';
      readonly since: EpochMs;
      readonly desired: number;
      /** Of one task; 0 when nothing limits them. */
      readonly vcpus: number;
      readonly enoughSince?: EpochMs;
    };

export interface HeardSignals {
  /** The newest Spot placement failure; one of FARGATE itself is apart, since that is not failed over. */
  readonly spotFailureAt?: EpochMs;
  readonly onDemandFailureAt?: EpochMs;
  /** By task, each once, within the window of the policy (an hour, if it has none). */
  readonly interruptions: readonly { readonly task: string; readonly at: EpochMs }[];
  /** Since when fewer run than desired, as looks have seen it. */
  readonly deficitSince?: EpochMs;
  /** The newest word that the policy's alarm is in ALARM, and the newest that it is not: the newer of both holds. */
  readonly alarmSince?: EpochMs;
  readonly alarmOverAt?: EpochMs;
  /** Signals up to then have been judged: they do not open the breaker any more. */
  readonly judgedAt?: EpochMs;
  readonly order?: { readonly verb: OrderVerb; readonly by: string; readonly at: EpochMs };
  /** A deployment that ECS said has failed. */
  readonly failedDeployment?: string;
  /** Ids of events that were taken in, so that one that comes again is known; at most 50. */
  readonly seen: readonly string[];
}

export interface Written {
  readonly purpose: 'flip' | 'probe' | 'step' | 'restore';
  readonly strategy: Strategy;
  /** Pinned by digest, if the policy said so. */
  readonly taskDefinition: string;
  readonly at: EpochMs;
  /** On-demand vCPUs that this strategy may use, for the limit over all services. */
  readonly onDemandVcpus: number;
  /** Running digests by container, where the policy has them pinned. */
  readonly pin?: Readonly<Record<string, string>>;
  /** ECS's id (`ecs-svc/...`). Missing until UpdateService has answered: after a crash it is looked up. */
  readonly deploymentId?: string;
  /** That deployment is somebody else's: new code with the strategy that we wrote. */
  readonly byOthers?: true;
}

/** The breaker that services of the same zones and architecture share, since they lack the same capacity. */
export interface PoolRecord {
  readonly kind: 'pool';
  /** `pool/ARCHITECTURE/ZONE+ZONE`. */
  readonly id: string;
  readonly state: PoolState;
  /** Openings and failed probes in a row: the exponent of the cool-off. */
  readonly trips: number;
  /** A probe's task that is to be stopped, until ECS has agreed. */
  readonly stopping?: { readonly prober: string; readonly task: string };
  readonly lastReason?: string;
}

export type PoolState =
  | { readonly name: 'closed'; readonly since: EpochMs }
  | { readonly name: 'open'; readonly since: EpochMs; readonly probeAt: EpochMs }
  | {
      readonly name: 'half-open';
      readonly since: EpochMs;
      /** The service that probes for all. */
      readonly prober: string;
      /** Of a probe by task: its ARN once it was started, and since when it has been RUNNING. */
      readonly task?: string;
      readonly runningSince?: EpochMs;
      /** Why RunTask would not start it. */
      readonly refusal?: { readonly capacity: boolean; readonly why: string };
    };

/** The durable state of one cluster's migration from EC2 to Fargate. */
export interface MigrationRecord {
  readonly kind: 'migration';
  readonly cluster: string;
  /** Services that are through, in the order in which they went. */
  readonly moved: readonly string[];
  /**
   * The Fargate providers are being associated. `known`: providers that were seen on the cluster meanwhile, none of
   * which may get lost; `writes`: how often the list was written.
   */
  readonly associating?: {
    readonly since: EpochMs;
    readonly known: readonly string[];
    readonly writes: number;
  };
  /** The one that is being moved. `completedAt`: since when its deployment is through and it is steady. */
  readonly moving?: {
    readonly service: string;
    readonly since: EpochMs;
    readonly deploymentId?: string;
    readonly completedAt?: EpochMs;
  };
  readonly stopped?: MigrationStop;
  /** Since when no service of the policy is left to be moved. */
  readonly done?: EpochMs;
  readonly lastReason?: string;
}

/** Why it stands still until somebody resets it, or changes the policy or what it stopped at. */
export interface MigrationStop {
  readonly at: EpochMs;
  /** Null when it is the cluster itself. */
  readonly service: string | null;
  readonly reason: FailoverReason;
  readonly sentence: string;
  /** The policy, and what it stopped at, as they were then: when either differs, it goes on. */
  readonly policy: string;
  readonly seen: string;
}
