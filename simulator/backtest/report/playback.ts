import type { Comparison } from '../compare.ts';

/** What the page's script needs to explain a minute. Curves are kept where they change: `[minute, value]`. */
interface Playback {
  readonly startsAt: number;
  readonly noun: string;
  /** In tasks that it needs; null: nothing is known. */
  readonly load: readonly (readonly [number, number | null])[];
  readonly rivals: Readonly<Record<string, RivalPlayback>>;
}

interface RivalPlayback {
  readonly title: string;
  readonly running: readonly (readonly [number, number])[];
  readonly short: readonly (readonly [number, number])[];
  /** `[minute, from, to, reason, sentence]`. */
  readonly notes: readonly (readonly [number, number, number, string, string])[];
}

export function playback({ load, model, policy, rivals }: Comparison): Playback {
  const needs = Array.from(load.values, (value) =>
    Number.isNaN(value) ? null : Math.round((100 * value) / model.perTask) / 100,
  );
  return {
    startsAt: load.startsAt,
    noun: policy.target.kind === 'service' ? 'task' : 'instance',
    load: whereItChanges(needs),
    rivals: Object.fromEntries(
      rivals.map(({ key, title, played }) => [
        key,
        {
          title,
          running: whereItChanges(played.running),
          short: whereItChanges(played.short),
          notes: played.notes.map(
            ({ minute, from, to, reason, sentence }) => [minute, from, to, reason, sentence] as const,
          ),
        },
      ]),
    ),
  };
}

function whereItChanges<T>(values: ArrayLike<T>): (readonly [number, T])[] {
  const changes: (readonly [number, T])[] = [];
  for (const [minute, value] of Array.from(values).entries()) {
    if (minute === 0 || value !== values[minute - 1]) changes.push([minute, value]);
  }
  return changes;
}
