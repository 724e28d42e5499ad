import { HOUR } from '../../lib/clock.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import type { JournalReader, Span } from '../../lib/journal/table.ts';
import type { Shelf } from './subjects.ts';

export interface Reading {
  readonly shelves: readonly Shelf[] | null;
  readonly span: Required<Span>;
  readonly passes: (entry: JournalEntry) => boolean;
  readonly limit: number;
}

export interface History {
  /** Oldest first. */
  readonly entries: readonly JournalEntry[];
  /** Whether there are older ones in the span, beyond the limit. */
  readonly more: boolean;
}

const DAY = 24 * HOUR;

/** The newest entries about some subjects, or of the days, that pass. Reads no further back than it must. */
export async function readHistory(
  journal: JournalReader,
  { shelves, span, passes, limit }: Reading,
): Promise<History> {
  const sources =
    shelves === null
      ? [daysOf(journal, span)]
      : shelves.map(({ capability, subject }) => journal.ofSubject(capability, subject, span));
  // Of each source one more than asked for: by that it is known whether there are more.
  const found = await Promise.all(sources.map((source) => newest(source, passes, limit + 1)));
  const all = found.flat().toSorted((a, b) => b.at - a.at);
  return { entries: all.slice(0, limit).toReversed(), more: all.length > limit };
}

/** Day after day, back in time: an item of the journal is found by its UTC day. */
async function* daysOf(journal: JournalReader, span: Required<Span>): AsyncGenerator<JournalEntry> {
  for (let at = Math.floor((span.until - 1) / DAY) * DAY; at + DAY > span.since; at -= DAY) {
    yield* journal.ofDay(new Date(at).toISOString().slice(0, 10), span);
  }
}

async function newest(
  source: AsyncIterable<JournalEntry>,
  passes: (entry: JournalEntry) => boolean,
  most: number,
): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of source) {
    if (passes(entry)) entries.push(entry);
    if (entries.length >= most) break;
  }
  return entries;
}
