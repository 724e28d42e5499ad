import { type EpochMs, HOUR } from './clock.ts';

// A local time is kept as if it were UTC: 08:00 in any zone is Date.UTC(..., 8). croner then needs no time zone, which
// is ten times as fast, and both changes of summer time are decided here, in one place.
export type LocalMs = number;

const DAY = 24 * HOUR;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws a RangeError for a zone that is not an IANA name. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-u-hc-h23', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}

/** The local time at a moment, to the second. */
export function localAt(at: EpochMs, timeZone: string): LocalMs {
  if (timeZone === 'UTC') return at;
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const offsetAt = (at: EpochMs, timeZone: string) => localAt(at, timeZone) - Math.floor(at / 1_000) * 1_000;

/**
 * The moments at which a local time is shown, earliest first: none when clocks skip it in spring, two when they repeat
 * it in autumn.
 */
export function momentsOf(local: LocalMs, timeZone: string): EpochMs[] {
  const offsets = [...new Set([offsetAt(local - DAY, timeZone), offsetAt(local + DAY, timeZone)])];
  return offsets
    .map((offset) => local - offset)
    .filter((at) => localAt(at, timeZone) === local)
    .sort((a, b) => a - b);
}

/** The earliest moment that a skipped local time could stand for. */
export const earliestGuess = (local: LocalMs, timeZone: string): EpochMs =>
  local - Math.max(offsetAt(local - DAY, timeZone), offsetAt(local + DAY, timeZone));
