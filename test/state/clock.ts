import type { Clock, EpochMs } from '../../lib/clock.ts';

export interface TestClock extends Clock {
  /** What has been slept, in order. */
  readonly slept: readonly number[];
  advance(ms: number): void;
}

/** Time that stands still unless told; a sleep advances it and returns at once. */
export function testClock(start: EpochMs = Date.UTC(2026, 10, 21, 12)): TestClock {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    async sleep(ms) {
      slept.push(ms);
      now += ms;
    },
  };
}
