import type { EpochMs } from '../../lib/clock.ts';
import type { Capability, JournalEntry, Outcome } from '../../lib/journal/journal.ts';
import type { Span } from '../../lib/journal/table.ts';
import { DURATION, durationMs } from '../../lib/policy/duration.ts';
import { BadInput } from '../command.ts';
import { FLAG, JSON_OUTPUT, PLACE, TABLE, TEXT } from '../options.ts';
import { CAPABILITIES } from '../pause/scopes.ts';
import { didYouMean } from '../suggest.ts';

export const OPTIONS = {
  since: TEXT,
  until: TEXT,
  capability: TEXT,
  reason: TEXT,
  outcome: TEXT,
  limit: { ...TEXT, default: '50' },
  long: FLAG,
  ...TABLE,
  ...PLACE,
  ...JSON_OUTPUT,
} as const;

/** All of journal.ts, which has them as a type. */
const OUTCOMES: Readonly<Record<Outcome, true>> = {
  acted: true,
  held: true,
  refused: true,
  observed: true,
  ignored: true,
  failed: true,
  done: true,
};

/** What of the journal is asked for. */
export interface Filter {
  readonly capability: Capability | null;
  readonly outcome: string | null;
  readonly reason: string | null;
}

export const passes = ({ capability, outcome, reason }: Filter, entry: JournalEntry): boolean =>
  (capability === null || entry.capability === capability) &&
  (outcome === null || entry.outcome === outcome) &&
  (reason === null || entry.reason === reason);

interface Values {
  readonly capability?: string | undefined;
  readonly outcome?: string | undefined;
  readonly reason?: string | undefined;
}

/** Throws `BadInput`. `reasons`: every code that there is. */
export function filterOf({ capability, outcome, reason }: Values, reasons: readonly string[]): Filter {
  return {
    capability: oneOf('--capability', capability, CAPABILITIES),
    outcome: oneOf('--outcome', outcome, Object.keys(OUTCOMES)),
    reason: oneOf('--reason', reason, reasons, 'docs/reason-codes.md has them all'),
  };
}

function oneOf<Word extends string>(
  option: string,
  text: string | undefined,
  words: readonly Word[],
  list = `there are ${words.join(', ')}`,
): Word | null {
  if (text === undefined) return null;
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new BadInput(`${option}: there is no ${text}.${didYouMean(text, words)} (${list})`);
}

/** A year at least, with a day, and a time if you like: as the journal writes them, or shorter. UTC without a zone. */
const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** `2h` before now, or a moment such as `2026-11-21T14:00Z`. Throws `BadInput`. */
export function momentOf(option: string, text: string, now: EpochMs): EpochMs {
  if (DURATION.test(text)) return now - durationMs(text);
  const zoned = /T.*(Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes('T');
  const at = ISO.test(text) ? Date.parse(zoned ? text : `${text}Z`) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new BadInput(
    `${option}: found ${JSON.stringify(text)}, expected how long ago, such as 2h or 3d, or a time such as 2026-11-21T14:00Z.`,
  );
}

/** Throws `BadInput`. `longest`: how far back to look without `--since`. */
export function spanOf(
  { since, until }: { readonly since?: string | undefined; readonly until?: string | undefined },
  now: EpochMs,
  longest: number,
): Required<Span> {
  const ends = until === undefined ? now + 1 : momentOf('--until', until, now);
  const begins = since === undefined ? Math.min(ends, now) - longest : momentOf('--since', since, now);
  if (begins < ends) return { since: begins, until: ends };
  throw new BadInput(`--since ${since} is not before --until ${until ?? 'now'}; there is nothing between.`);
}

/** Throws `BadInput`. */
export function limitOf(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit > 0) return limit;
  throw new BadInput(`--limit: found ${JSON.stringify(text)}, expected a whole number from 1 up.`);
}
