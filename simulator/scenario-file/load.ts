import type { Arrivals } from '../load.ts';
import { diurnal } from '../load.ts';
import type { Curve } from './model.ts';

/** What arrives at a service, which events can change. */
export interface ServiceLoad {
  readonly arrivals: Arrivals;
  /** From now on another number, reached in a straight line. */
  readonly change: (at: number, to: number, overMs: number) => void;
}

/** @param startsAt of the scenario, which the curve's times count from */
export function createLoad(curve: Curve, startsAt: number, seed: number): ServiceLoad {
  let current = arrivalsOf(curve, startsAt, seed);
  return {
    arrivals: (at) => current(at),
    change(from, to, overMs) {
      const before = current;
      const level = before(from);
      current = (at) => {
        if (at < from) return before(at);
        return level + (to - level) * (overMs === 0 ? 1 : Math.min(1, (at - from) / overMs));
      };
    },
  };
}

function arrivalsOf(curve: Curve, startsAt: number, seed: number): Arrivals {
  if (typeof curve === 'number') return () => curve;
  if ('low' in curve) return diurnal({ ...curve, seed });
  return (at) => between(curve, at - startsAt);
}

/** In a straight line from point to point, and level before the first and after the last. */
function between(points: Extract<Curve, readonly unknown[]>, at: number): number {
  const next = points.findIndex((point) => point.at > at);
  const after = points[next];
  const before = points[next === -1 ? points.length - 1 : next - 1];
  if (before === undefined) return after?.arrivals ?? 0;
  if (after === undefined) return before.arrivals;
  const share = (at - before.at) / (after.at - before.at);
  return before.arrivals + (after.arrivals - before.arrivals) * share;
}
