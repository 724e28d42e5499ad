import { createRandom } from '../random.ts';
import type { Load } from './trace.ts';

/** Synthetic loads, in units of a trace, minute by minute. The same seed gives the same load. */
export interface ShapeOptions {
  readonly minutes: number;
  /** The usual load, and the highest that the shape comes to before noise. */
  readonly base: number;
  readonly peak: number;
  readonly seed: number;
}

export type ShapeName = keyof typeof shapes;

const DAY_MINUTES = 24 * 60;
/** A Thursday, so that the weekend of a week's trace lies in its middle: 2026-01-01T00:00:00Z. */
const STARTS_AT = Date.UTC(2026, 0, 1);

export const shapes = {
  /** The base, and from the middle on the peak. */
  step: ({ minutes, base, peak }) => each(minutes, (minute) => (minute < minutes / 2 ? base : peak)),
  /** From base to peak in a straight line. */
  ramp: ({ minutes, base, peak }) =>
    each(minutes, (minute) => base + ((peak - base) * minute) / Math.max(1, minutes - 1)),
  /** Two hours up in a line, then back to the base at once: the worst for a scaler that flaps. */
  sawtooth: ({ minutes, base, peak }) =>
    each(minutes, (minute) => base + ((peak - base) * (minute % 120)) / 119),
  /** Low by night, high in the early afternoon, with one part in ten of noise. */
  diurnal: (options) => diurnal(options),
  /** Diurnal, and once a day within three minutes the peak again on top, gone after an hour. */
  'flash-crowd': (options) => {
    const { minutes, peak, seed } = options;
    const random = createRandom(seed).fork('crowds');
    const starts = Array.from({ length: Math.ceil(minutes / DAY_MINUTES) }, (_, day) =>
      Math.floor(day * DAY_MINUTES + random.next() * (DAY_MINUTES - 60)),
    );
    const calm = diurnal(options);
    return each(minutes, (minute) => {
      const age = minute - (starts[Math.floor(minute / DAY_MINUTES)] ?? 0);
      const crowd = age < 0 || age >= 60 ? 0 : Math.min(1, (age + 1) / 3) * (1 - age / 60);
      return (calm[minute] ?? 0) + crowd * peak;
    });
  },
  /** Diurnal, with silences of up to half an hour, about one in two hours. */
  gaps: (options) => {
    const random = createRandom(options.seed).fork('gaps');
    const values = diurnal(options);
    for (let minute = 0; minute < values.length; minute++) {
      if (!random.chance(1 / 120)) continue;
      const length = random.between(1, 30);
      values.fill(Number.NaN, minute, minute + length);
      minute += length;
    }
    return values;
  },
} satisfies Record<string, (options: ShapeOptions) => Float64Array>;

/** The load of a named shape. */
export function shape(name: ShapeName, options: ShapeOptions): Load {
  return { startsAt: STARTS_AT, values: shapes[name](options), spacingMs: 60_000 };
}

function diurnal({ minutes, base, peak, seed }: ShapeOptions): Float64Array {
  const random = createRandom(seed).fork('noise');
  return each(minutes, (minute) => {
    const day = (1 - Math.cos((2 * Math.PI * ((minute - 120) % DAY_MINUTES)) / DAY_MINUTES)) / 2;
    const noise = 1 + 0.1 * (2 * random.next() - 1);
    return Math.max(0, (base + (peak - base) * day ** 2) * noise);
  });
}

const each = (minutes: number, value: (minute: number) => number) =>
  Float64Array.from({ length: minutes }, (_, minute) => value(minute));
