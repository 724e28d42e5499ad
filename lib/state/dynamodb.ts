import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Table } from '../aws/table.ts';
import type { Clock } from '../clock.ts';
import { controlIn, leasesIn, pointersIn } from './dynamodb-marks.ts';
import { recordsIn } from './dynamodb-records.ts';
import { schedulesIn } from './dynamodb-schedules.ts';
import type { ControlStore, RecordStore } from './store.ts';

/**
 * The store in one DynamoDB table (`pk`, `sk`; index `due` on `duePartition`, `dueAt`; TTL on `expiresAt`).
 *
 * | pk                  | sk      | what                                             |
 * |---------------------|---------|--------------------------------------------------|
 * | `record#PARTITION`  | id      | a record: revision, state, inbox                 |
 * | `woken#PARTITION`   | id      | the record was appended to with `wake`           |
 * | `lease#NAME`        | `lease` | holder, until when                               |
 * | `pointer#ALIAS`     | `pointer` | the key that the alias means                   |
 * | `control`           | scope   | the scope is paused                              |
 *
 * `lib/journal/table.ts` keeps its items in the same table under `journal#`.
 *
 * @throws TableMissingError, ItemTooLargeError, UnprocessedItemsError (lib/aws/table.ts), or the SDK's error
 */
export function createDynamoStore<State, Notice>(
  client: DynamoDBClient,
  tableName: string,
  options: { readonly clock: Clock; readonly random: () => number },
): RecordStore<State, Notice> & ControlStore {
  const table: Table = { client, name: tableName, ...options };
  return {
    ...recordsIn<State, Notice>(table),
    ...schedulesIn(table),
    ...leasesIn(table),
    ...pointersIn(table),
    ...controlIn(table),
  };
}
