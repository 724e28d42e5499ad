import { Logger } from '@aws-lambda-powertools/logger';
import { createCapacityHandler } from '../functions/capacity-handler.ts';
import { createDrainHandler } from '../functions/drain-handler.ts';
import { createFailoverHandler } from '../functions/failover-handler.ts';
import { createRetagHandler } from '../functions/retag-handler.ts';
import { createScaleHandler } from '../functions/scale-handler.ts';
import { createScalableTargetReader } from '../lib/aws/application-auto-scaling.ts';
import { createClients } from '../lib/aws/clients.ts';
import { createBasis } from '../lib/aws/common-clients.ts';
import { createEc2Reader } from '../lib/aws/ec2.ts';
import { createEcrReader } from '../lib/aws/ecr.ts';
import { createFailoverClients } from '../lib/aws/failover-clients.ts';
import { createRetaggingClients } from '../lib/aws/retagging-clients.ts';
import { createScalingClients } from '../lib/aws/scaling-clients.ts';
import type { Heard as CapacityHeard } from '../lib/capacity/notice.ts';
import type { CapacityRecord } from '../lib/capacity/record.ts';
import { type Clock, MINUTE } from '../lib/clock.ts';
import type { Heard } from '../lib/draining/notice.ts';
import type { DrainRecord } from '../lib/draining/record.ts';
import type { Standing } from '../lib/draining/sweep.ts';
import type { Heard as FailoverHeard } from '../lib/failover/notice.ts';
import type { FailoverRecord } from '../lib/failover/record.ts';
import type { Journal, JournalEntry } from '../lib/journal/journal.ts';
import { compilePolicy, type FunctionName } from '../lib/policy/compile.ts';
import { formatPolicyError, loadPolicy } from '../lib/policy/load.ts';
import type { Policy } from '../lib/policy/schema.ts';
import type { Heard as RetaggingHeard } from '../lib/retagging/notice.ts';
import type { RetaggingRecord } from '../lib/retagging/repository-record.ts';
import type { Heard as ScalingHeard } from '../lib/scaling/notice.ts';
import type { ScalingRecord } from '../lib/scaling/record.ts';
import { createMemoryStore } from '../lib/state/memory.ts';
import { deploymentListeners } from './deployed.ts';
import type { Handler } from './lambda.ts';
import type { World } from './world.ts';

/** A journal entry and the invocation that wrote it. */
export interface SimulatedEntry extends JournalEntry {
  readonly invocation: string;
}

export interface Deployment {
  readonly journal: readonly SimulatedEntry[];
  /** The one table, and how each capability sees it. */
  readonly table: ReturnType<typeof createMemoryStore<never, never>>;
  readonly store: ReturnType<typeof createMemoryStore<DrainRecord, Heard>>;
  readonly scalingStore: ReturnType<typeof createMemoryStore<ScalingRecord, ScalingHeard>>;
  readonly failoverStore: ReturnType<typeof createMemoryStore<FailoverRecord, FailoverHeard>>;
  readonly retaggingStore: ReturnType<typeof createMemoryStore<RetaggingRecord, RetaggingHeard>>;
  readonly capacityStore: ReturnType<typeof createMemoryStore<CapacityRecord, CapacityHeard>>;
  /** The gauges of the last tick, by cluster. */
  readonly standings: ReadonlyMap<string, Standing>;
  /** Invokes a function that is deployed, beside what its rules do. */
  readonly invoke: ReadonlyMap<FunctionName, (event: unknown) => void>;
}

export interface DeploymentOptions {
  /** As serverless.yml has it. */
  readonly timeoutMs?: number;
  /** The clock that a function reads; the world's unless set. */
  readonly clockOf?: (name: FunctionName) => Clock;
  /** What the functions see of the table; all of it at once unless set. */
  readonly wrapStore?: <Store extends object>(store: Store) => Store;
}

/** The family of the stack's own task definitions for probes, without the architecture. */
const PROBE = 'stevedore-probe';

/** Makes the handler of one environment, given where it journals. */
type MakeHandler = (journal: Journal) => Handler;

/**
 * Deploys Stevedore into a world as `serverless deploy` would into an account: the rules are compiled from the policy
 * file, the handlers are the ones that run on Lambda. Only the table is kept in memory.
 * @throws with every error of the policy file
 */
export function deployStevedore(
  world: World,
  policyFile: string,
  options: DeploymentOptions = {},
): Deployment {
  const loaded = loadPolicy(policyFile);
  if (!loaded.ok) throw new Error(loaded.errors.map(formatPolicyError).join('\n'));
  return deployPolicy(world, loaded.policy, options);
}

