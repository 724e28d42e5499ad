import type { ClusterName, RepositoryName, ServiceName } from '../ids.ts';

/** The retagging part of the policy as it is bundled: every duration in milliseconds, every default filled in. */
export interface RetaggingPolicy {
  readonly mode: 'act' | 'observe';
  /** How often desired and actual tags are compared, since ECR's events are best effort. */
  readonly reconcileEveryMs: number;
  readonly rules: readonly PromotionRule[];
}

/** Which images get which tags, and when. Every destination tag belongs to one rule. */
export interface PromotionRule {
  /** `REPOSITORY/NAME`, unique in the policy. */
  readonly id: string;
  readonly repository: RepositoryName;
  readonly source: TagSource;
  readonly destination: {
    /** The same as the source's, or another one of the account. */
    readonly repository: RepositoryName;
    /** Null: the Region of the deployment. */
    readonly region: string | null;
    /** Never matched by a source that leads back here; checked when the policy is loaded. */
    readonly tags: readonly string[];
  };
  readonly triggers: Triggers;
  readonly gates: Gates;
  /** Which of several images counts: the one pushed last, or the one of the highest version (semver sources only). */
  readonly order: 'pushed-last' | 'highest-version';
  /** Whether an image may replace one that was pushed later. */
  readonly allowOlder: boolean;
  /** Services that get a forced deployment afterwards, if their task definition uses the tag. `*`: all of the cluster. */
  readonly deploy: readonly { readonly cluster: ClusterName; readonly service: ServiceName | '*' }[];
}

export type TagSource =
  | { readonly kind: 'exact'; readonly tag: string }
  /** `*` stands for any characters, nothing else is special. */
  | { readonly kind: 'glob'; readonly pattern: string }
  /** Tags that are versions, with or without `v`, within a range of npm's semver. */
  | { readonly kind: 'semver'; readonly range: string };

/** What makes a rule look. Orders by hand are always possible. Without any trigger only they are. */
export interface Triggers {
  readonly push: boolean;
  readonly scan: boolean;
  readonly deployment: boolean;
  /** At these times only, besides the events; null: none. */
  readonly schedule: { readonly cron: string; readonly timeZone: string } | null;
}

/** All must be open. */
export interface Gates {
  readonly scan: ScanGate | null;
  /** Since `imagePushedAt`; 0: none. */
  readonly minAgeMs: number;
  /** The image runs in this service, with a completed deployment and as many tasks as desired, for so long. */
  readonly running: {
    readonly cluster: ClusterName;
    readonly service: ServiceName;
    readonly forMs: number;
  } | null;
  /** A signature hangs on the digest: an OCI referrer, or a `sha256-<digest>.sig` tag. */
  readonly signature: boolean;
  /** Somebody has approved this digest for this tag. */
  readonly approval: boolean;
}

export interface ScanGate {
  /** At most so many findings of each severity; null: any number. */
  readonly most: Readonly<Record<Severity, number | null>>;
  /** What to do when there is no result: the scan failed, or the image cannot be scanned. */
  readonly withoutResult: 'refuse' | 'allow';
}

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'informational' | 'undefined';
