import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { createBusSink } from '../../lib/journal/bus.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import { createTableSink } from '../../lib/journal/table.ts';
import { functionNames } from '../../lib/policy/compile.ts';
import { createDynamoStore } from '../../lib/state/dynamodb.ts';
import { createWorld } from '../../simulator/world.ts';
import { testClock } from '../state/clock.ts';
import { startDynamo } from '../state/dynalite.ts';
import { type Call, unknownThings, usual } from './request.ts';
import { roleNames, roleOf } from './roles.ts';
import type { OwnOfFunction, OwnOfStack } from './template.ts';
import type { Witness } from './witness.ts';

/**
 * What every function does with what belongs to the stack, which the simulator keeps in memory: the table is dynalite
 * here, the event bus is the simulator's, and the calls that Lambda makes by itself with the role are written down.
 */
export async function playOwn(own: OwnOfStack, witness: Witness): Promise<void> {
  const bus = await busCalls();
  const tables = new Map<string, readonly Call[]>();
  for (const name of functionNames) {
    const { statements, table } = own[name];
    const calls = tables.get(table) ?? (await tableCalls(table));
    tables.set(table, calls);
    const role = roleOf(roleNames[name], statements);
    for (const call of [...calls, ...bus, ...byLambda(own[name])]) {
      witness.heard(role, call, { ...usual, ...unknownThings });
    }
  }
}

/** Lambda developer guide: logs ("AWSLambdaBasicExecutionRole") and "Configuring destinations". */
const byLambda = ({ logGroup, queue }: OwnOfFunction): Call[] => [
  { service: 'Lambda', operation: 'CreateLogStream', input: { logGroup } },
  { service: 'Lambda', operation: 'PutLogEvents', input: { logGroup } },
  { service: 'Lambda', operation: 'SendMessage', input: { queue } },
];

const entry: JournalEntry = {
  at: Date.UTC(2026, 10, 21),
  capability: 'draining',
  outcome: 'acted',
  reason: 'drained',
  sentence: 'An instance was drained.',
  subject: 'i-1',
  weight: 'notable',
};

async function tableCalls(table: string): Promise<readonly Call[]> {
  const dynamo = await startDynamo();
  try {
    await dynamo.createTable(table);
    const calls = recorded(dynamo.client);
    const clock = testClock();
    const options = { clock, random: () => 0.5 };
    const store = createDynamoStore<{ phase: string }, string>(dynamo.client, table, options);
    const key = { partition: 'draining#prod', id: 'i-1' };
    const now = clock.now();
    await store.append(key, ['hook'], { create: { phase: 'new' }, wake: true, dueAt: now });
    await store.read([key]);
    await store.commit(key, 0, { state: { phase: 'draining' }, consumed: 1, dueAt: now });
    await store.due(key.partition, now, 10);
    await store.open(key.partition);
    await store.woken(key.partition);
    await store.acknowledge([key]);
    await store.claim('lease', 'one', now, now + 1000);
    await store.release('lease', 'one');
    await store.point('alias', key, now + 1000);
    await store.resolve('alias');
    await store.paused();
    await createTableSink({ client: dynamo.client, name: table, ...options }, 'writer').write([entry]);
    return calls;
  } finally {
    await dynamo.stop();
  }
}

function recorded(client: DynamoDBClient): Call[] {
  const calls: Call[] = [];
  client.middlewareStack.add(
    (next, context) => (args) => {
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      calls.push({ service: 'DynamoDB', operation, input: args.input });
      return next(args);
    },
    { step: 'initialize', name: 'recorded' },
  );
  return calls;
}

async function busCalls(): Promise<readonly Call[]> {
  const world = createWorld();
  const { clock: _clock, random: _random, ...config } = world.clients();
  await createBusSink(new EventBridgeClient(config)).write([entry]);
  return world.recording.calls;
}
