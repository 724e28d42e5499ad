import type { EpochMs } from '../clock.ts';
import type { Strategy } from './record.ts';

/** What was read of one service. A missing part was not looked at. */
export interface ServiceSnapshot {
  readonly service: ServiceView | 'missing';
  /** Of the on-demand service of the paired mode. */
  readonly paired?: ServiceView | 'missing';
  /** Read only when a flip is to be decided on. */
  readonly circumstances?: Circumstances;
  /** What became of our deployment, read only when the strategy is not the one that we wrote. */
  readonly fate?: DeploymentFate;
}

export interface ServiceView {
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  readonly controller: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
  readonly scheduling: 'REPLICA' | 'DAEMON';
  /** Null when it goes by a capacity provider strategy. */
  readonly launchType: string | null;
  readonly strategy: Strategy;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly taskDefinition: string;
  /** Newest first; the first is PRIMARY. Empty for EXTERNAL and CODE_DEPLOY controllers. */
  readonly deployments: readonly DeploymentView[];
  readonly platformFamily: string | null;
  readonly platformVersion: string | null;
  readonly network: {
    readonly subnets: readonly string[];
    readonly securityGroups: readonly string[];
    readonly assignPublicIp: boolean;
  };
  /** The newest of its service events of each kind. ECS repeats one at most every 6 hours while it holds. */
  readonly messages: {
    readonly capacityUnavailableAt?: EpochMs;
    readonly steadyAt?: EpochMs;
    /** The account's limit of Fargate vCPUs or tasks. */
    readonly quotaAt?: EpochMs;
    /** Tasks fail to start: the fault of the application, not of capacity. */
    readonly impairedAt?: EpochMs;
  };
}

export interface DeploymentView {
  readonly id: string;
  readonly rollout: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  readonly reason: string;
  readonly createdAt: EpochMs;
  readonly desired: number;
  readonly running: number;
  readonly failed: number;
}

/** What must be known before a flip. */
export interface Circumstances {
  /** Capacity providers that are associated with the cluster. */
  readonly providers: readonly string[];
  readonly architecture: 'X86_64' | 'ARM64';
  /** `LINUX`, or one of the Windows families. */
  readonly operatingSystem: string;
  /** Of one task. */
  readonly vcpus: number;
  /** Of the service's subnets, sorted. */
  readonly zones: readonly string[];
  readonly images: readonly ImageCheck[];
}

/** Whether a new deployment of the present task definition would run the image that runs now. */
export type ImageCheck = {
  readonly container: string;
  /** As the task definition names it. */
  readonly image: string;
} & (
  | { readonly verdict: 'same' }
  | { readonly verdict: 'differs'; readonly running: string; readonly wouldShip: string }
  /** `running`: its digest if that is known, which is enough to pin it. */
  | { readonly verdict: 'unknown'; readonly running: string | null; readonly why: string }
);

export type DeploymentFate =
  /** ECS's deployment circuit breaker, or an alarm of the service, took it back. */
  | { readonly kind: 'rolled-back'; readonly reason: string }
  /** A person or a pipeline has deployed something else. */
  | { readonly kind: 'replaced' };

/** What was read of a probe's task. */
export type ProbeView =
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly since: EpochMs }
  /** `capacity`: there was none, or Spot took it back; otherwise the probe itself does not work. */
  | { readonly kind: 'stopped'; readonly capacity: boolean; readonly why: string };
