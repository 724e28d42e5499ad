import type { JournalEntry } from '../../lib/journal/journal.ts';
import { EXIT, type ExitCode } from '../command.ts';

/** What became of an order: `waiting`, it stays in the record until it can be carried out. */
export type Result = 'done' | 'waiting' | 'refused' | 'failed';

const WORST: readonly Result[] = ['failed', 'refused', 'waiting', 'done'];

/** Of several subjects. */
export const worstOf = (results: readonly Result[]): Result =>
  WORST.find((one) => results.includes(one)) ?? 'done';

export function exitCodeOf(result: Result): ExitCode {
  switch (result) {
    case 'done':
      return EXIT.done;
    case 'failed':
      return EXIT.failed;
    case 'waiting':
    case 'refused':
      return EXIT.pending;
    default:
      return result satisfies never;
  }
}

/**
 * What an order has come to by the entries that answer it; undefined if none does. Pure. What a policy in mode observe
 * would have done is not what was asked for, unless that was asked for.
 */
export function answerOf(
  entries: readonly Pick<JournalEntry, 'outcome'>[],
  dryRun: boolean,
): Exclude<Result, 'waiting'> | undefined {
  const has = (...outcomes: readonly JournalEntry['outcome'][]) =>
    entries.some(({ outcome }) => outcomes.includes(outcome));
  if (has('failed')) return 'failed';
  if (has('acted', 'done')) return 'done';
  if (has('observed')) return dryRun ? 'done' : 'refused';
  return has('refused', 'ignored') ? 'refused' : undefined;
}
