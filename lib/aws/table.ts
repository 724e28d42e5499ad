import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../clock.ts';
import { chunk } from './batch.ts';
import { isConditionFailed, isItemTooLarge, isTableMissing } from './errors.ts';
import { TooManyPagesError } from './paging.ts';

/** Our DynamoDB table: `pk` and `sk` (strings), index `due` (duePartition, dueAt; keys only), TTL on `expiresAt`. */
export interface Table {
  readonly client: DynamoDBClient;
  readonly name: string;
  readonly clock: Clock;
  /** From 0 to 1, as Math.random: the jitter between attempts at what DynamoDB left undone. */
  readonly random: () => number;
}

export type Item = Record<string, AttributeValue>;
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

export class TableMissingError extends Error {
  override readonly name = 'TableMissingError';
  constructor(table: string, cause: unknown) {
    super(
      `DynamoDB has no table ${table} in this account and Region: deploy the stack that creates it, or correct the table's name or the stage`,
      { cause },
    );
  }
}

export class ItemTooLargeError extends Error {
  override readonly name = 'ItemTooLargeError';
  constructor(table: string, key: ItemKey | undefined, cause: unknown) {
    const what = key ? `${key.pk} / ${key.sk}` : 'an item';
    super(
      `${what} in table ${table} has outgrown DynamoDB's 400 kB: notices arrive and nobody takes them in. ` +
        'See in the log why its worker fails; once it commits, the record shrinks',
      { cause },
    );
  }
}

export class UnprocessedItemsError extends Error {
  override readonly name = 'UnprocessedItemsError';
  constructor(table: string, left: number, attempts: number) {
    super(
      `DynamoDB left ${left} items of table ${table} undone in ${attempts} attempts: it is throttled; use on-demand capacity or raise it`,
    );
  }
}

export const keyOf = ({ pk, sk }: ItemKey): Item => ({ pk: { S: pk }, sk: { S: sk } });

/** DynamoDB's TTL unit, rounded up: an item may go late, never early. */
export const epochSeconds = (ms: number): string => String(Math.ceil(ms / 1000));

/** TTL deletes within days after the time, so whoever reads has to look. */
export const isExpired = (item: Item, clock: Clock): boolean =>
  item.expiresAt?.N !== undefined && Number(item.expiresAt.N) * 1000 <= clock.now();

/** Waits for a call and turns the errors that need a remedy into ours. */
export async function guarded<T>(table: Table, call: Promise<T>, key?: ItemKey): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (isTableMissing(error)) throw new TableMissingError(table.name, error);
    if (isItemTooLarge(error)) throw new ItemTooLargeError(table.name, key, error);
    throw error;
  }
}

/** The same for a conditional write: undefined if its condition does not hold. */
export async function conditional<T>(table: Table, call: Promise<T>, key?: ItemKey): Promise<T | undefined> {
  try {
    return await guarded(table, call, key);
  } catch (error) {
    if (isConditionFailed(error)) return undefined;
    throw error;
  }
}

type Query = Omit<QueryCommandInput, 'TableName' | 'ExclusiveStartKey' | 'Limit'>;

/** Items in a page of `queryPages`: a few hundred journal entries are well under a page's 1 MB. */
const PAGE = 100;

/** The items of a query page after page, for whoever may stop before the last. `left`: how many of the next page. */
export async function* queryPages(table: Table, query: Query, left = () => PAGE): AsyncGenerator<Item[]> {
  let from: Item | undefined;
  do {
    const most = left();
    const command = new QueryCommand({
      ...query,
      TableName: table.name,
      ...(Number.isFinite(most) && { Limit: most }),
      ...(from && { ExclusiveStartKey: from }),
    });
    const { Items = [], LastEvaluatedKey } = await guarded(table, table.client.send(command));
    yield Items;
    from = LastEvaluatedKey;
  } while (from);
}

const MAX_QUERY_PAGES = 200;

/** All items of a query (1 MB a page), or the first `limit`. */
export async function queryItems(
  table: Table,
  query: Query,
  limit = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const items: Item[] = [];
  let pages = 0;
  for await (const page of queryPages(table, query, () => limit - items.length)) {
    for (const item of page) items.push(item);
    if (items.length >= limit) return items;
    pages += 1;
    if (pages >= MAX_QUERY_PAGES) {
      throw new TooManyPagesError(`the query of table ${table.name}`, MAX_QUERY_PAGES);
    }
  }
  return items;
}

/** Strongly consistent; the missing are left out; order is not kept. */
export async function getItems(table: Table, keys: readonly ItemKey[]): Promise<Item[]> {
  // The same key twice in one call is an error.
  const distinct = new Map(keys.map((key) => [`${key.pk}\n${key.sk}`, keyOf(key)]));
  const found: Item[] = [];
  for (const batch of chunk([...distinct.values()], 100)) {
    await untilDone(table, batch, async (left) => {
      const command = new BatchGetItemCommand({
        RequestItems: { [table.name]: { Keys: left, ConsistentRead: true } },
      });
      const output = await guarded(table, table.client.send(command));
      for (const item of output.Responses?.[table.name] ?? []) found.push(item);
      return output.UnprocessedKeys?.[table.name]?.Keys ?? [];
    });
  }
  return found;
}

/** Puts and deletes, 25 a call. Not a transaction. */
export async function writeItems(table: Table, requests: readonly WriteRequest[]): Promise<void> {
  for (const batch of chunk(requests, 25)) {
    await untilDone(table, batch, async (left) => {
      const command = new BatchWriteItemCommand({ RequestItems: { [table.name]: left } });
      const output = await guarded(table, table.client.send(command));
      return output.UnprocessedItems?.[table.name] ?? [];
    });
  }
}

const ATTEMPTS_WITHOUT_PROGRESS = 8;

/**
 * Repeats until nothing is left. A batch may come back in part because it is large (16 MB), which is progress, or
 * because the table is throttled, which calls for a pause.
 */
async function untilDone<T>(table: Table, all: T[], attempt: (left: T[]) => Promise<T[]>): Promise<void> {
  let left = all;
  for (let failures = 0; failures < ATTEMPTS_WITHOUT_PROGRESS; ) {
    const before = left.length;
    left = await attempt(left);
    if (left.length === 0) return;
    failures = left.length < before ? 0 : failures + 1;
    await table.clock.sleep(table.random() * Math.min(2_000, 50 * 2 ** failures));
  }
  throw new UnprocessedItemsError(table.name, left.length, ATTEMPTS_WITHOUT_PROGRESS);
}
