import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Table } from '../../lib/aws/table.ts';
import { HOUR, SECOND } from '../../lib/clock.ts';
import { createJournalReader, createTableSink } from '../../lib/journal/table.ts';
import { testClock } from '../state/clock.ts';
import { type LocalDynamo, startDynamo } from '../state/dynalite.ts';
import { AT, entry } from './entries.ts';

const DAY = 24 * HOUR;

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
    expect(await reader.ofSubject('draining', 'i-1', 10)).toEqual([second, first]);
    expect(await reader.ofSubject('draining', 'i-1', 1)).toEqual([second]);
    expect(await reader.ofSubject('scaling', 'i-1', 10)).toEqual([]);
    expect(await reader.ofDay('2026-11-21', 10)).toEqual([second, first]);
    expect(await reader.ofDay('2026-11-22', 10)).toEqual([other]);
  });

  it('keeps apart what several writers decide at the same millisecond', async () => {
    const { sink, reader, table } = await setup();
    await sink.write(Array.from({ length: 30 }, () => entry()));
    await createTableSink(table, 'request-2').write([entry()]);
    expect(await reader.ofSubject('draining', 'i-1', 100)).toHaveLength(31);
    expect(await reader.ofDay('2026-11-21', 100)).toHaveLength(31);
  });

  it('keeps a decision without a subject by its day only', async () => {
    const { sink, reader } = await setup();
    const { subject: _, ...paused } = entry({ reason: 'paused' });
    await sink.write([paused]);
    expect(await reader.ofDay('2026-11-21', 10)).toEqual([paused]);
  });

  it('forgets it after 90 days', async () => {
    const { clock, sink, reader } = await setup();
    await sink.write([entry()]);
    clock.advance(90 * DAY - SECOND);
    expect(await reader.ofDay('2026-11-21', 10)).toHaveLength(1);
    clock.advance(2 * SECOND);
    expect(await reader.ofDay('2026-11-21', 10)).toEqual([]);
  });
});
