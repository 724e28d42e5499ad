import type { Played } from '../engine.ts';
import { type LoadModel, tasksFor } from '../load-model.ts';
import type { Load } from '../trace.ts';

// Curves as SVG paths in a box of WIDTH x HEIGHT that the page stretches to its width; text lies over it as HTML, so
// that nothing is distorted.

export const WIDTH = 1000;
export const HEIGHT = 100;
/** More columns than this no screen shows. */
const MAX_COLUMNS = 2000;
/** A shortage of a minute in two weeks would be a fortieth of a pixel wide. */
const LEAST_BAND = 0.7;

/** A stretch of the trace, from a minute up to another, and the height of its scale in tasks. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly top: number;
}

/** The window's load in tasks that it needs, as a filled area. Of each column the highest is drawn. */
export function loadPath(load: Load, model: LoadModel, window: Window): string {
  const { from, to } = window;
  const step = Math.max(1, Math.ceil((to - from) / MAX_COLUMNS));
  let path = '';
  let open = false;
  let last = -1;
  for (let minute = from; minute < to; minute += step) {
    const until = Math.min(to, minute + step);
    let most = Number.NaN;
    for (let inner = minute; inner < until; inner++) {
      const value = load.values[inner] ?? Number.NaN;
      if (!(most >= value)) most = Number.isNaN(value) ? most : value;
    }
    if (Number.isNaN(most)) {
      if (open) path += `V${HEIGHT}Z`;
      open = false;
      continue;
    }
    const height = y(most / model.perTask, window);
    if (!open) path += `M${x(minute, window)} ${HEIGHT}`;
    if (!open || height !== last) path += `V${height}`;
    path += `H${x(until, window)}`;
    last = height;
    open = true;
  }
  return open ? `${path}V${HEIGHT}Z` : path;
}

/** What runs, as a line of steps. */
export function capacityPath({ running }: Played, window: Window): string {
  const { from, to } = window;
  let count = running[from] ?? 0;
  let path = `M0 ${y(count, window)}`;
  for (let minute = from + 1; minute < to; minute++) {
    const next = running[minute] ?? 0;
    if (next === count) continue;
    path += `H${x(minute, window)}V${y(next, window)}`;
    count = next;
  }
  return `${path}H${WIDTH}`;
}

/** Under-provisioned stretches over the whole height, each at least wide enough to be seen. */
export function shortBands({ short }: Played, window: Window): string {
  let path = '';
  let reached = -1;
  for (let minute = window.from; minute < window.to; minute++) {
    if (short[minute] !== 1) continue;
    const begin = minute;
    while (minute < window.to && short[minute] === 1) minute++;
    const left = Math.max(x(begin, window), reached);
    const right = Math.min(WIDTH, Math.max(x(minute, window), left + LEAST_BAND));
    path += `M${left} 0H${round(right)}V${HEIGHT}H${left}Z`;
    reached = right;
  }
  return path;
}

/** What the load lacked, between the capacity and the load. */
export function lackPath({ running, short }: Played, load: Load, model: LoadModel, window: Window): string {
  let path = '';
  for (let minute = window.from; minute < window.to; minute++) {
    if (short[minute] !== 1) continue;
    const begin = minute;
    const served = running[minute] ?? 0;
    const value = load.values[minute] ?? 0;
    while (minute + 1 < window.to && running[minute + 1] === served && load.values[minute + 1] === value) {
      minute++;
    }
    if (value / model.perTask <= served) continue;
    const [left, right] = [x(begin, window), x(minute + 1, window)];
    path += `M${left} ${y(served, window)}V${y(value / model.perTask, window)}H${right}V${y(served, window)}Z`;
  }
  return path;
}

/** The least top of a scale that shows the load and everything that ran. */
export function topOf(
  load: Load,
  model: LoadModel,
  all: readonly Played[],
  from: number,
  to: number,
): number {
  let most = 1;
  for (let minute = from; minute < to; minute++) {
    const value = load.values[minute] ?? Number.NaN;
    if (!Number.isNaN(value)) most = Math.max(most, tasksFor(value, model));
    for (const { running } of all) most = Math.max(most, running[minute] ?? 0);
  }
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

const round = (value: number) => Math.round(value * 100) / 100;
const x = (minute: number, { from, to }: Window) => round(((minute - from) / (to - from)) * WIDTH);
const y = (tasks: number, { top }: Window) => round(HEIGHT - (Math.min(tasks, top) / top) * HEIGHT);
