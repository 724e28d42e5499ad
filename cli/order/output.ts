import type { JournalEntry } from '../../lib/journal/journal.ts';
import { outcomePainter } from '../outcome-colors.ts';
import type { Result } from './answer.ts';

/** What became of an order for one subject, in words. */
export interface Told {
  readonly id: string;
  readonly sentence: string;
}

export interface Report {
  readonly entries: readonly JournalEntry[];
  readonly told: readonly Told[];
  readonly dryRun: boolean;
}

/** What was decided and why, line by line, and what became of the order; no colours where there is no terminal. */
export function asText({ entries, told, dryRun }: Report, columns: number | undefined): string {
  const outcome = outcomePainter(columns);
  const lines = entries.map((entry) => `${outcome(entry.outcome)}  ${entry.sentence} (${entry.reason})`);
  const words = told.map(({ id, sentence }) => (told.length === 1 ? sentence : `${id}: ${sentence}`));
  const denied = entries.some(({ reason }) => reason === 'access-denied') ? [DENIED_HERE] : [];
  return `${[...lines, ...denied, ...words, ...(dryRun ? [UNCHANGED] : [])].join('\n')}\n`;
}

/** The sentences of the journal speak of the function's role. */
const DENIED_HERE =
  'It was the credentials of this terminal that were denied: they need what the role of the function has.';
const UNCHANGED = 'Nothing was changed or stored.';

/** What each result of an order means, where a capability has nothing of its own to say. */
export const WORDS = {
  done: 'Done.',
  refused: 'Not done; the order is over. Reasons: docs/reason-codes.md.',
  failed: 'Failed.',
} as const satisfies Partial<Record<Result, string>>;

/** The same in a dry run. */
export const IF_WORDS = {
  done: 'This would be done.',
  refused: 'This would not be done. Reasons: docs/reason-codes.md.',
  failed: 'This failed.',
} as const satisfies Partial<Record<Result, string>>;
