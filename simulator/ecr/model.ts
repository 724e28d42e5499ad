import type { EpochMs } from '../../lib/clock.ts';
import type { Span } from '../kernel.ts';
import type { Timer } from '../scheduler.ts';
import type { Manifest } from './manifest.ts';

export type Mutability = 'MUTABLE' | 'IMMUTABLE' | 'MUTABLE_WITH_EXCLUSION' | 'IMMUTABLE_WITH_EXCLUSION';
export type ImageStatus = 'ACTIVE' | 'ARCHIVED' | 'ACTIVATING';
export type Severity = 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW' | 'INFORMATIONAL' | 'UNDEFINED';

/** Basic scans end COMPLETE, enhanced ones stay ACTIVE; the others say why there are no findings. */
export type ScanStatus =
  | 'PENDING'
  | 'IN_PROGRESS'
  | 'COMPLETE'
  | 'ACTIVE'
  | 'FAILED'
  | 'UNSUPPORTED_IMAGE'
  | 'FINDINGS_UNAVAILABLE'
  | 'SCAN_ELIGIBILITY_EXPIRED'
  | 'LIMIT_EXCEEDED'
  | 'IMAGE_ARCHIVED';

/** `basic`: on push, or only by StartImageScan (`manual`). `enhanced`: Amazon Inspector, on push and ever after. */
export type Scanning = 'basic' | 'manual' | 'enhanced' | 'off';

/** A pull-through cache: what happens when an image is asked for that the repository does not have. */
export type Upstream =
  | 'reachable'
  | 'UpstreamAccessDenied'
  | 'UpstreamTooManyRequests'
  | 'UpstreamUnavailable';

export interface Finding {
  readonly name: string;
  readonly severity: Severity;
  readonly package?: string;
  readonly version?: string;
}

/** What a scan is to find: counts, for which findings are made up, or the findings themselves. */
export interface ScanOutcome {
  /** COMPLETE for a basic scan, ACTIVE for an enhanced one, unless set. */
  readonly status?: ScanStatus;
  readonly findings?: Readonly<Partial<Record<Severity, number>>> | readonly Finding[];
  readonly description?: string;
  /** How long the scan takes. */
  readonly afterMs?: Span;
}

export interface Scan {
  readonly startedAt: EpochMs;
  /** The first one that finds anything: only its end is an event of Amazon Inspector. */
  readonly initial: boolean;
  status: ScanStatus;
  description: string;
  findings: readonly Finding[];
  completedAt: EpochMs | undefined;
  timer: Timer | undefined;
}

export interface Signing {
  readonly profileArn: string;
  readonly status: 'IN_PROGRESS' | 'COMPLETE' | 'FAILED';
  readonly failureCode?: string;
  readonly failureReason?: string;
}

export interface Image {
  /** By time of push: the order of lists. */
  readonly order: number;
  readonly digest: string;
  /** The exact text that was pushed: its bytes are what the digest is of. */
  readonly manifestText: string;
  readonly manifest: Manifest;
  readonly mediaType: string;
  /** A retag does not change it. */
  readonly pushedAt: EpochMs;
  readonly size: number;
  readonly tags: Set<string>;
  status: ImageStatus;
  archivedAt: EpochMs | undefined;
  activatedAt: EpochMs | undefined;
  pulledAt: EpochMs | undefined;
  scan: Scan | undefined;
  /** What the scan that runs, or else the next one, finds. */
  outcome: ScanOutcome;
  signing: readonly Signing[];
  /** BatchGetImage fails with this, e.g. since the KMS key is disabled. */
  failure: 'KmsError' | 'ImageInaccessible' | undefined;
}

export interface Tag {
  readonly order: number;
  readonly image: Image;
}

export interface Preview {
  readonly policyText: string;
  status: 'IN_PROGRESS' | 'COMPLETE';
  results: readonly Verdict[];
}

/** What a lifecycle policy does with an image. */
export interface Verdict {
  readonly order: number;
  readonly image: Image;
  readonly action: 'EXPIRE' | 'TRANSITION';
  readonly rulePriority: number;
  /** As the preview shows them: of when it was made. */
  readonly tags: readonly string[];
}

export interface Upload {
  readonly id: string;
  readonly parts: Uint8Array[];
  received: number;
}

export interface Repository {
  readonly order: number;
  readonly name: string;
  readonly arn: string;
  readonly uri: string;
  readonly createdAt: EpochMs;
  mutability: Mutability;
  /** Wildcard filters of the two modes WITH_EXCLUSION. */
  exclusions: readonly string[];
  readonly encryption: { readonly type: 'AES256' | 'KMS' | 'KMS_DSSE'; readonly kmsKey?: string };
  scanning: Scanning;
  lifecyclePolicy: string | undefined;
  lifecycleEvaluatedAt: EpochMs | undefined;
  /** A pull-through cache repository if set. */
  upstream: Upstream | undefined;
  readonly images: Map<string, Image>;
  readonly tags: Map<string, Tag>;
  /** Layers and configurations by digest; each repository has its own. */
  readonly layers: Map<string, Uint8Array>;
  readonly uploads: Map<string, Upload>;
  preview: Preview | undefined;
}
