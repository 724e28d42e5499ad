import { type EpochMs, HOUR, MINUTE } from '../lib/clock.ts';
import type { Load } from './backtest/trace.ts';
import { createRandom } from './random.ts';

/** What arrives, in requests or messages a second, at a time. The same time always gives the same number. */
export type Arrivals = (at: EpochMs) => number;

export const steady =
  (perSecond: number): Arrivals =>
  () =>
    perSecond;

/** `before` until `at`, `after` from then on. */
export const step =
  ({ before, after, at }: { before: number; after: number; at: EpochMs }): Arrivals =>
  (now) =>
    now < at ? before : after;

/** `base` but for `forMs` from `at` on, when it is `peak`. */
export const spike =
  ({ base, peak, at, forMs }: { base: number; peak: number; at: EpochMs; forMs: number }): Arrivals =>
  (now) =>
    now >= at && now < at + forMs ? peak : base;

/** From `from` to `to` in a straight line that takes `forMs`. */
export const ramp =
  ({ from, to, at, forMs }: { from: number; to: number; at: EpochMs; forMs: number }): Arrivals =>
  (now) =>
    from + (to - from) * Math.min(1, Math.max(0, (now - at) / forMs));

/** `low` at two in the night (UTC), `high` twelve hours later; `noise` of 0.1 moves each minute by up to 10 percent. */
export function diurnal(shape: { low: number; high: number; noise?: number; seed?: number }): Arrivals {
  const { low, high, noise = 0, seed = 1 } = shape;
  return (now) => {
    const day = (1 - Math.cos((2 * Math.PI * (now - 2 * HOUR)) / (24 * HOUR))) / 2;
    const chance = createRandom(seed ^ Math.floor(now / MINUTE)).next();
    return Math.max(0, (low + (high - low) * day) * (1 + noise * (2 * chance - 1)));
  };
}

/** A trace (backtest/trace.ts reads one from CSV) that begins at `at`; what it does not know, or after it, is nothing. */
export const traced =
  ({ values }: Load, at: EpochMs): Arrivals =>
  (now) => {
    const value = values[Math.floor((now - at) / MINUTE)] ?? 0;
    return Number.isNaN(value) ? 0 : value;
  };
