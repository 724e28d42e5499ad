import type { EpochMs } from '../clock.ts';
import type { Cause } from '../journal/journal.ts';

/** What is claimed of a service. It says only that there is something to look at; what is true is read from AWS. */
export type Notice =
  | {
      readonly kind: 'placement-failure';
      readonly eventId: string;
      /** ECS's code, e.g. `RESOURCE:FARGATE`. */
      readonly reason: string;
      /** Names of the capacity providers that had no place; empty when the event names none. */
      readonly providers: readonly string[];
      readonly at: EpochMs;
    }
  /** A task of the service is or was reclaimed by Spot. Two events may say so of one task. */
  | { readonly kind: 'interruption'; readonly task: string; readonly at: EpochMs }
  | { readonly kind: 'alarm'; readonly name: string; readonly inAlarm: boolean; readonly at: EpochMs }
  /** A deployment began, completed or failed: the truth is read from ECS, but a rollback is told only once. */
  | {
      readonly kind: 'deployment';
      readonly deploymentId: string;
      readonly state: 'in-progress' | 'completed' | 'failed';
      readonly reason: string;
      readonly at: EpochMs;
    }
  /** ECS says that the service, or what it has on one provider, is steady. */
  | { readonly kind: 'steady'; readonly at: EpochMs }
  | { readonly kind: 'order'; readonly verb: OrderVerb; readonly by: string; readonly at: EpochMs }
  /** The schedule wants a look, and another invocation has the lease. */
  | { readonly kind: 'tick'; readonly at: EpochMs };

/**
 * - `fail-over`: go to on-demand now, without grace; every other guard holds.
 * - `fail-back`: go back to the original strategy now, in the policy's steps, without a probe.
 * - `reset`: forget latch and cool-off, and go on as the policy says.
 */
export type OrderVerb = 'fail-over' | 'fail-back' | 'reset';

/** A notice as it waits in a record's inbox. */
export interface Heard {
  readonly notice: Notice;
  readonly cause: Cause;
}

/** A notice and the service that it is about, by its id in the policy; an order may be about `migration/CLUSTER`. */
export interface Arrival extends Heard {
  readonly service: string;
}
