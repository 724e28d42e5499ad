import type { EpochMs } from '../clock.ts';
import { nextCron } from '../cron.ts';
import type { Triggers } from './policy.ts';
import type { TagRecord } from './record.ts';

/** When the rule's schedule runs for the first time after a moment; undefined: never, or there is none. */
export const nextRun = ({ schedule }: Triggers, after: EpochMs): EpochMs | undefined =>
  schedule === null ? undefined : nextCron(schedule.cron, schedule.timeZone, after);

/**
 * Whether the schedule has a run that was not looked at yet: all images of the source are then to be read. A schedule that
 * was never seen before begins now.
 */
export function isRunDue({ scheduleSeen }: TagRecord, triggers: Triggers, now: EpochMs): boolean {
  const run = scheduleSeen === undefined ? undefined : nextRun(triggers, scheduleSeen);
  return run !== undefined && run <= now;
}
