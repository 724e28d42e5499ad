import type { Journal, JournalEntry } from './journal.ts';

/** Keeps everything that is written, in order: for tests and the simulator. */
export function createMemoryJournal(): Journal & { readonly entries: readonly JournalEntry[] } {
  const entries: JournalEntry[] = [];
  return {
    entries,
    async write(more) {
      for (const entry of more) entries.push(entry);
    },
  };
}
