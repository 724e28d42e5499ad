import type { EpochMs } from '../clock.ts';
import { cronProblem, nextCron } from '../cron.ts';

/** A cron expression that cannot stand in the file: what it is, or what it ought to be. */
export interface CronFault {
  readonly found?: string;
  readonly expected: string;
}

/**
 * The next two runs of an expression, or the only one; or what is wrong with it. `skipped` as for `nextCron`: what
 * becomes of local times that summer time leaves out.
 */
export function nextRuns(
  expression: string,
  timeZone: string,
  now: EpochMs,
  skipped: 'never' | 'early' = 'never',
): readonly EpochMs[] | CronFault {
  const problem = cronProblem(expression);
  if (problem !== undefined) {
    const found = problem.replace(/^("[^"]*") /, '$1, which ');
    return { found, expected: 'a cron expression of 5 fields, or of 6 with the year last' };
  }
  const fields = expression.trim().split(/\s+/);
  if (isRestricted(fields[2]) && isRestricted(fields[4])) {
    const expected =
      'a day of the month or of the week, and ? or * for the other: crontab takes days that are either';
    return { expected };
  }
  const first = nextCron(expression, timeZone, now, skipped);
  if (first === undefined) return { expected: 'a time that still comes: this never does' };
  const second = nextCron(expression, timeZone, first, skipped);
  return second === undefined ? [first] : [first, second];
}

const isRestricted = (field = '*') => field !== '*' && field !== '?';
