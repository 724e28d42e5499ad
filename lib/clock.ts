/** Milliseconds since the epoch. */
export type EpochMs = number;

/** Time as the code sees it: the wall clock on Lambda, a virtual one in the simulator and in tests. */
export interface Clock {
  now(): EpochMs;
  /** Resolves after `ms` milliseconds of this clock's time. Only retries wait; see lib/aws/retry.ts. */
  sleep(ms: number): Promise<void>;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** A moment for a person: UTC to the second, as in `2026-11-21T14:00:00Z`. */
export const utc = (at: EpochMs) => `${new Date(at).toISOString().slice(0, 19)}Z`;

export const wallClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
