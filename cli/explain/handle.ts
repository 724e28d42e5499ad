import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { createCapacityHandler } from '../../functions/capacity-handler.ts';
import { createDrainHandler } from '../../functions/drain-handler.ts';
import { createFailoverHandler } from '../../functions/failover-handler.ts';
import { createRetagHandler } from '../../functions/retag-handler.ts';
import { createScaleHandler } from '../../functions/scale-handler.ts';
import { createClients } from '../../lib/aws/clients.ts';
import { createFailoverClients } from '../../lib/aws/failover-clients.ts';
import { createRetaggingClients } from '../../lib/aws/retagging-clients.ts';
import { createScalingClients } from '../../lib/aws/scaling-clients.ts';
import { MINUTE } from '../../lib/clock.ts';
import type { Heard } from '../../lib/draining/notice.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import type { CompiledPolicy, FunctionName } from '../../lib/policy/compile.ts';
import { aimsOf, MOST_COPIED } from '../../lib/retagging/dependencies.ts';
import type { Account } from '../account.ts';
import { type Copied, copyRecords } from '../dry-run.ts';
import { drainRecords } from '../plan/draining.ts';
import { tagRecords } from '../plan/retagging.ts';
import { scalingRecords } from '../plan/scaling.ts';
import { capacityRecords, failoverRecords } from './copies.ts';

/** What a function would make of an event. */
export interface Handled {
  readonly function: FunctionName;
  /** The calls by which it read AWS, as `ECS:DescribeTasks`, in their order and each once. */
  readonly calls: readonly string[];
  readonly entries: readonly JournalEntry[];
  /** What it threw, if that was not journalled. */
  readonly failure?: unknown;
}

type Runtime = CompiledPolicy['runtime'];
type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** Has a function's own handler work on an event in mode observe, over copies of its records. Writes nothing. */
export async function handle(
  account: Account,
  runtime: Runtime,
  name: FunctionName,
  event: unknown,
): Promise<Handled> {
  const journal = createMemoryJournal();
  const calls = new Set<string>();
  const { clientOptions, clock } = account;
  const watched = {
    ...account,
    clientOptions: { ...clientOptions, clock, onCall: (call: string) => void calls.add(call) },
  };
  let failure: { readonly error: unknown } | undefined;
  try {
    const handler = await createHandler(watched, runtime, name, journal);
    await handler(event, contextOf(name, account.orderId));
  } catch (error) {
    failure = { error };
  }
  const { entries } = journal;
  const isTold = entries.some(({ outcome }) => outcome === 'failed');
  return {
    function: name,
    calls: [...calls],
    entries,
    ...(failure && !isTold && { failure: failure.error }),
  };
}

async function createHandler(
  account: Account,
  { draining, scaling, failover, retagging, capacity }: Runtime,
  name: FunctionName,
  journal: ReturnType<typeof createMemoryJournal>,
): Promise<Handler> {
  const { clock, clientOptions, fetch } = account;
  const observing = { mode: 'observe' } as const;
  const ground = { journal, clock, logger: new Logger({ logLevel: 'SILENT' }) };
  switch (name) {
    case 'drain': {
      const store = await copyRecords(account, ofClusters(draining));
      const policy = { ...draining, ...observing };
      const clients = createClients(clientOptions);
      return createDrainHandler({
        ...ground,
        policy,
        clients,
        store,
        control: store,
        report: () => undefined,
      });
    }
    case 'scale': {
      const store = await copyRecords(account, scalingRecords(scaling));
      const policy = { ...scaling, ...observing };
      const clients = createScalingClients(clientOptions);
      return createScaleHandler({ ...ground, policy, clients, store, control: store });
    }
    case 'failover': {
      const store = await copyRecords(account, failoverRecords(failover));
      const policy = { ...failover, ...observing };
      const clients = createFailoverClients(clientOptions);
      const probes = { random: clientOptions.random, probeTaskDefinition: null };
      return createFailoverHandler({ ...ground, ...probes, policy, clients, store, control: store });
    }
    case 'retag': {
      const store = await copyRecords(account, tagRecords([...aimsOf(retagging).values()]));
      const policy = { ...retagging, ...observing };
      const clients = createRetaggingClients(clientOptions);
      const copying = { fetch, mostBytes: MOST_COPIED };
      return createRetagHandler({ ...ground, policy, clients, store, control: store, copying });
    }
    case 'capacity': {
      const store = await copyRecords(account, capacityRecords(capacity));
      const policy = { ...capacity, ...observing };
      const clients = createClients(clientOptions);
      const { random } = clientOptions;
      return createCapacityHandler({ ...ground, policy, clients, store, control: store, random });
    }
    default:
      return name satisfies never;
  }
}

/** The open drains of all clusters: an event of EC2 says of which one only by its instance. */
function ofClusters({ clusters }: Runtime['draining']): Copied<DrainRecord, Heard> {
  const all = clusters.map(drainRecords);
  return {
    keys: async (store) => (await Promise.all(all.map(({ keys }) => keys(store)))).flat(),
    aliases: (record) => all[0]?.aliases?.(record) ?? [],
  };
}

const contextOf = (name: FunctionName, awsRequestId: string): Context => ({
  callbackWaitsForEmptyEventLoop: false,
  functionName: name,
  functionVersion: '$LATEST',
  invokedFunctionArn: name,
  memoryLimitInMB: '512',
  awsRequestId,
  logGroupName: name,
  logStreamName: 'explain',
  getRemainingTimeInMillis: () => MINUTE,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
});
