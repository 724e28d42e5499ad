import { type AttributeValue, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  conditional,
  epochSeconds,
  getItems,
  guarded,
  type Item,
  type ItemKey,
  isExpired,
  keyOf,
  type Table,
} from '../aws/table.ts';
import type { AppendOptions, Commit, RecordKey, RecordStore, StoredRecord } from './store.ts';

export const recordKey = ({ partition, id }: RecordKey): ItemKey => ({ pk: `record#${partition}`, sk: id });
export const wokenKey = ({ partition, id }: RecordKey): ItemKey => ({ pk: `woken#${partition}`, sk: id });

const NOT_EXPIRED = '(attribute_not_exists(expiresAt) OR expiresAt > :now)';
/** An update expression has at most 4 kB; 300 times `inbox[123], ` fit. */
const MAX_REMOVALS = 300;
/** How often an append may meet a record that expires, or is started afresh, between its two tries. */
const MAX_APPEND_ROUNDS = 5;

const json = (value: unknown): AttributeValue => ({ S: JSON.stringify(value) });
const number = (value: number): AttributeValue => ({ N: String(value) });
const notExpiredNow = (table: Table) => ({ ':now': number(Math.floor(table.clock.now() / 1000)) });

function toRecord<State, Notice>(key: RecordKey, item: Item): StoredRecord<State, Notice> {
  return {
    key,
    revision: Number(item.revision?.N),
    state: JSON.parse(item.state?.S ?? 'null') as State,
    inbox: (item.inbox?.L ?? []).map((notice) => JSON.parse(notice.S ?? 'null') as Notice),
  };
}

export function recordsIn<State, Notice>(
  table: Table,
): Pick<RecordStore<State, Notice>, 'append' | 'read' | 'commit'> {
  return {
    async append(key, notices, options = {}) {
      const item = await appendItem(table, key, notices, options);
      if (!item) return undefined;
      if (options.dueAt !== undefined && Number(item.dueAt?.N) > options.dueAt) {
        await lowerDueAt(table, key, options.dueAt);
      }
      // After the append, not before: a worker that acknowledges in between would find nothing, and then never look.
      if (options.wake) {
        const marker = new PutItemCommand({ TableName: table.name, Item: keyOf(wokenKey(key)) });
        await guarded(table, table.client.send(marker));
      }
      return toRecord(key, item);
    },

    async read(keys) {
      const items = await getItems(table, keys.map(recordKey));
      return items
        .filter((item) => !isExpired(item, table.clock))
        .map((item) => {
          const partition = (item.pk?.S ?? '').slice('record#'.length);
          return toRecord<State, Notice>({ partition, id: item.sk?.S ?? '' }, item);
        });
    },

    async commit(key, revision, commit) {
      const item =
        (await commitAll(table, key, revision, commit)) ?? (await commitPart(table, key, revision, commit));
      return item && toRecord(key, item);
    },
  };
}

async function update(
  table: Table,
  key: ItemKey,
  expression: string,
  condition: string,
  values: Item,
  usesState: boolean,
): Promise<Item | undefined> {
  const command = new UpdateItemCommand({
    TableName: table.name,
    Key: keyOf(key),
    UpdateExpression: expression,
    ConditionExpression: condition,
    ExpressionAttributeValues: values,
    // `state` is a reserved word; a name that the expression does not use is an error.
    ...(usesState && { ExpressionAttributeNames: { '#state': 'state' } }),
    ReturnValues: 'ALL_NEW',
  });
  return (await conditional(table, table.client.send(command), key))?.Attributes;
}

async function appendItem<State>(
  table: Table,
  key: RecordKey,
  notices: readonly unknown[],
  options: AppendOptions<State>,
): Promise<Item | undefined> {
  for (let round = 0; round < MAX_APPEND_ROUNDS; round++) {
    const item = await appendLive(table, key, notices, options);
    if (item || options.create === undefined) return item;
    // With `create` the only condition is that it has not expired, so it has.
    const fresh = await startAfresh(table, key, notices, options);
    if (fresh) return fresh;
  }
  throw new Error(
    `the record ${key.partition} / ${key.id} in table ${table.name} expired and came back ${MAX_APPEND_ROUNDS} times during one append: check the clock`,
  );
}

