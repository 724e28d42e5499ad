import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import { epochSeconds, isExpired, keyOf, queryPages, type Table, writeItems } from '../aws/table.ts';
import { type EpochMs, HOUR } from '../clock.ts';
import type { JournalSink } from './create.ts';
import { publishable } from './facts.ts';
import type { Capability, JournalEntry } from './journal.ts';

/** The last moment that ISO 8601 writes with four digits of a year. */
const LAST = Date.UTC(9999, 11, 31);
export const RETENTION_MS = 90 * 24 * HOUR;

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

/** From `since` on, before `until`; all that is kept without them. */
export interface Span {
  readonly since?: EpochMs;
  readonly until?: EpochMs;
}

/** Reads page after page, for as long as somebody goes on reading. Newest first. */
export interface JournalReader {
  /** The notable decisions about a subject. */
  ofSubject(capability: Capability, subject: string, span?: Span): AsyncIterable<JournalEntry>;
  /** The notable decisions of a day (`2026-11-21`, UTC). */
  ofDay(day: string, span?: Span): AsyncIterable<JournalEntry>;
}

export function createJournalReader(table: Table): JournalReader {
  async function* newest(pk: string, { since = 0, until = LAST }: Span = {}) {
    const query = {
      // A sort key goes on after its time, so that it is after `since` and not yet at `until`.
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :since AND :until',
      ExpressionAttributeValues: {
        ':pk': { S: pk },
        ':since': { S: new Date(since).toISOString() },
        ':until': { S: new Date(until).toISOString() },
      },
      ScanIndexForward: false,
    };
    for await (const items of queryPages(table, query)) {
      for (const item of items) {
        if (!isExpired(item, table.clock)) yield JSON.parse(item.entry?.S ?? 'null') as JournalEntry;
      }
    }
  }
  return {
    ofSubject: (capability, subject, span) => newest(subjectKey(capability, subject), span),
    ofDay: (day, span) => newest(dayKey(day), span),
  };
}
