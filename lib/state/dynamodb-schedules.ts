import { type Item, keyOf, queryItems, type Table, writeItems } from '../aws/table.ts';
import { wokenKey } from './dynamodb-records.ts';
import type { RecordKey, RecordStore } from './store.ts';

/** What to look at, and when: the `due` index and the `woken` markers. */
export function schedulesIn(
  table: Table,
): Pick<RecordStore<never, never>, 'due' | 'open' | 'woken' | 'acknowledge'> {
  const keys = (partition: string, items: Item[]): RecordKey[] =>
    items.map((item) => ({ partition, id: item.sk?.S ?? '' }));

  return {
    async due(partition, now, limit) {
      if (limit < 1) return [];
      const query = {
        IndexName: 'due',
        KeyConditionExpression: 'duePartition = :partition AND dueAt <= :now',
        ExpressionAttributeValues: { ':partition': { S: partition }, ':now': { N: String(now) } },
      };
      return keys(partition, await queryItems(table, query, limit));
    },

    async open(partition) {
      const query = {
        IndexName: 'due',
        KeyConditionExpression: 'duePartition = :partition',
        ExpressionAttributeValues: { ':partition': { S: partition } },
      };
      return keys(partition, await queryItems(table, query));
    },

    async woken(partition) {
      const query = {
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: wokenKey({ partition, id: '' }).pk } },
      };
      return keys(partition, await queryItems(table, query));
    },

    async acknowledge(records) {
      // The same key twice in one batch is an error.
      const distinct = new Map(
        records.map((record) => [`${record.partition}\n${record.id}`, keyOf(wokenKey(record))]),
      );
      await writeItems(
        table,
        [...distinct.values()].map((Key) => ({ DeleteRequest: { Key } })),
      );
    },
  };
}
