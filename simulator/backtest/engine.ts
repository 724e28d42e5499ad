import { type EpochMs, MINUTE } from '../../lib/clock.ts';
import { createFleet } from './fleet.ts';
import { type LoadModel, type MetricKind, metricValue } from './load-model.ts';
import { createQueue } from './queue.ts';
import type { Load } from './trace.ts';

/** What a scaler can see at the start of a minute. */
export interface Sight {
  readonly now: EpochMs;
  readonly desired: number;
  readonly running: number;
  /** When the newest minute began whose metrics can be read. */
  readonly metricAt: EpochMs;
  /** Its value; null when there is none. */
  metric(kind: MetricKind): number | null;
}

/** What a scaler does or holds back in a minute, and why. */
export interface Move {
  /** The absolute count to set; undefined: hold. */
  readonly desired?: number;
  readonly reason: string;
  readonly sentence: string;
}

/** Anything that sets a desired count once a minute: a policy, or what it is compared with. */
export type Scaler = (sight: Sight) => Move | undefined;

/** A decision that changed something, or a hold that differs from the minute before. */
export interface Note {
  readonly minute: number;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  readonly sentence: string;
}

/** A trace played against a scaler, minute by minute. */
export interface Played {
  readonly desired: Int32Array;
  readonly running: Int32Array;
  /** 1 in under-provisioned minutes. */
  readonly short: Uint8Array;
  readonly notes: readonly Note[];
}

/** How often the progress is told, in minutes played: a fraction of a second. */
const PROGRESS_EVERY = 8192;

/** Plays `load` against a scaler. `initial` tasks run at the start. No AWS is simulated: the model is all there is. */
export function play(
  load: Load,
  model: LoadModel,
  scaler: Scaler,
  initial: number,
  onProgress: (done: number, of: number) => void = () => {},
): Played {
  const minutes = load.values.length;
  const desired = new Int32Array(minutes);
  const running = new Int32Array(minutes);
  const short = new Uint8Array(minutes);
  const queued = new Float64Array(minutes);
  const notes: Note[] = [];
  const fleet = createFleet(initial, Math.ceil(model.startUpMs / MINUTE));
  const judge = createJudge(load, model);
  const lag = 1 + Math.ceil(model.lagMs / MINUTE);
  let lastHold = '';

  for (let minute = 0; minute < minutes; minute++) {
    if (minute % PROGRESS_EVERY === 0) onProgress(minute, minutes);
    fleet.advance(minute);
    running[minute] = fleet.running;
    const from = fleet.desired;
    const move = scaler({
      now: load.startsAt + minute * MINUTE,
      desired: from,
      running: fleet.running,
      metricAt: load.startsAt + (minute - lag) * MINUTE,
      metric: (kind) => {
        const seen = minute - lag;
        if (seen < 0) return null;
        const then = { load: load.values[seen] ?? 0, running: running[seen] ?? 0, queue: queued[seen] ?? 0 };
        return metricValue(kind, then, model.perTask);
      },
    });
    const to = move?.desired ?? from;
    if (to !== from) fleet.setDesired(to, minute);
    if (move !== undefined && (to !== from || move.reason !== lastHold)) {
      notes.push({ minute, from, to, reason: move.reason, sentence: move.sentence });
    }
    lastHold = to === from ? (move?.reason ?? '') : '';
    desired[minute] = to;
    const verdict = judge(minute, fleet.running);
    short[minute] = verdict.short ? 1 : 0;
    queued[minute] = verdict.queue;
  }
  return { desired, running, short, notes };
}

type Judge = (minute: number, running: number) => { readonly short: boolean; readonly queue: number };

/** Says of each minute whether it was under-provisioned: refused load, or with a queue, work that waits too long. */
function createJudge(load: Load, { perTask, acceptableLatencyMs }: LoadModel): Judge {
  if (acceptableLatencyMs === undefined) {
    const fit = perTask * (1 + 1e-9);
    return (minute, running) => ({ short: (load.values[minute] ?? 0) > running * fit, queue: 0 });
  }
  const queue = createQueue();
  // A value counts the messages of one period of the trace.
  const share = MINUTE / load.spacingMs;
  return (minute, running) => {
    const arrivals = load.values[minute] ?? 0;
    const waits = queue.pass(
      minute,
      Number.isNaN(arrivals) ? 0 : arrivals * share,
      running * perTask * share,
    );
    return { short: waits * MINUTE > acceptableLatencyMs, queue: queue.length };
  };
}
