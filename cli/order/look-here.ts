import { MINUTE } from '../../lib/clock.ts';
import { createJournal } from '../../lib/journal/create.ts';
import type { Journal, JournalEntry } from '../../lib/journal/journal.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import type { Invocation } from '../../lib/state/lead.ts';
import type { Account } from '../account.ts';
import { withoutMode } from '../dry-run.ts';

/** As long as an invocation of Lambda may take. */
const LONGEST = 15 * MINUTE;

export interface Looking {
  readonly journal: Journal;
  readonly invocation: Invocation;
}

export interface How {
  /** Nothing is journalled but here. */
  readonly dryRun: boolean;
  /** A journal that is down stops no order, but it is told. */
  readonly onJournalFailure: (sentence: string) => void;
}

/**
 * Has a capability look at an order in this terminal, as its function does with an event. Resolves to all that it
 * decided: the pass may have found more to do.
 * @throws what kept the order from being given or looked at; what was journalled as failed is not thrown
 */
export async function lookHere(
  { clock, orderId, sinks }: Pick<Account, 'clock' | 'orderId' | 'sinks'>,
  { dryRun, onJournalFailure }: How,
  look: (looking: Looking) => Promise<void>,
): Promise<readonly JournalEntry[]> {
  const printed = createMemoryJournal();
  const terminal = { name: 'terminal', takes: 'all', write: printed.write } as const;
  const journal = createJournal({
    sinks: [terminal, ...(dryRun ? [] : sinks)],
    onFailure: ({ sink, error, entries }) => {
      const why = error instanceof Error ? error.message : String(error);
      onJournalFailure(`The journal could not write ${entries} entries to its ${sink} sink: ${why}\n`);
    },
  });
  const began = clock.now();
  const invocation = { id: orderId, remainingMs: () => began + LONGEST - clock.now() };
  const { entries } = printed;
  try {
    await look({ journal, invocation });
  } catch (error) {
    if (!entries.some(({ outcome }) => outcome === 'failed')) throw error;
  }
  return dryRun ? entries.map((one) => ({ ...one, sentence: withoutMode(one.sentence) })) : entries;
}
