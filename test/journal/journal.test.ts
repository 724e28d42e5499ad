import { describe, expect, it } from 'vitest';
import { createJournal, type JournalSink, type SinkFailure } from '../../lib/journal/create.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import { entry } from './entries.ts';

const collecting = (name: string, takes: JournalSink['takes']) => {
  const got: JournalEntry[] = [];
  const sink: JournalSink = { name, takes, write: async (entries) => void got.push(...entries) };
  return { sink, got };
};
const routine = entry({ weight: 'routine', outcome: 'ignored' });
const notable = entry();

describe('the journal', () => {
  it('gives every sink the entries that it takes', async () => {
    const all = collecting('log', 'all');
    const some = collecting('bus', 'notable');
    const journal = createJournal({ sinks: [all.sink, some.sink], onFailure: () => {} });
    await journal.write([routine, notable]);
    await journal.write([routine]);
    expect(all.got).toEqual([routine, notable, routine]);
    expect(some.got).toEqual([notable]);
  });

  it('is not stopped by a sink that fails, and reports it', async () => {
    const failures: SinkFailure[] = [];
    const error = new Error('the bus is down');
    const rejects: JournalSink = { name: 'bus', takes: 'all', write: () => Promise.reject(error) };
    const throws: JournalSink = {
      name: 'table',
      takes: 'notable',
      write: () => {
        throw error;
      },
    };
    const last = collecting('log', 'all');
    const onFailure = (failure: SinkFailure) => void failures.push(failure);
    await createJournal({ sinks: [rejects, throws, last.sink], onFailure }).write([routine, notable]);
    expect(last.got).toEqual([routine, notable]);
    expect(failures).toEqual([
      { sink: 'table', error, entries: 1 },
      { sink: 'bus', error, entries: 2 },
    ]);
  });

  it('does not throw even if the report of a failure does', async () => {
    const rejects: JournalSink = {
      name: 'bus',
      takes: 'all',
      write: () => Promise.reject(new Error('down')),
    };
    const onFailure = () => {
      throw new Error('so is the log');
    };
    const write = createJournal({ sinks: [rejects], onFailure }).write([notable]);
    await expect(write).resolves.toBeUndefined();
  });
});

describe('the memory journal', () => {
  it('keeps what is written, in order', async () => {
    const journal = createMemoryJournal();
    await journal.write([routine]);
    await journal.write([notable, routine]);
    expect(journal.entries).toEqual([routine, notable, routine]);
  });
});
