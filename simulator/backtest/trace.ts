import { readFileSync } from 'node:fs';
import { type EpochMs, MINUTE } from '../../lib/clock.ts';

/** One line of a trace: the value of the period that begins at `at`, as CloudWatch's timestamps do. */
export interface TracePoint {
  readonly at: EpochMs;
  readonly value: number;
}

export interface Trace {
  /** At least two, in order of time. A line without a value is a missing point and is not among them. */
  readonly points: readonly TracePoint[];
  /** The median distance of two lines. */
  readonly spacingMs: number;
}

export type ParsedTrace =
  | { readonly ok: true; readonly trace: Trace }
  | { readonly ok: false; readonly errors: readonly string[] };

/** More would scroll the first one off the screen, and the first is the one to mend. */
const MAX_ERRORS = 20;

/** Reads a metric trace, CSV lines `timestamp,value`. Never throws: an unreadable file is an error like any other. */
export function readTrace(file: string): ParsedTrace {
  try {
    return parseTrace(readFileSync(file, 'utf8'), file);
  } catch (error) {
    return { ok: false, errors: [`${file}: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

/**
 * Parses CSV lines `timestamp,value` under an optional header. A timestamp is UTC unless it says otherwise; points may
 * be irregular, and an empty value or NaN is a missing point. Errors name file and line, all at once.
 */
export function parseTrace(text: string, file: string): ParsedTrace {
  const errors: string[] = [];
  const times: EpochMs[] = [];
  const points: TracePoint[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (raw.trim() === '' || (index === 0 && /^"?(timestamp|time|date)\b/i.test(raw))) continue;
    const line = parseLine(raw, times.at(-1));
    if ('error' in line) {
      errors.push(`${file}:${index + 1}: ${line.error}`);
      continue;
    }
    times.push(line.at);
    if (line.value !== null) points.push({ at: line.at, value: line.value });
  }
  if (errors.length > MAX_ERRORS) {
    const more = errors.length - MAX_ERRORS;
    return { ok: false, errors: [...errors.slice(0, MAX_ERRORS), `${file}: ${more} more lines are wrong.`] };
  }
  if (errors.length > 0) return { ok: false, errors };
  if (points.length < 2) {
    return { ok: false, errors: [`${file}: found ${points.length} values; a trace needs at least two.`] };
  }
  return { ok: true, trace: { points, spacingMs: medianSpacing(times) } };
}

type Line = { readonly at: EpochMs; readonly value: number | null } | { readonly error: string };

function parseLine(raw: string, before: EpochMs | undefined): Line {
  const fields = raw.split(',').map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
  const [timestamp = '', text = ''] = fields;
  if (fields.length !== 2) return { error: `found ${fields.length} fields, expected timestamp,value` };
  const at = parseTime(timestamp);
  if (at === undefined) {
    return { error: `found timestamp ${JSON.stringify(timestamp)}, expected e.g. 2026-11-21 14:00:00 (UTC)` };
  }
  if (before !== undefined && at <= before) {
    return { error: `${timestamp} is not after the line before it; sort the trace and drop duplicates` };
  }
  if (text === '' || /^nan$/i.test(text)) return { at, value: null };
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) {
    return { error: `found value ${JSON.stringify(text)}, expected a number of 0 or more, or nothing` };
  }
  return { at, value };
}

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?$/;

function parseTime(text: string): EpochMs | undefined {
  const parts = DATE_TIME.exec(text);
  if (parts === null) return undefined;
  const [, date = '', time = '', zone = 'Z'] = parts;
  const at = Date.parse(`${date}T${time}${zone}`);
  // Date.parse takes 30 February for 2 March.
  const day = Number(date.slice(8));
  const valid = day <= new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)), 0)).getUTCDate();
  return Number.isNaN(at) || !valid ? undefined : at;
}

function medianSpacing(times: readonly EpochMs[]): number {
  const distances = times.slice(1).map((at, index) => at - (times[index] ?? at));
  return distances.toSorted((a, b) => a - b)[distances.length >> 1] ?? MINUTE;
}

/** A trace minute by minute. */
export interface Load {
  readonly startsAt: EpochMs;
  /** In units of the trace; NaN where nothing is known. */
  readonly values: Float64Array;
  readonly spacingMs: number;
}

/**
 * Spreads a trace over minutes: each value holds until the next point, but no longer than twice the usual distance,
 * so that one missing point is bridged and a longer silence is a gap. Several points within a minute are averaged.
 */
export function toLoad({ points, spacingMs }: Trace): Load {
  const minuteOf = (at: EpochMs) => Math.floor(at / MINUTE);
  const first = minuteOf(points[0]?.at ?? 0);
  const last = Math.max(minuteOf((points.at(-1)?.at ?? 0) + spacingMs - 1), first);
  const values = new Float64Array(last - first + 1).fill(Number.NaN);
  const counts = new Uint16Array(values.length);
  for (const [index, { at, value }] of points.entries()) {
    const start = minuteOf(at) - first;
    const count = (counts[start] ?? 0) + 1;
    counts[start] = count;
    const mean = count === 1 ? value : (values[start] ?? 0) + (value - (values[start] ?? 0)) / count;
    const next = points[index + 1]?.at ?? at + spacingMs;
    const until = minuteOf(Math.min(next, at + 2 * spacingMs) - 1) - first;
    values.fill(mean, start, Math.max(until, start) + 1);
  }
  return { startsAt: first * MINUTE, values, spacingMs };
}
