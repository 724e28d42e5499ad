import type { EpochMs } from '../clock.ts';
import type { Cause } from '../journal/journal.ts';
import type { AlarmView } from './snapshot.ts';

/** What is claimed. It says only that there is something to look at; what is true is read from AWS. */
export type Notice =
  | {
      readonly kind: 'alarm';
      readonly name: string;
      readonly arn: string;
      readonly state: AlarmView['state'];
      /** When the state changed: with the ARN and the state, the identity of the transition. */
      readonly timestamp: EpochMs;
      /** Set by hand, as far as the event shows. */
      readonly test: boolean;
      /** Of a composite alarm: the names of those that made it change. */
      readonly children: readonly string[];
    }
  | {
      readonly kind: 'order';
      readonly eventId: string;
      /** Absolute. */
      readonly desired: number;
      readonly by: string;
      readonly at: EpochMs;
    }
  /** The schedule wants a look, and another invocation has the lease. */
  | { readonly kind: 'tick'; readonly at: EpochMs };

/** A notice as it waits in a record's inbox. */
export interface Heard {
  readonly notice: Notice;
  readonly cause: Cause;
}

/** A notice and the targets whose policies listen to it, by id. */
export interface Arrival extends Heard {
  readonly targets: readonly string[];
}
