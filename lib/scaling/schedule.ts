import { type EpochMs, MINUTE } from '../clock.ts';
import { nextCron } from '../cron.ts';
import { momentsOf } from '../local-time.ts';
import type { Schedule } from './policy.ts';

type Timing = Pick<Schedule, 'when' | 'timeZone'>;

/** The schedule of the functions comes once a minute: a run seen so soon after its time was not missed. */
export const ON_TIME = 2 * MINUTE;

/**
 * The first run after a moment, in epoch milliseconds; undefined: there is none. A local time that does not exist when
 * summer time begins is skipped, one that comes twice when it ends runs once, the first time (as EventBridge Scheduler
 * does). A rate counts from the beginning of 1970 UTC, so that it needs no memory.
 */
export function nextRun({ when, timeZone }: Timing, after: EpochMs): EpochMs | undefined {
  switch (when.kind) {
    case 'rate':
      return (Math.floor(after / when.everyMs) + 1) * when.everyMs;
    case 'at': {
      const [at] = momentsOf(Date.parse(`${when.local}Z`), timeZone);
      return at !== undefined && at > after ? at : undefined;
    }
    case 'cron':
      return nextCron(when.expression, timeZone, after);
    default:
      return when satisfies never;
  }
}

/** True when a schedule has no run after a moment, such as 30 February, or a time that is past. */
export const neverFires = (schedule: Timing, after: EpochMs) => nextRun(schedule, after) === undefined;

/**
 * The newest run that fell due after `since` and up to `now`. Of several only the newest counts, and only while it is
 * not older than the policy makes up for; `missed` then says when a run was lost.
 */
export function dueRun(
  schedule: Timing & Pick<Schedule, 'makeUpMs'>,
  since: EpochMs,
  now: EpochMs,
): { readonly at: EpochMs } | { readonly missed: EpochMs } | undefined {
  const first = nextRun(schedule, since);
  if (first === undefined || first > now) return undefined;
  const oldest = now - Math.max(schedule.makeUpMs, ON_TIME) - 1;
  let newest: EpochMs | undefined;
  for (let run = nextRun(schedule, Math.max(since, oldest)); run !== undefined && run <= now; ) {
    newest = run;
    run = nextRun(schedule, run);
  }
  return newest === undefined ? { missed: first } : { at: newest };
}
