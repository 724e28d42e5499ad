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

export const wallClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
