// Curves as SVG paths in a box of WIDTH x HEIGHT that the page stretches to its width; text lies over it as HTML, so
// that nothing is distorted.

export const WIDTH = 1000;
export const HEIGHT = 100;
/** A shortage of a minute in two weeks would be a fortieth of a pixel wide. */
const LEAST_BAND = 0.7;

/** A stretch of time, in any unit, and the height of its scale. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly top: number;
}

/** What holds from a time on, until the next point. Null: nothing is known. */
export type Points<Value = number> = readonly (readonly [at: number, value: Value])[];

/** A line of steps over the whole width. */
export function stepLine(points: Points, scale: Scale): string {
  let path = '';
  let height = Number.NaN;
  for (const [at, value] of within(points, scale)) {
    const next = y(value, scale);
    if (path === '') path = `M${x(Math.max(at, scale.from), scale)} ${next}`;
    else if (next !== height) path += `H${x(at, scale)}V${next}`;
    height = next;
  }
  return path === '' ? '' : `${path}H${WIDTH}`;
}

/** The area under such a line, with holes where nothing is known. */
export function stepArea(points: Points<number | null>, scale: Scale): string {
  let path = '';
  let height: number | null = null;
  for (const [at, value] of within(points, scale)) {
    const next = value === null ? null : y(value, scale);
    const here = x(Math.max(at, scale.from), scale);
    if (next === height) continue;
    if (next === null) path += `H${here}V${HEIGHT}Z`;
    else path += height === null ? `M${here} ${HEIGHT}V${next}` : `H${here}V${next}`;
    height = next;
  }
  return height === null ? path : `${path}H${WIDTH}V${HEIGHT}Z`;
}

/** A line from point to point. */
export function line(points: Points, scale: Scale): string {
  return points
    .map(([at, value], index) => `${index === 0 ? 'M' : 'L'}${x(at, scale)} ${y(value, scale)}`)
    .join('');
}

/** Stretches of time over the whole height, each at least wide enough to be seen. */
export function bands(stretches: readonly (readonly [from: number, to: number])[], scale: Scale): string {
  let path = '';
  let reached = -1;
  for (const [from, to] of stretches) {
    const left = Math.max(x(from, scale), reached);
    const right = Math.min(WIDTH, Math.max(x(to, scale), left + LEAST_BAND));
    path += `M${left} 0H${round(right)}V${HEIGHT}H${left}Z`;
    reached = right;
  }
  return path;
}

export interface Box {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

/** Between a lower and a higher value. */
export function boxes(all: readonly Box[], scale: Scale): string {
  return all
    .map(({ from, to, low, high }) => {
      const [left, right] = [x(from, scale), x(to, scale)];
      return `M${left} ${y(low, scale)}V${y(high, scale)}H${right}V${y(low, scale)}Z`;
    })
    .join('');
}

/** Where the first curve is above the second. */
export function lacking(wanted: Points, there: Points, { from, to }: Scale): Box[] {
  const times = [...new Set([...wanted, ...there].map(([at]) => Math.max(from, at)))]
    .filter((at) => at < to)
    .toSorted((a, b) => a - b);
  return times.flatMap((at, index) => {
    const high = holding(wanted, at);
    const low = holding(there, at);
    return high > low ? [{ from: at, to: times[index + 1] ?? to, low, high }] : [];
  });
}

const holding = (points: Points, time: number) => points.findLast(([at]) => at <= time)?.[1] ?? 0;

/** The sum of several curves. */
export function summed(all: readonly Points[]): Points {
  const times = [...new Set(all.flat().map(([at]) => at))].toSorted((a, b) => a - b);
  return times.map((time) => [time, all.reduce((sum, points) => sum + holding(points, time), 0)] as const);
}

/** Only where the value is another one than before. */
export function whereItChanges<Value>(
  values: ArrayLike<Value>,
  from = 0,
  to = values.length,
): (readonly [number, Value])[] {
  const changes: (readonly [number, Value])[] = [];
  for (const [at, value] of Array.from(values).slice(from, to).entries()) {
    if (changes.length === 0 || value !== changes.at(-1)?.[1]) changes.push([from + at, value]);
  }
  return changes;
}

/** The least top of a scale with whole ticks that shows `most`. */
export function topFor(most: number): number {
  const step = tickStep(most);
  return Math.ceil((most * 1.02) / step) * step;
}

/** Whole numbers to write beside a scale, from 0 to `top`, at most five. */
export function ticksOf(top: number): number[] {
  const step = tickStep(top);
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, index) => index * step);
}

function tickStep(top: number): number {
  for (let scale = 1; ; scale *= 10) {
    const step = [1, 2, 5].map((part) => part * scale).find((size) => top / size <= 4);
    if (step !== undefined) return step;
  }
}

/** The points of a stretch, the one that holds at its beginning included. */
function within<Value>(points: Points<Value>, { from, to }: Scale): Points<Value> {
  const first = points.findLastIndex(([at]) => at <= from);
  return points.slice(Math.max(0, first)).filter(([at]) => at < to);
}

const round = (value: number) => Math.round(value * 100) / 100;
export const x = (at: number, { from, to }: Pick<Scale, 'from' | 'to'>) =>
  round(((Math.min(at, to) - from) / (to - from)) * WIDTH);
const y = (value: number, { top }: Scale) => round(HEIGHT - (Math.min(value, top) / top) * HEIGHT);
