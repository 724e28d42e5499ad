import { randomUUID } from 'node:crypto';
import { createRetaggingClients, type RetaggingClients } from '../../lib/aws/retagging-clients.ts';
import { type Clock, wallClock } from '../../lib/clock.ts';
import { createBusSink } from '../../lib/journal/bus.ts';
import type { JournalSink } from '../../lib/journal/create.ts';
import { createTableSink } from '../../lib/journal/table.ts';
import type { Heard } from '../../lib/retagging/notice.ts';
import type { RetaggingRecord } from '../../lib/retagging/repository-record.ts';
import { createDynamoStore } from '../../lib/state/dynamodb.ts';
import type { ControlStore, RecordStore } from '../../lib/state/store.ts';
import type { CommonOptions } from './options.ts';

/** What the verbs of retagging work with: the function's own clients, table and journal. */
export interface Account {
  readonly clients: RetaggingClients;
  readonly store: RecordStore<RetaggingRecord, Heard> & ControlStore;
  readonly sinks: readonly JournalSink[];
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** Of this order, and of whoever gives it: no two are the same. */
  readonly orderId: string;
  /** Where progress is shown. */
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

export type Connect = (options: CommonOptions) => Account;

/** The account of this terminal's credentials. Makes no call. */
export function connect({ awsRegion, endpoint, table }: CommonOptions): Account {
  const ground = { clock: wallClock, random: Math.random };
  const clients = createRetaggingClients({
    region: awsRegion,
    ...ground,
    ...(endpoint !== null && { endpoint }),
  });
  const orderId = `cli-${randomUUID()}`;
  return {
    clients,
    store: createDynamoStore<RetaggingRecord, Heard>(clients.dynamodb, table, ground),
    // Log and metrics are the function's; the terminal prints what the log would have.
    sinks: [
      createBusSink(clients.events),
      createTableSink({ client: clients.dynamodb, name: table, ...ground }, orderId),
    ],
    clock: wallClock,
    fetch,
    orderId,
    stderr: process.stderr,
  };
}
