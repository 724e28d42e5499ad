import type { EpochMs } from '../clock.ts';
import type { Severity } from './policy.ts';

/** What was read for one destination tag. A missing part was not looked at. */
export interface TagSnapshot {
  /** What the destination tag points to now. */
  readonly destination: ImageView | 'absent';
  /**
   * Images of the source repository, as far as they were asked for, whatever their tags; in no order. Asked for are an
   * exact source tag, the candidates' digests, what an order to promote names, and `current`.
   */
  readonly images: readonly ImageView[];
  /** Whether all tags of the source repository were listed, or only what events and the record named. */
  readonly complete: boolean;
  /**
   * Those images of the destination repository that exist of `current`, `history` and a rollback's `to`. Missing: not
   * asked for; a decision that has to know says so by the need `kept`.
   */
  readonly kept?: readonly ImageView[];
  /** Gate by gate, of the digests that the decision asked for. */
  readonly scans?: ReadonlyMap<string, ScanView>;
  readonly signed?: ReadonlyMap<string, boolean>;
  readonly running?: RunningView;
  readonly repository?: RepositoryView;
  /** Digests that the lifecycle policy is due to expire. Read once a day. */
  readonly expiring?: ReadonlySet<string>;
}

export interface ImageView {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly pushedAt: EpochMs;
  readonly mediaType: string;
  readonly status: 'ACTIVE' | 'ARCHIVED' | 'ACTIVATING';
}

/** Of an image, or of an index: then of all its platforms together, the worst of each. */
export type ScanView =
  | {
      readonly kind: 'counts';
      readonly counts: Readonly<Record<Severity, number>>;
      readonly at: EpochMs | null;
    }
  /** In progress, or a platform of the index has not been scanned. */
  | { readonly kind: 'pending'; readonly why: string }
  /** Failed, unsupported, expired, archived ...: never taken for no findings. */
  | { readonly kind: 'no-result'; readonly why: string };

export interface RunningView {
  /** Of each digest asked about, whether the service's containers run it; an index does when they run one of its children. */
  readonly runs: ReadonlyMap<string, boolean>;
  /** Since when the deployment has been complete and all tasks run; null: not so now. */
  readonly healthySince: EpochMs | null;
  readonly why: string;
}

export interface RepositoryView {
  readonly mutability: 'MUTABLE' | 'IMMUTABLE' | 'IMMUTABLE_WITH_EXCLUSION' | 'MUTABLE_WITH_EXCLUSION';
  readonly exclusions: readonly string[];
  readonly pullThroughCache: boolean;
}
