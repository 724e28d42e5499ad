import type { Scale } from '../../report/curves.ts';
import {
  bands,
  boxes,
  type Points,
  stepArea,
  stepLine,
  topFor,
  whereItChanges,
} from '../../report/curves.ts';
import type { Played } from '../engine.ts';
import { type LoadModel, tasksFor } from '../load-model.ts';
import type { Load } from '../trace.ts';

/** More columns than this no screen shows. */
const MAX_COLUMNS = 2000;

/** The window's load in tasks that it needs, as a filled area. Of each column the highest is drawn. */
export function loadPath({ values }: Load, model: LoadModel, scale: Scale): string {
  const { from, to } = scale;
  const step = Math.max(1, Math.ceil((to - from) / MAX_COLUMNS));
  const points: (readonly [number, number | null])[] = [];
  for (let minute = from; minute < to; minute += step) {
    let most: number | null = null;
    for (let inner = minute; inner < Math.min(to, minute + step); inner++) {
      const value = values[inner] ?? Number.NaN;
      if (!Number.isNaN(value)) most = Math.max(most ?? value, value);
    }
    points.push([minute, most === null ? null : most / model.perTask]);
  }
  return stepArea(points, scale);
}

/** What runs, as a line of steps. */
export function capacityPath({ running }: Played, scale: Scale): string {
  const points: Points = whereItChanges(running, scale.from, scale.to);
  return stepLine(points, scale);
}

/** Under-provisioned stretches over the whole height. */
export function shortBands({ short }: Played, scale: Scale): string {
  const stretches: [number, number][] = [];
  for (const [minute, isShort] of whereItChanges(short, scale.from, scale.to)) {
    const open = stretches.at(-1);
    if (isShort === 1) stretches.push([minute, scale.to]);
    else if (open !== undefined) open[1] = minute;
  }
  return bands(stretches, scale);
}

/** What the load lacked, between the capacity and the load. */
export function lackPath({ running, short }: Played, load: Load, model: LoadModel, scale: Scale): string {
  const all = [];
  for (let minute = scale.from; minute < scale.to; minute++) {
    if (short[minute] !== 1) continue;
    const from = minute;
    const low = running[minute] ?? 0;
    const value = load.values[minute] ?? 0;
    while (minute + 1 < scale.to && running[minute + 1] === low && load.values[minute + 1] === value) {
      minute++;
    }
    const high = value / model.perTask;
    if (high > low) all.push({ from, to: minute + 1, low, high });
  }
  return boxes(all, scale);
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
  return topFor(most);
}
