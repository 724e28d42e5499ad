import { randomUUID } from 'node:crypto';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type ClientOptions, createBasis, createCommonClients } from '../lib/aws/common-clients.ts';
import type { Table } from '../lib/aws/table.ts';
import { type Clock, wallClock } from '../lib/clock.ts';
import { createBusSink } from '../lib/journal/bus.ts';
import type { JournalSink } from '../lib/journal/create.ts';
import { createJournalReader, createTableSink, type JournalReader } from '../lib/journal/table.ts';
import { createDynamoStore } from '../lib/state/dynamodb.ts';
import type { ControlStore, RecordStore } from '../lib/state/store.ts';
import type { Place } from './options.ts';

/** What the verbs reach of an account, by the credentials of this terminal. */
export interface Account {
  readonly place: Place;
  /** For the clients of a capability: createDrainClients and so on. */
  readonly clientOptions: ClientOptions;
  /** The table of the deployment: the records of a capability, by the types that it has. */
  readonly store: <State, Notice>() => RecordStore<State, Notice> & ControlStore;
  readonly journal: JournalReader;
  /** For the layers of images. */
  readonly fetch: typeof fetch;
  /** Where an entry of this terminal goes: the event bus and the table. Log and metrics are the functions'. */
  readonly sinks: readonly JournalSink[];
  readonly clock: Clock;
  /** Of this command, and of no other: causes name it as the id of their event. */
  readonly orderId: string;
  /** The ARN that AWS knows the caller by. */
  readonly identity: () => Promise<string>;
  /** Where progress is shown. */
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

export type Connect = (place: Place, table: string) => Account;

/** Makes no call. */
export const connect: Connect = (place, tableName) => {
  const { region, endpoint } = place;
  const ground = { clock: wallClock, random: Math.random };
  const clientOptions: ClientOptions = { region, ...ground, ...(endpoint !== null && { endpoint }) };
  const { config, retries } = createBasis(clientOptions);
  const { dynamodb, events } = createCommonClients({ config, retries });
  const table: Table = { client: dynamodb, name: tableName, ...ground };
  const orderId = `cli-${randomUUID()}`;
  return {
    place,
    clientOptions,
    store: <State, Notice>() => createDynamoStore<State, Notice>(dynamodb, tableName, ground),
    journal: createJournalReader(table),
    sinks: [createBusSink(events), createTableSink(table, orderId)],
    fetch,
    clock: wallClock,
    orderId,
    identity: async () => {
      const { Arn } = await new STSClient(config).send(new GetCallerIdentityCommand({}));
      return Arn ?? 'unknown';
    },
    stderr: process.stderr,
  };
};
