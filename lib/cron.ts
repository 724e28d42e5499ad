import { Cron } from 'croner';
import type { EpochMs } from './clock.ts';
import { earliestGuess, localAt, momentsOf } from './local-time.ts';

/** Local times that clocks skip, one after the other, before a cron expression counts as never firing. */
const MOST_SKIPPED = 10_000;

const patterns = new Map<string, Cron>();

/** Without a time zone: it is run over local times. Throws croner's error for what it cannot read. */
function patternOf(expression: string): Cron {
  const known = patterns.get(expression);
  if (known) return known;
  // Seconds are always 0. `?` is EventBridge's word for "no matter which day".
  const fields = expression.trim().split(/\s+/);
  const cron = new Cron(`0 ${fields.join(' ').replaceAll('?', '*')}`, {
    paused: true,
    utcOffset: 0,
    mode: fields.length === 6 ? '7-part' : '6-part',
  });
  patterns.set(expression, cron);
  return cron;
}

/**
 * What is wrong with a cron expression of 5 fields (or 6, the year last), or undefined. A weekday as a number is
 * refused where it means different days: 1 is Monday in a crontab and Sunday in EventBridge.
 */
export function cronProblem(expression: string): string | undefined {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) {
    return `"${expression}" has ${fields.length} fields; write 5 (minute hour day month weekday), or 6 with the year last`;
  }
  const weekday = fields[4] ?? '*';
  // A step (/2) and an occurrence (#2) are counts; 0-6 and 1-7 are the whole week in either reading, 0 only Sunday.
  const numbers = weekday.replaceAll(/[/#]\d+/g, '').match(/\d+/g) ?? [];
  if (numbers.length > 0 && !/^(0|0-6|1-7)(\/1)?$/.test(weekday)) {
    return `"${expression}" has the weekday ${weekday}, which is another day in a crontab than in EventBridge; write names such as MON-FRI`;
  }
  try {
    patternOf(expression);
    return undefined;
  } catch (error) {
    return `"${expression}" is not a cron expression (${error instanceof Error ? error.message : String(error)})`;
  }
}

interface Known {
  readonly after: EpochMs;
  readonly run: EpochMs | undefined;
}
const lastAnswers = new Map<string, Known>();

/**
 * The first time after a moment that a cron expression names, in epoch milliseconds; undefined: there is none. A local
 * time that does not exist when summer time begins is skipped, one that comes twice when it ends counts once, the first
 * time (as EventBridge Scheduler does). `skipped: 'early'` gives a time that does not exist the earliest moment it could
 * mean, for freezes, which rather begin too early than not at all. The last answer is kept: it holds until its run.
 */
export function nextCron(
  expression: string,
  timeZone: string,
  after: EpochMs,
  skipped: 'never' | 'early' = 'never',
): EpochMs | undefined {
  const key = `${skipped} ${timeZone} ${expression}`;
  const known = lastAnswers.get(key);
  if (known && known.after <= after && (known.run === undefined || after < known.run)) return known.run;
  const run = searchCron(expression, timeZone, after, skipped);
  lastAnswers.set(key, { after, run });
  return run;
}

function searchCron(expression: string, timeZone: string, after: EpochMs, skipped: 'never' | 'early') {
  const pattern = patternOf(expression);
  let local = new Date(localAt(after, timeZone));
  for (let tries = 0; tries < MOST_SKIPPED; tries += 1) {
    const next = pattern.nextRun(local);
    if (next === null) return undefined;
    const [first] = momentsOf(next.getTime(), timeZone);
    const at = first ?? (skipped === 'early' ? earliestGuess(next.getTime(), timeZone) : undefined);
    if (at !== undefined && at > after) return at;
    local = next;
  }
  return undefined;
}
