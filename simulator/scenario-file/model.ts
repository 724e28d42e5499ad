import type { EpochMs } from '../../lib/clock.ts';
import type { ComparisonOperator } from '../cloudwatch/model.ts';
import type { Scanning, Severity } from '../ecr/model.ts';
import type { Span } from '../kernel.ts';

// A scenario as its file says it, with every default filled in and every duration in milliseconds.

export interface ScenarioSpec {
  readonly title: string;
  readonly startsAt: EpochMs;
  readonly lengthMs: number;
  readonly seed: number;
  /** The policy file, as the scenario writes it. */
  readonly policy: string;
  readonly zones: readonly string[];
  readonly clusters: Readonly<Record<string, ClusterSpec>>;
  readonly repositories: Readonly<Record<string, RepositorySpec>>;
  readonly alarms: Readonly<Record<string, AlarmSpec>>;
  readonly events: readonly EventSpec[];
}

export interface ClusterSpec {
  readonly groups: Readonly<Record<string, GroupSpec>>;
  readonly services: Readonly<Record<string, ServiceSpec>>;
}

export interface GroupSpec {
  readonly instances: number;
  readonly min: number;
  /** Twice the instances unless said. */
  readonly max?: number | undefined;
  readonly type: string;
  readonly cpu: number;
  readonly memory: number;
  readonly spot: boolean;
  readonly hooks: Readonly<Record<string, HookSpec>>;
}

export interface HookSpec {
  readonly heartbeat: number;
  readonly default: 'CONTINUE' | 'ABANDON';
}

export interface ServiceSpec {
  readonly count: number;
  readonly daemon: boolean;
  readonly launchType: 'EC2' | 'FARGATE';
  /** In place of the launch type. */
  readonly strategy?: Strategy | undefined;
  /** A repository of the scenario with a tag, or any other image. */
  readonly image?: string | undefined;
  readonly cpu: number;
  readonly memory: number;
  readonly minimumHealthyPercent?: number | undefined;
  readonly maximumPercent?: number | undefined;
  readonly startUp?: Span | undefined;
  readonly stop?: Span | undefined;
  readonly stopTimeout: number;
  readonly healthyAfter: number;
  readonly deregistrationDelay: number;
  readonly load?: LoadSpec | undefined;
}

export type Strategy = readonly {
  readonly capacityProvider: string;
  readonly base: number;
  readonly weight: number;
}[];

export interface LoadSpec {
  /** Requests or messages a second that one task serves. */
  readonly perTask: number;
  readonly arrivals: Curve;
  /** Messages wait in this queue; without one, requests that cannot be served are refused. */
  readonly queue?: string | undefined;
  readonly warmUp: number;
}

/** What arrives in a second: a number, one that changes in straight lines between points, or days and nights. */
export type Curve =
  | number
  | readonly { readonly at: number; readonly arrivals: number }[]
  | { readonly low: number; readonly high: number; readonly noise: number };

export interface RepositorySpec {
  readonly scanning: Scanning;
  /** What is there from the start, oldest first. */
  readonly images: readonly { readonly tags: readonly string[] }[];
}

export type LoadMetric = 'cpu' | 'requests' | 'requests-per-task' | 'messages' | 'oldest-message';

export interface AlarmSpec {
  /** `CLUSTER/SERVICE`. */
  readonly service: string;
  readonly metric: LoadMetric;
  readonly statistic: 'Average' | 'Maximum' | 'Minimum' | 'Sum';
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  /** Minutes in a row. */
  readonly minutes: number;
  readonly missing: 'missing' | 'breaching' | 'notBreaching' | 'ignore';
}

export interface EventSpec {
  /** From the start. */
  readonly at: number;
  /** In words, in place of our own. */
  readonly what?: string | undefined;
  readonly happening: Happening;
}

/** `GROUP/N`: the N-th instance that the group has launched, from 1. */
export interface HostRef {
  readonly group: string;
  readonly nth: number;
}

/** What happens to one instance. */
export interface HostHappening {
  readonly kind:
    | 'interrupt'
    | 'rebalance'
    | 'terminate'
    | 'stop'
    | 'start'
    | 'disconnect'
    | 'reconnect'
    | 'lose'
    | 'repeat';
  readonly host: HostRef;
}

export type Happening =
  | { readonly kind: 'scale'; readonly group: string; readonly to: number }
  | HostHappening
  | { readonly kind: 'maintenance'; readonly host: HostRef; readonly in: number }
  | {
      readonly kind: 'drought';
      readonly for: number;
      readonly reclaimWithin: number;
      readonly zone?: string | undefined;
    }
  | { readonly kind: 'load'; readonly service: string; readonly arrivals: number; readonly over: number }
  | { readonly kind: 'count'; readonly service: string; readonly to: number }
  | { readonly kind: 'deploy'; readonly service: string }
  | {
      readonly kind: 'run';
      readonly task: string;
      readonly host: HostRef;
      readonly for?: number | undefined;
      readonly cpu: number;
      readonly memory: number;
    }
  | {
      readonly kind: 'push';
      readonly repository: string;
      readonly tags: readonly string[];
      readonly findings: Readonly<Partial<Record<Severity, number>>>;
      readonly scanAfter: number;
    }
  | { readonly kind: 'order'; readonly order: Order; readonly by: string };

export type Order =
  | { readonly verb: 'drain' | 'release'; readonly host: HostRef }
  | { readonly verb: 'fail-over' | 'fail-back' | 'reset'; readonly service: string }
  | {
      readonly verb: 'scale';
      /** `CLUSTER/SERVICE`, or the name of a group. */
      readonly target: { readonly kind: 'service' | 'group'; readonly id: string };
      readonly to: number;
    }
  | { readonly verb: 'promote' | 'rollback'; readonly tag: string; readonly image?: string | undefined };
