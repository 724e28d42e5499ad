import type { EpochMs } from '../clock.ts';
import type { ClusterName } from '../ids.ts';
import type { Cause } from '../journal/journal.ts';

/** What is claimed. It says only that there is something to look at; what is true is read from AWS. */
export type Notice =
  /** ECS found no container instance for a task of a service. */
  | { readonly kind: 'placement-failure'; readonly service: string; readonly at: EpochMs }
  /** The schedule wants a look, and another invocation has the lease. */
  | { readonly kind: 'tick'; readonly at: EpochMs };

/** A notice as it waits in a record's inbox. */
export interface Heard {
  readonly notice: Notice;
  readonly cause: Cause;
}

/** A notice and the cluster that it is about. */
export interface Arrival extends Heard {
  readonly cluster: ClusterName;
}
