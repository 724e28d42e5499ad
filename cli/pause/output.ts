import { type EpochMs, utc } from '../../lib/clock.ts';
import type { Pause } from '../../lib/state/store.ts';
import type { HookStatus } from '../status/drains.ts';
import { hookInWords, leftAt } from '../status/times.ts';
import { covers, isOfDraining } from './scopes.ts';

/** What came of it. `already`: nothing had to be changed. */
export interface Switched {
  readonly verb: 'pause' | 'resume';
  readonly scope: string;
  readonly by: string;
  readonly dryRun: boolean;
  readonly already: boolean;
  /** What is paused now, or in a dry run would be. */
  readonly paused: readonly Pause[];
  readonly at: EpochMs;
  /** Lifecycle hooks that wait for a drain which is now paused. */
  readonly hooks: readonly (HookStatus & { readonly instance: string })[];
}

/** Wider scopes that still pause what was resumed. */
export const stillCovering = ({ verb, scope, paused }: Switched): readonly Pause[] =>
  verb === 'resume' ? paused.filter((pause) => covers(pause.scope, scope)) : [];

/** What a person has to know while draining is paused. The same as docs/draining.md says. */
const HOOKS_RUN_OUT =
  'While draining is paused not even heartbeats are sent: hooks run out by themselves and end with their default result, and Spot instances are reclaimed undrained.';

export function asText(switched: Switched): string {
  const { verb, scope, at, dryRun, already, paused, hooks } = switched;
  const left = stillCovering(switched).map(
    (pause) => `${scope} stays paused, because ${pause.scope} is: stevedore resume ${pause.scope}`,
  );
  const now = paused.map((pause) => `  ${pauseInWords(pause)}`);
  return [
    headline(switched),
    ...(verb === 'pause' && isOfDraining(scope) ? [HOOKS_RUN_OUT] : []),
    ...hooks.map((hook) => `  ${hook.instance}, ${hookInWords(hook, leftAt(at))}`),
    ...left,
    paused.length === 0
      ? `Nothing is paused${dryRun ? ' then' : ''}.`
      : `Paused${dryRun ? ' then' : ' now'}:`,
    ...now,
    ...(dryRun && !already ? ['Nothing was changed.'] : []),
    '',
  ].join('\n');
}

function headline({ verb, scope, dryRun, already }: Switched): string {
  if (already) return verb === 'pause' ? `${scope} is paused already.` : `${scope} itself was not paused.`;
  if (verb === 'pause') {
    return dryRun
      ? `This would pause ${scope}.`
      : `${scope} is paused, from the next decision on. It goes on with: stevedore resume ${scope}`;
  }
  return dryRun
    ? `This would resume ${scope}.`
    : `${scope} is resumed: within a minute it is decided by what is true then.`;
}

/** `draining/prod, by jo since 2026-11-21T14:00:00Z`. */
export const pauseInWords = ({ scope, by, at }: Pause): string =>
  `${scope}, by ${by}${at === null ? '' : ` since ${utc(at)}`}`;

/** For machines: keys are only ever added. */
export const asJson = (switched: Switched): string => `${JSON.stringify(switched, null, 2)}\n`;
