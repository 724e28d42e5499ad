import type { EpochMs } from '../clock.ts';
import type { Cause } from '../journal/journal.ts';

/** What is claimed of a destination tag's rule. It says only that there is something to look at. */
export type Notice =
  /** An image was pushed or retagged. Multi-architecture children and pushes by digest have no tag. */
  | {
      readonly kind: 'push';
      readonly eventId: string;
      readonly repository: string;
      readonly tag: string | null;
      readonly digest: string;
      readonly at: EpochMs;
    }
  /** A scan has ended; `digest` may be that of a child of an index. */
  | { readonly kind: 'scan'; readonly repository: string; readonly digest: string; readonly at: EpochMs }
  /** The destination tag, or an image, was deleted or archived. */
  | { readonly kind: 'removed'; readonly digest: string; readonly tag: string | null; readonly at: EpochMs }
  /** A deployment of the service of a gate has completed. */
  | { readonly kind: 'deployment'; readonly at: EpochMs }
  | {
      readonly kind: 'order';
      readonly eventId: string;
      readonly order: Order;
      readonly by: string;
      readonly at: EpochMs;
    }
  /** The schedule wants a look, and another invocation has the lease. */
  | { readonly kind: 'tick'; readonly at: EpochMs };

export type Order =
  /** Give the tag to this image (a digest, or a tag of the source repository), past triggers and order, not past gates. */
  | { readonly verb: 'promote'; readonly image: string; readonly skipGates: boolean }
  /** Back to the digest before, or to `to`. What is left is not promoted again until something newer is. */
  | { readonly verb: 'rollback'; readonly to: string | null }
  | { readonly verb: 'approve'; readonly digest: string }
  /** Forget what was rolled back from, so that the rule may promote it again. */
  | { readonly verb: 'release' };

/** A notice as it waits in a record's inbox. */
export interface Heard {
  readonly notice: Notice;
  readonly cause: Cause;
}

/** A notice and the records that it is about. */
export interface Arrival extends Heard {
  readonly records: readonly string[];
}