function appendLive<State>(
  table: Table,
  key: RecordKey,
  notices: readonly unknown[],
  { create, dueAt }: AppendOptions<State>,
): Promise<Item | undefined> {
  const creates = create !== undefined;
  const sets = ['inbox = list_append(if_not_exists(inbox, :empty), :notices)'];
  if (creates)
    sets.push('#state = if_not_exists(#state, :create), revision = if_not_exists(revision, :zero)');
  // DynamoDB has no min(): what is there and later is lowered by a second, conditional update.
  if (dueAt !== undefined) {
    sets.push('dueAt = if_not_exists(dueAt, :due), duePartition = if_not_exists(duePartition, :partition)');
  }
  return update(
    table,
    recordKey(key),
    `SET ${sets.join(', ')} REMOVE expiresAt`,
    creates ? NOT_EXPIRED : `attribute_exists(pk) AND ${NOT_EXPIRED}`,
    {
      ...notExpiredNow(table),
      ':empty': { L: [] },
      ':notices': { L: notices.map(json) },
      ...(creates && { ':create': json(create), ':zero': number(0) }),
      ...dueValues(key, dueAt),
    },
    creates,
  );
}

/** The revision goes on counting, so that whoever read the record before it expired cannot commit to the new one. */
function startAfresh<State>(
  table: Table,
  key: RecordKey,
  notices: readonly unknown[],
  { create, dueAt }: AppendOptions<State>,
): Promise<Item | undefined> {
  const due = dueClauses(dueAt);
  return update(
    table,
    recordKey(key),
    `SET #state = :create, inbox = :notices, revision = revision + :one${due.set} REMOVE expiresAt${due.remove}`,
    'expiresAt <= :now',
    {
      ...notExpiredNow(table),
      ':create': json(create),
      ':notices': { L: notices.map(json) },
      ':one': number(1),
      ...dueValues(key, dueAt),
    },
    true,
  );
}

async function lowerDueAt(table: Table, key: RecordKey, dueAt: number): Promise<void> {
  // If a commit has removed dueAt meanwhile, it has taken these notices in, too (see commitAll).
  const values = { ':due': number(dueAt) };
  await update(table, recordKey(key), 'SET dueAt = :due', 'dueAt > :due', values, false);
}

/** The usual commit: the decision has seen all that has arrived. */
function commitAll<State>(
  table: Table,
  key: RecordKey,
  revision: number,
  { state, consumed, dueAt, expiresAt }: Commit<State>,
): Promise<Item | undefined> {
  const due = dueClauses(dueAt);
  const expiry = expiresAt === undefined ? '' : ', expiresAt = :expires';
  const remove = [due.remove.slice(2), expiry ? '' : 'expiresAt'].filter(Boolean).join(', ');
  return update(
    table,
    recordKey(key),
    `SET #state = :state, revision = revision + :one, inbox = :empty${due.set}${expiry}${remove && ` REMOVE ${remove}`}`,
    `revision = :revision AND size(inbox) = :consumed AND ${NOT_EXPIRED}`,
    {
      ...notExpiredNow(table),
      ...commitValues(revision, state),
      ':empty': { L: [] },
      ':consumed': number(consumed),
      ...dueValues(key, dueAt),
      ...(expiresAt !== undefined && { ':expires': { N: epochSeconds(expiresAt) } }),
    },
    true,
  );
}

/** More has arrived since: it stays in the inbox, and the record is due now and does not expire. */
async function commitPart<State>(
  table: Table,
  key: RecordKey,
  revision: number,
  { state, consumed, dueAt }: Commit<State>,
): Promise<Item | undefined> {
  // Too many to remove one by one: call it a conflict, so that the caller reads again and finds all of them.
  if (consumed > MAX_REMOVALS) return undefined;
  const now = table.clock.now();
  const dueNow = Math.min(dueAt ?? now, now);
  // From the last to the first: right whether or not a removal shifts what the others mean (dynalite's does).
  const remove = Array.from({ length: consumed }, (_, index) => `inbox[${consumed - 1 - index}]`);
  return update(
    table,
    recordKey(key),
    `SET #state = :state, revision = revision + :one${dueClauses(dueNow).set} REMOVE ${['expiresAt', ...remove].join(', ')}`,
    `revision = :revision AND ${NOT_EXPIRED}`,
    { ...notExpiredNow(table), ...commitValues(revision, state), ...dueValues(key, dueNow) },
    true,
  );
}

const commitValues = (revision: number, state: unknown): Item => ({
  ':revision': number(revision),
  ':one': number(1),
  ':state': json(state),
});

const dueClauses = (dueAt: number | undefined) =>
  dueAt === undefined
    ? { set: '', remove: ', dueAt, duePartition' }
    : { set: ', dueAt = :due, duePartition = :partition', remove: '' };

const dueValues = ({ partition }: RecordKey, dueAt: number | undefined): Item =>
  dueAt === undefined ? {} : { ':due': number(dueAt), ':partition': { S: partition } };
