import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Table } from '../../lib/aws/table.ts';
import { HOUR, SECOND } from '../../lib/clock.ts';
import { createJournalReader, createTableSink } from '../../lib/journal/table.ts';
import { testClock } from '../state/clock.ts';
import { type LocalDynamo, startDynamo } from '../state/dynalite.ts';
import { AT, entry } from './entries.ts';

const DAY = 24 * HOUR;
const all = <T>(some: AsyncIterable<T>): Promise<T[]> => Array.fromAsync(some);

describe('the table sink', () => {
  let dynamo: LocalDynamo;
  let tables = 0;
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterAll(() => dynamo.stop());

  const setup = async () => {
    const name = `journal-${tables++}`;
    await dynamo.createTable(name);
    const clock = testClock(AT);
    const table: Table = { client: dynamo.client, name, clock, random: () => 0.5 };
    return { clock, table, sink: createTableSink(table, 'request-1'), reader: createJournalReader(table) };
  };

  it('keeps a decision by its subject and by its day, newest first', async () => {
    const { sink, reader } = await setup();
    const first = entry({ facts: { tasks: 3 } });
    const second = entry({ at: AT + SECOND, outcome: 'done', reason: 'drain-done' });
    const other = entry({ at: AT + DAY, subject: 'i-2' });
    await sink.write([first, second, other]);
    expect(await all(reader.ofSubject('draining', 'i-1'))).toEqual([second, first]);
    expect(await all(reader.ofSubject('scaling', 'i-1'))).toEqual([]);
    expect(await all(reader.ofDay('2026-11-21'))).toEqual([second, first]);
    expect(await all(reader.ofDay('2026-11-22'))).toEqual([other]);
  });

  it('reads a span of time, its beginning in and its end out', async () => {
    const { sink, reader } = await setup();
    const at = (ms: number) => entry({ at: AT + ms });
    await sink.write([at(0), at(SECOND), at(2 * SECOND)]);

    expect(await all(reader.ofSubject('draining', 'i-1', { since: AT + SECOND }))).toEqual([
      at(2 * SECOND),
      at(SECOND),
    ]);
    expect(await all(reader.ofDay('2026-11-21', { until: AT + SECOND }))).toEqual([at(0)]);
  });

  it('reads on page after page, but only while somebody does', async () => {
    const { sink, reader, table } = await setup();
    const entries = Array.from({ length: 250 }, (_, second) => entry({ at: AT + second * SECOND }));
    await sink.write(entries);
    const send = vi.spyOn(table.client, 'send');

    for await (const first of reader.ofSubject('draining', 'i-1')) {
      expect(first).toEqual(entries.at(-1));
      break;
    }
    const calls = send.mock.calls.length;

    expect(calls).toBe(1);
    expect(await all(reader.ofSubject('draining', 'i-1'))).toEqual(entries.toReversed());
    expect(send).toHaveBeenCalledTimes(calls + 3);
    send.mockRestore();
  });

  it('keeps apart what several writers decide at the same millisecond', async () => {
    const { sink, reader, table } = await setup();
    await sink.write(Array.from({ length: 30 }, () => entry()));
    await createTableSink(table, 'request-2').write([entry()]);
    expect(await all(reader.ofSubject('draining', 'i-1'))).toHaveLength(31);
    expect(await all(reader.ofDay('2026-11-21'))).toHaveLength(31);
  });

  it('keeps a decision without a subject by its day only', async () => {
    const { sink, reader } = await setup();
    const { subject: _, ...paused } = entry({ reason: 'paused' });
    await sink.write([paused]);
    expect(await all(reader.ofDay('2026-11-21'))).toEqual([paused]);
  });

  it('forgets it after 90 days', async () => {
    const { clock, sink, reader } = await setup();
    await sink.write([entry()]);
    clock.advance(90 * DAY - SECOND);
    expect(await all(reader.ofDay('2026-11-21'))).toHaveLength(1);
    clock.advance(2 * SECOND);
    expect(await all(reader.ofDay('2026-11-21'))).toEqual([]);
  });
});
