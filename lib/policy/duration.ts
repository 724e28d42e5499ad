import { HOUR, MINUTE, SECOND } from '../clock.ts';

export const DAY = 24 * HOUR;

/** Days, hours, minutes and seconds, largest first, at least one of them: `45s`, `30m`, `1h30m`, `2d`. */
export const DURATION = /^(?=.)(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?$/;

/** Milliseconds of a text that matches `DURATION`; NaN for any other. */
export function durationMs(text: string): number {
  const parts = DURATION.exec(text);
  if (parts === null) return Number.NaN;
  const [days, hours, minutes, seconds] = parts.slice(1).map((digits) => Number(digits ?? 0));
  return (days ?? 0) * DAY + (hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE + (seconds ?? 0) * SECOND;
}

/** The shortest text for `ms` (whole seconds), as a person would write it: 5400000 is `1h30m`. */
export function durationText(ms: number): string {
  const units: readonly [string, number][] = [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
    ['s', SECOND],
  ];
  let rest = ms;
  let text = '';
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    // Two days are written 48h: the limits that AWS states in hours are then easy to compare.
    if (count === 0 || (unit === 'd' && rest < 3 * DAY)) continue;
    text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}
