import type { EpochMs } from '../clock.ts';

/** The durable state of one destination tag. Its id is `REPOSITORY:TAG`, with `@REGION` when that is another one. */
export interface TagRecord {
  readonly id: string;
  readonly rule: string;
  readonly repository: string;
  readonly tag: string;
  /** What the tag points to, as last seen. Missing: not looked yet, or there is no such tag. */
  readonly current?: Pointed;
  /** What it pointed to before, newest last; at most 20. */
  readonly history: readonly Pointed[];
  /** Decided and recorded before it is written: a replay writes the same digest. */
  readonly intent?: Intent;
  /** Digests that were pushed under a source tag and wait for gates; newest last, at most 20. */
  readonly candidates: readonly Candidate[];
  /** Digests that were rolled back from: not promoted again by the rule. At most 20. */
  readonly rejected: readonly string[];
  /**
   * After a rollback the rule promotes only what was pushed later than the image that was left (unless it allows older
   * ones): what lies between that and the one rolled back to would undo half of the rollback.
   */
  readonly newerThan?: EpochMs;
  /** ECR said that the tag is immutable while it was on `current`: not tried again while it is, for a day. */
  readonly conflict?: { readonly current: string; readonly at: EpochMs };
  readonly approvals: readonly { readonly digest: string; readonly by: string; readonly at: EpochMs }[];
  /** An order that could not be carried out yet. */
  readonly order?: { readonly order: OrderKept; readonly by: string; readonly at: EpochMs };
  /** Services that shall get a forced deployment of `digest`, and have not yet. */
  readonly deploying?: {
    readonly digest: string;
    readonly services: readonly string[];
    readonly since: EpochMs;
  };
  /** Ids of events that were taken in; at most 50. */
  readonly seen: readonly string[];
  /** Until when the rule's schedule has been looked at. */
  readonly scheduleSeen?: EpochMs;
  /** When each warning was last given, by its reason: each at most once a day. */
  readonly warned: Readonly<Record<string, EpochMs>>;
  readonly lastReason?: string;
}

export interface Intent {
  readonly kind: 'promotion' | 'order' | 'rollback' | 'healing';
  readonly digest: string;
  /** `imagePushedAt` in the source repository; null when it could not be read. */
  readonly pushedAt: EpochMs | null;
  /** What is to be written: as in the decision's action. */
  readonly sourceTag: string | null;
  readonly copy: boolean;
  /** Whether the image that is left is not to be promoted again by the rule, as after a rollback. */
  readonly rejects: boolean;
  readonly at: EpochMs;
  /** As in `Pointed`. */
  readonly by: string;
}

export type OrderKept =
  | { readonly verb: 'promote'; readonly image: string; readonly skipGates: boolean }
  | { readonly verb: 'rollback'; readonly to: string | null };

export interface Pointed {
  readonly digest: string;
  /**
   * `imagePushedAt` in the source repository, by which images are ordered (a copy was pushed when it was copied); null
   * when it could not be read any more.
   */
  readonly pushedAt: EpochMs | null;
  /** Since when, as far as we know. */
  readonly at: EpochMs;
  /** The rule's id, `order by NAME`, or `others`. */
  readonly by: string;
}

export interface Candidate {
  readonly digest: string;
  /** The source tag it came with; null: by digest. */
  readonly tag: string | null;
  readonly at: EpochMs;
}
