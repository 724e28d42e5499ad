import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  conditional,
  epochSeconds,
  guarded,
  isExpired,
  keyOf,
  queryItems,
  type Table,
} from '../aws/table.ts';
import { HOUR } from '../clock.ts';
import type { ControlStore, RecordStore } from './store.ts';

type Leases = Pick<RecordStore<never, never>, 'claim' | 'release'>;
type Pointers = Pick<RecordStore<never, never>, 'point' | 'resolve'>;

const leaseKey = (name: string) => ({ pk: `lease#${name}`, sk: 'lease' });
const pointerKey = (alias: string) => ({ pk: `pointer#${alias}`, sk: 'pointer' });

export function leasesIn(table: Table): Leases {
  return {
    async claim(lease, owner, now, until) {
      const command = new UpdateItemCommand({
        TableName: table.name,
        Key: keyOf(leaseKey(lease)),
        UpdateExpression: 'SET leaseHolder = :owner, leaseUntil = :until, expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(pk) OR leaseHolder = :owner OR leaseUntil <= :now',
        ExpressionAttributeValues: {
          ':owner': { S: owner },
          ':now': { N: String(now) },
          ':until': { N: String(until) },
          // Only to clean up after a cluster that is not served any more; leaseUntil alone decides.
          ':expires': { N: epochSeconds(until + 24 * HOUR) },
        },
      });
      return (await conditional(table, table.client.send(command))) !== undefined;
    },

    async release(lease, owner) {
      const command = new DeleteItemCommand({
        TableName: table.name,
        Key: keyOf(leaseKey(lease)),
        ConditionExpression: 'leaseHolder = :owner',
        ExpressionAttributeValues: { ':owner': { S: owner } },
      });
      await conditional(table, table.client.send(command));
    },
  };
}

export function pointersIn(table: Table): Pointers {
  return {
    async point(alias, key, expiresAt) {
      const command = new PutItemCommand({
        TableName: table.name,
        Item: {
          ...keyOf(pointerKey(alias)),
          recordPartition: { S: key.partition },
          recordId: { S: key.id },
          expiresAt: { N: epochSeconds(expiresAt) },
        },
      });
      await guarded(table, table.client.send(command));
    },

    async resolve(alias) {
      const command = new GetItemCommand({
        TableName: table.name,
        Key: keyOf(pointerKey(alias)),
        ConsistentRead: true,
      });
      const { Item: item } = await guarded(table, table.client.send(command));
      if (!item || isExpired(item, table.clock)) return undefined;
      return { partition: item.recordPartition?.S ?? '', id: item.recordId?.S ?? '' };
    },
  };
}

export function controlIn(table: Table): ControlStore {
  const scopeKey = (scope: string) => ({ pk: 'control', sk: scope });
  const read = () =>
    queryItems(table, {
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'control' } },
    });
  return {
    paused: async () => new Set((await read()).map((item) => item.sk?.S ?? '')),

    async pauses() {
      return (await read()).map(({ sk, pausedBy, pausedAt }) => ({
        scope: sk?.S ?? '',
        by: pausedBy?.S ?? 'unknown',
        at: pausedAt?.N === undefined ? null : Number(pausedAt.N),
      }));
    },

    async pause(scope, by, at) {
      const item = { ...keyOf(scopeKey(scope)), pausedBy: { S: by }, pausedAt: { N: String(at) } };
      const command = new PutItemCommand({ TableName: table.name, Item: item });
      await guarded(table, table.client.send(command));
    },

    async resume(scope) {
      const command = new DeleteItemCommand({ TableName: table.name, Key: keyOf(scopeKey(scope)) });
      await guarded(table, table.client.send(command));
    },
  };
}
