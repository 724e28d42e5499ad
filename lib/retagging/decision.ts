import type { EpochMs } from '../clock.ts';
import type { Finding as AnyFinding } from '../journal/journal.ts';
import type { RetaggingReason } from './reasons.ts';
import type { TagRecord } from './record.ts';

export type Finding = AnyFinding<RetaggingReason>;

/** What to do about one destination tag. */
export interface TagDecision {
  readonly next: TagRecord;
  /** The `next` record has the intent already, and is to be stored before ECR is asked. */
  readonly action?: TagAction;
  readonly findings: readonly Finding[];
  /**
   * Facts that have to be read first; then it is to be decided again, until it needs nothing more. Each time it needs
   * only what the snapshot does not have, so that four rounds are the most. `next` is then the record as it was.
   */
  readonly needs?: readonly Need[];
  /** When time alone may change the answer: an image comes of age, a schedule runs, a scan may be through. */
  readonly lookAt?: EpochMs;
}

export type Need =
  | { readonly kind: 'scan'; readonly digest: string }
  | { readonly kind: 'signature'; readonly digest: string }
  | { readonly kind: 'running'; readonly digest: string }
  /** What exists of the digests that the tag has pointed to: `TagSnapshot.kept`. */
  | { readonly kind: 'kept' };

export interface TagAction {
  readonly kind: 'put-tag';
  readonly digest: string;
  /** The source tag must still point to the digest; null: whatever its tags are now. */
  readonly sourceTag: string | null;
  /** From another repository or Region: layers and children are copied first. */
  readonly copy: boolean;
}
