import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import { epochSeconds, isExpired, keyOf, queryItems, type Table, writeItems } from '../aws/table.ts';
import { HOUR } from '../clock.ts';
import type { JournalSink } from './create.ts';
import { publishable } from './facts.ts';
import type { Capability, JournalEntry } from './journal.ts';

const RETENTION_MS = 90 * 24 * HOUR;

const subjectKey = (capability: Capability, subject: string) => `journal#${capability}#${subject}`;
/** @param day as `2026-11-21`, in UTC */
const dayKey = (day: string) => `journal#${day}`;

/**
 * Keeps notable decisions for 90 days in the state table: each one by its subject and by its day.
 * @param writer makes the sort keys of several functions at the same millisecond differ, e.g. the request's id
 */
export function createTableSink(table: Table, writer: string): JournalSink {
  let written = 0;
  return {
    name: 'table',
    takes: 'notable',
    async write(entries) {
      await writeItems(
        table,
        entries.flatMap((entry) => {
          const at = new Date(entry.at).toISOString();
          const sk = `${at}#${writer}-${written++}`;
          return [
            ...(entry.subject === undefined
              ? []
              : [put(subjectKey(entry.capability, entry.subject), sk, entry)]),
            put(dayKey(at.slice(0, 10)), sk, entry),
          ];
        }),
      );
    },
  };
}

function put(pk: string, sk: string, entry: JournalEntry): WriteRequest {
  const { at, ...fields } = publishable(entry);
  const Item = {
    ...keyOf({ pk, sk }),
    entry: { S: JSON.stringify({ ...fields, at: entry.at }) },
    expiresAt: { N: epochSeconds(entry.at + RETENTION_MS) },
  };
  return { PutRequest: { Item } };
}

export interface JournalReader {
  /** The notable decisions about a subject, newest first. */
  ofSubject(capability: Capability, subject: string, limit: number): Promise<JournalEntry[]>;
  /** The notable decisions of a day (`2026-11-21`, UTC), newest first. */
  ofDay(day: string, limit: number): Promise<JournalEntry[]>;
}

export function createJournalReader(table: Table): JournalReader {
  const newest = async (pk: string, limit: number) => {
    const query = {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
      ScanIndexForward: false,
    };
    const items = await queryItems(table, query, limit);
    return items
      .filter((item) => !isExpired(item, table.clock))
      .map((item) => JSON.parse(item.entry?.S ?? 'null') as JournalEntry);
  };
  return {
    ofSubject: (capability, subject, limit) => newest(subjectKey(capability, subject), limit),
    ofDay: (day, limit) => newest(dayKey(day), limit),
  };
}
