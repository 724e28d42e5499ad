import type { EpochMs } from '../clock.ts';

export type Capability = 'draining' | 'scaling' | 'failover' | 'retagging' | 'capacity';

/**
 * - `acted`: AWS was changed.  - `held`: nothing yet, will look again.  - `refused`: will not do it, by policy or
 * by a guard.  - `observed`: would have acted, but the mode is `observe`.  - `ignored`: nothing to do with us.
 * - `failed`: tried, and AWS said no.  - `done`: what was asked for has come true.
 */
export type Outcome = 'acted' | 'held' | 'refused' | 'observed' | 'ignored' | 'failed' | 'done';

/** An event that something was done or not done for. */
export interface Cause {
  readonly eventId: string;
  readonly detailType: string;
}

/** What a decision says of itself, by a reason of its capability's catalogue: done or not, and why. */
export interface Finding<Reason extends string> {
  readonly reason: Reason;
  readonly outcome: Outcome;
  readonly sentence: string;
  readonly facts?: NonNullable<JournalEntry['facts']>;
}

/** One decision, acted on or not. */
export interface JournalEntry {
  readonly at: EpochMs;
  readonly capability: Capability;
  readonly outcome: Outcome;
  /** Stable code, listed in docs/reason-codes.md. */
  readonly reason: string;
  /** The same for a person: names the thing, the value and, where there is one, the remedy. */
  readonly sentence: string;
  readonly cluster?: string;
  /** What it is about: an instance id, a service name, a repository tag. */
  readonly subject?: string;
  /** The API calls made for it, as `Service:Operation`. */
  readonly calls?: readonly string[];
  /** The event that led here. */
  readonly cause?: Cause;
  /** Numbers and names for machines: counts, ARNs, deadlines. No environment variables, no tokens. */
  readonly facts?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** `routine` entries go to the log and the metrics only; `notable` ones to the event bus and the table as well. */
  readonly weight: 'routine' | 'notable';
}

export interface Journal {
  /** Never throws: a journal that is down must not stop a drain. Failures are logged and counted. */
  write(entries: readonly JournalEntry[]): Promise<void>;
}