/** The same of a policy that is in no file. */
export function deployPolicy(world: World, policy: Policy, options: DeploymentOptions = {}): Deployment {
  const { rules, runtime, functions, statements } = compilePolicy(policy);
  const { clock } = world;
  const entries: SimulatedEntry[] = [];
  const standings = new Map<string, Standing>();
  // One table has the records of all, and its one switch stops all.
  const table = createMemoryStore<never, never>(clock);
  const store: Deployment['store'] = table;
  const scalingStore: Deployment['scalingStore'] = table;
  const failoverStore: Deployment['failoverStore'] = table;
  const retaggingStore: Deployment['retaggingStore'] = table;
  const capacityStore: Deployment['capacityStore'] = table;
  const logger = new Logger({ logLevel: 'SILENT' });

  const wrap = options.wrapStore ?? (<Store>(unchanged: Store) => unchanged);
  const clockOf = options.clockOf ?? (() => clock);
  const control = wrap(store);
  const invoke = new Map<FunctionName, (event: unknown) => void>();
  const invocations = new Map<string, FunctionName>();

  const handlers: Readonly<Record<FunctionName, MakeHandler>> = {
    drain: (journal) =>
      createDrainHandler({
        policy: runtime.draining,
        clients: awsClients(world),
        store: wrap(store),
        control,
        journal,
        clock: clockOf('drain'),
        logger,
        report: (standing) => standings.set(standing.cluster, standing),
      }),
    scale: (journal) =>
      createScaleHandler({
        policy: runtime.scaling,
        clients: scaleClients(world),
        store: wrap(scalingStore),
        control,
        journal,
        clock: clockOf('scale'),
        logger,
      }),
    failover: (journal) =>
      createFailoverHandler({
        policy: runtime.failover,
        clients: failoverClients(world),
        store: wrap(failoverStore),
        control,
        journal,
        clock: clockOf('failover'),
        logger,
        random: world.clients().random,
        probeTaskDefinition: PROBE,
      }),
    retag: (journal) =>
      createRetagHandler({
        policy: runtime.retagging,
        clients: createRetaggingClients(world.clients()),
        store: wrap(retaggingStore),
        control,
        journal,
        clock: clockOf('retag'),
        logger,
        copying: { fetch: (url) => world.ecr.fetchLayer(String(url)), mostBytes: 2 * 1024 ** 3 },
      }),
    capacity: (journal) =>
      createCapacityHandler({
        policy: runtime.capacity,
        clients: awsClients(world),
        store: wrap(capacityStore),
        control,
        journal,
        clock: clockOf('capacity'),
        logger,
        random: world.clients().random,
      }),
  };
  for (const name of functions) {
    const own = rules.filter((rule) => rule.function === name);
    const invokeThis = world.deploy({
      name,
      timeoutMs: options.timeoutMs ?? TIMEOUTS[name],
      init: () => journalled(handlers[name], entries, (invocation) => invocations.set(invocation, name)),
      rules: [...own.map(({ id, pattern }) => ({ name: id, pattern })), { name: 'schedule', rateMs: MINUTE }],
    });
    invoke.set(name, invokeThis);
  }
  const functionOf = (invocation: string) => invocations.get(invocation);
  for (const listener of deploymentListeners) listener({ world, statements, functionOf });
  const stores = { store, scalingStore, failoverStore, retaggingStore, capacityStore };
  return { journal: entries, table, ...stores, standings, invoke };
}

/** As serverless.yml has them, in milliseconds. */
const TIMEOUTS: Readonly<Record<FunctionName, number>> = {
  drain: 60_000,
  scale: 60_000,
  failover: 60_000,
  retag: 300_000,
  capacity: 120_000,
};

/**
 * The clients of the functions, but what they import on first use is there already: under a test runner even the
 * import of what is loaded takes real time, in which virtual time might go on.
 */
function awsClients(world: World) {
  const options = world.clients();
  const { config, retries } = createBasis(options);
  const ec2 = createEc2Reader(config, retries);
  return { ...createClients(options), ec2: async () => ec2 };
}

function scaleClients(world: World) {
  const options = world.clients();
  const { config, retries } = createBasis(options);
  const targets = createScalableTargetReader(config, retries);
  return { ...createScalingClients(options), applicationAutoScaling: async () => targets };
}

function failoverClients(world: World) {
  const options = world.clients();
  const { config, retries } = createBasis(options);
  const ec2 = createEc2Reader(config, retries);
  const ecr = createEcrReader(config, retries);
  return { ...createFailoverClients(options), ec2: async () => ec2, ecr: async () => ecr };
}

/** An environment has one invocation at a time, so that what is journalled meanwhile is that one's. */
function journalled(
  make: MakeHandler,
  entries: SimulatedEntry[],
  onInvocation: (id: string) => void,
): Handler {
  let invocation = '';
  const handler = make({
    write: async (more) => {
      for (const entry of more) entries.push({ ...entry, invocation });
    },
  });
  return (event, context) => {
    invocation = context.awsRequestId;
    onInvocation(invocation);
    return handler(event, context);
  };
}
