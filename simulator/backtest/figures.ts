import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { Played } from './engine.ts';
import type { LoadModel } from './load-model.ts';
import type { Load } from './trace.ts';

/** What a scaler came to over a trace. */
export interface Figures {
  readonly shortMinutes: number;
  /** Percent of the load that came while nobody could serve it; null with a queue, where it waits instead. */
  readonly unservedPercent: number | null;
  /** Paid for: running and starting. */
  readonly taskHours: number;
  readonly changes: number;
  /** The most that was added and taken away again within 30 minutes. */
  readonly worstFlap: number;
  /** The minute in which the worst flap was over; null: there was none. */
  readonly worstFlapAt: number | null;
  readonly most: number;
}

const FLAP_MINUTES = (HOUR / MINUTE) * 0.5;

export function figuresOf({ desired, running, short }: Played, load: Load, model: LoadModel): Figures {
  let shortMinutes = 0;
  let taskMinutes = 0;
  let most = 0;
  let total = 0;
  let unserved = 0;
  for (let minute = 0; minute < desired.length; minute++) {
    shortMinutes += short[minute] ?? 0;
    taskMinutes += desired[minute] ?? 0;
    most = Math.max(most, desired[minute] ?? 0);
    const demand = load.values[minute] ?? 0;
    if (Number.isNaN(demand)) continue;
    total += demand;
    unserved += Math.max(0, demand - (running[minute] ?? 0) * model.perTask);
  }
  const turns = changesOf(desired);
  const flap = worstFlap(turns);
  const queueing = model.acceptableLatencyMs !== undefined;
  return {
    shortMinutes,
    unservedPercent: queueing ? null : total === 0 ? 0 : (100 * unserved) / total,
    taskHours: (taskMinutes * MINUTE) / HOUR,
    changes: turns.length,
    worstFlap: flap.size,
    worstFlapAt: flap.at,
    most,
  };
}

interface Turn {
  readonly minute: number;
  readonly from: number;
  readonly to: number;
}

function changesOf(desired: Int32Array): Turn[] {
  const turns: Turn[] = [];
  for (let minute = 1; minute < desired.length; minute++) {
    const from = desired[minute - 1] ?? 0;
    const to = desired[minute] ?? 0;
    if (from !== to) turns.push({ minute, from, to });
  }
  return turns;
}

/** From every scale-out on: how far did the count rise above where it was, and fall back, before 30 minutes were over? */
function worstFlap(turns: readonly Turn[]): { readonly size: number; readonly at: number | null } {
  let worst: { size: number; at: number | null } = { size: 0, at: null };
  for (const [index, first] of turns.entries()) {
    if (first.to < first.from) continue;
    let peak = first.to;
    for (let next = index + 1; next < turns.length; next++) {
      const turn = turns[next];
      if (turn === undefined || turn.minute - first.minute > FLAP_MINUTES) break;
      peak = Math.max(peak, turn.to);
      const size = Math.min(peak - first.from, peak - turn.to);
      if (size > worst.size) worst = { size, at: turn.minute };
    }
  }
  return worst;
}
