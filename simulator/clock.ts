import type { Clock } from '../lib/clock.ts';
import type { Activity } from './activity.ts';
import type { Scheduler } from './scheduler.ts';

/** The `Clock` that handlers get: virtual time, in which an invocation that sleeps lets time pass. */
export function virtualClock(scheduler: Scheduler, activity: Activity): Clock {
  return {
    now: () => scheduler.now,
    sleep: (ms) => activity.wait<void>((resolve) => scheduler.after(ms, resolve)),
  };
}
