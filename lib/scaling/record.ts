import type { EpochMs } from '../clock.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import type { OtherOwner } from './snapshot.ts';

/** The durable state of one target. */
export interface ScalingRecord {
  readonly target: string;
  /** An order that has not been carried out, or not in full. */
  readonly order?: Order;
  /** When the newest order was given: an older one that comes late is not followed. */
  readonly orderedAt?: EpochMs;
  /** Decided and recorded before it is applied: a replay applies the same number and never steps twice. */
  readonly intent?: Intent;
  /**
   * What was last applied with success, by direction; one never overwrites the other (floci-io/floci#2692). Within a
   * running cooldown `from` stays what it was before the first change, since all that was added since then counts.
   */
  readonly lastOut?: Change;
  readonly lastIn?: Change;
  /** Applied changes of the last hour, for the limits; newest last. */
  readonly changes: readonly Change[];
  /** What each policy wanted lately, for the stabilisation windows; newest last, older than the window dropped. */
  readonly wanted: Readonly<Record<string, readonly Wanted[]>>;
  /** What schedules have set; the rest is the policy's, so that a change of the file is not hidden by them. */
  readonly bounds?: { readonly min?: number; readonly max?: number };
  /** Until when each schedule has been looked at: what fell due since then runs. */
  readonly schedulesSeen: Readonly<Record<string, EpochMs>>;
  /** Alarms known to be in ALARM: looked at again every period while they are. */
  readonly inAlarm: readonly string[];
  /** What the alarms of its policies are, as last read by name: the event of one then needs no call to learn it. */
  readonly alarms?: Readonly<Record<string, AlarmDefinition>>;
  /** What was taken in: alarm ARN, state and timestamp (the identity of a transition), or the id of an order. At most 50. */
  readonly seen: readonly string[];
  /** The count that was last observed or applied, for looks that then need no call. */
  readonly lastDesired?: number;
  /** Since when a backlog has been empty, by policy. */
  readonly emptySince: Readonly<Record<string, EpochMs>>;
  /** Who else scales the target, as it was found `at`: asked for rarely, so that an alarm does not wait for it. */
  readonly otherOwner?: { readonly at: EpochMs; readonly owner: OtherOwner | null };
  /** The reasons that were last journalled, so that what holds on is not journalled at every look. */
  readonly lastReason?: string;
}

/** A count that somebody has asked for. */
export interface Order {
  /** Absolute. */
  readonly desired: number;
  readonly by: string;
  readonly at: EpochMs;
}

export interface Intent {
  /** Absolute. */
  readonly desired: number;
  readonly from: number;
  /** The policy's name, `schedule NAME`, or `order by NAME`. */
  readonly policy: string;
  readonly decidedAt: EpochMs;
  /** Of that policy; it starts only when the change has been applied. */
  readonly cooldownMs: number;
}

export interface Change {
  readonly at: EpochMs;
  readonly from: number;
  readonly to: number;
  readonly policy: string;
  /** Cooldown of the policy that made it; 0 for schedules. */
  readonly cooldownMs: number;
}

export interface Wanted {
  readonly at: EpochMs;
  readonly desired: number;
}
