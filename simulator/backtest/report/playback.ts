import { MINUTE } from '../../../lib/clock.ts';
import { whereItChanges } from '../../report/curves.ts';
import type { Playback, PlotPlayback } from '../../report/playback.ts';
import type { Comparison, Rival } from '../compare.ts';

/** Each rival's minutes in words, by its key. */
export function playback({ load, model, policy, rivals }: Comparison): Playback {
  const needs = Array.from(load.values, (value) =>
    Number.isNaN(value) ? null : Math.round((100 * value) / model.perTask) / 100,
  );
  const noun = policy.target.kind === 'service' ? 'task' : 'instance';
  const needed = { text: 'load needs {}', none: 'no value in the trace', points: whereItChanges(needs) };
  return {
    startsAt: load.startsAt,
    unitMs: MINUTE,
    plots: Object.fromEntries(rivals.map((rival) => [rival.key, plotOf(rival, needed, noun)])),
  };
}

function plotOf(
  { title, played }: Rival,
  needed: PlotPlayback['readings'][number],
  noun: string,
): PlotPlayback {
  const serving = {
    text: `{} ${noun}s serve`,
    one: `1 ${noun} serves`,
    points: whereItChanges(played.running),
  };
  return {
    title,
    readings: [needed, serving],
    lacking: whereItChanges(Array.from(played.short, (short) => (short === 1 ? 1 : 0))),
    notes: played.notes.map(({ minute, from, to, reason, sentence }) => {
      const what = from === to ? 'held' : `${from} \u2192 ${to}`;
      return [minute, `${what}, ${reason}`, sentence] as const;
    }),
  };
}
