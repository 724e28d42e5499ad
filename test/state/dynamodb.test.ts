import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoStore } from '../../lib/state/dynamodb.ts';
import { testClock } from './clock.ts';
import { type State, storeContract } from './contract.ts';
import { type LocalDynamo, startDynamo } from './dynalite.ts';

const key = { partition: 'p', id: 'i-1' };

describe('the DynamoDB store', () => {
  let dynamo: LocalDynamo;
  let tables = 0;
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterAll(() => dynamo.stop());

  const makeStore = async (clock = testClock()) => {
    const table = `stevedore-${tables++}`;
    await dynamo.createTable(table);
    return createDynamoStore<State, string>(dynamo.client, table, { clock, random: () => 0.5 });
  };
  storeContract(makeStore);

  it('names a missing table and the remedy', async () => {
    const options = { clock: testClock(), random: () => 0.5 };
    const store = createDynamoStore<State, string>(dynamo.client, 'stevedore-none', options);
    const expected = { name: 'TableMissingError', message: expect.stringMatching(/stevedore-none.*deploy/) };
    await expect(store.append(key, ['a'], { create: { phase: 'x' } })).rejects.toMatchObject(expected);
    await expect(store.read([key])).rejects.toMatchObject(expected);
    await expect(store.paused()).rejects.toMatchObject(expected);
  });

  it('names the record whose inbox has outgrown an item', async () => {
    const store = await makeStore();
    await store.append(key, ['x'.repeat(300_000)], { create: { phase: 'x' } });
    await expect(store.append(key, ['x'.repeat(150_000)])).rejects.toMatchObject({
      name: 'ItemTooLargeError',
      message: expect.stringContaining('record#p / i-1'),
    });
  });

  it('calls a racing append a conflict when more was consumed than can be removed one by one', async () => {
    const store = await makeStore();
    const notices = Array.from({ length: 301 }, (_, index) => `n${index}`);
    await store.append(key, notices, { create: { phase: 'x' } });
    await store.append(key, ['unseen']);
    expect(await store.commit(key, 0, { state: { phase: 'y' }, consumed: 301 })).toBeUndefined();
    const again = await store.commit(key, 0, { state: { phase: 'y' }, consumed: 302 });
    expect(again?.inbox).toEqual([]);
  });
});

describe('the calls to DynamoDB', () => {
  const makeStore = () => {
    const client = mockClient(DynamoDBClient);
    const clock = testClock();
    const options = { clock, random: () => 1 };
    return { client, clock, store: createDynamoStore<State, string>(new DynamoDBClient({}), 't', options) };
  };
  const keys = { pk: { S: 'record#p' }, sk: { S: 'i-1' } };
  const item = { ...keys, revision: { N: '3' }, state: { S: '{"phase":"x"}' }, inbox: { L: [] } };

  it('marks a record as woken only after the append, lest a worker look in between and never again', async () => {
    const { client, store } = makeStore();
    client.on(UpdateItemCommand).resolves({ Attributes: item });
    client.on(PutItemCommand).resolves({});
    await store.append(key, ['a'], { wake: true });
    const sent = client.calls().map(({ args }) => args[0].constructor);
    expect(sent).toEqual([UpdateItemCommand, PutItemCommand]);
  });

  it('asks again, after a growing pause, for the keys that were left out', async () => {
    const { client, clock, store } = makeStore();
    const throttled = { UnprocessedKeys: { t: { Keys: [keys] } } };
    client
      .on(BatchGetItemCommand)
      .resolvesOnce(throttled)
      .resolvesOnce(throttled)
      .resolves({ Responses: { t: [item] } });
    expect(await store.read([key])).toMatchObject([{ key, revision: 3, state: { phase: 'x' } }]);
    expect(clock.slept).toEqual([100, 200]);
  });

  it('gives up by name when nothing moves', async () => {
    const { client, store } = makeStore();
    client
      .on(BatchWriteItemCommand)
      .resolves({ UnprocessedItems: { t: [{ DeleteRequest: { Key: keys } }] } });
    await expect(store.acknowledge([key])).rejects.toMatchObject({
      name: 'UnprocessedItemsError',
      message: expect.stringContaining('1 items of table t undone in 8 attempts'),
    });
    expect(client.commandCalls(BatchWriteItemCommand)).toHaveLength(8);
  });
});
