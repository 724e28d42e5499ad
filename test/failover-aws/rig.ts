import { Logger } from '@aws-lambda-powertools/logger';
import { createFailoverHandler } from '../../functions/failover-handler.ts';
import { MINUTE } from '../../lib/clock.ts';
import type { Heard } from '../../lib/failover/notice.ts';
import type { FailoverPolicy, ServicePolicy } from '../../lib/failover/policy.ts';
import type { FailoverRecord, PoolRecord, ServiceRecord } from '../../lib/failover/record.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import { edited } from '../events/samples.ts';
import { contextOf, type Sending } from '../functions/rig.ts';
import { testClock } from '../state/clock.ts';
import { failoverPolicy, web } from './policies.ts';
import { providerArn, serviceArn, taskArn } from './shapes.ts';
import { createFailoverWorld } from './world.ts';

/** A little after the moment of the samples. */
const START = Date.UTC(2026, 10, 21, 14, 1);

export interface FailoverRigOptions {
  /** Default: service web of cluster prod. */
  readonly services?: readonly ServicePolicy[];
  readonly policy?: Partial<FailoverPolicy>;
  readonly probeTaskDefinition?: string | null;
}

/** The handler of failover with everything around it: AWS mocked, store and journal in memory, time by hand. */
export function createFailoverRig(options: FailoverRigOptions = {}) {
  const { services = [web], probeTaskDefinition = 'stevedore-probe' } = options;
  const clock = testClock(START);
  const world = createFailoverWorld(clock);
  const store = createMemoryStore<FailoverRecord, Heard>(clock);
  const journal = createMemoryJournal();
  const policy = failoverPolicy(services, options.policy);
  const deps = {
    policy,
    clients: world.clients,
    store,
    control: store,
    journal,
    clock,
    random: () => 0.5,
    probeTaskDefinition,
  };
  const logger = new Logger({ serviceName: 'test', logLevel: 'SILENT' });
  const handler = createFailoverHandler({ ...deps, logger });
  let invocations = 0;

  const send = async (event: unknown, { id, remainingMs = 60_000 }: Sending = {}): Promise<void> => {
    invocations += 1;
    await handler(event, contextOf(id ?? `invocation-${invocations}`, remainingMs));
  };
  const state = async (id: string): Promise<FailoverRecord | undefined> => {
    const [stored] = await store.read([{ partition: 'failover', id }]);
    return stored?.state;
  };
  return {
    ...deps,
    world,
    send,
    async tick(ms: number = MINUTE): Promise<void> {
      clock.advance(ms);
      await send(edited('schedule-tick', { time: iso(clock.now()) }));
    },
    async record(id: string = web.id): Promise<ServiceRecord> {
      const found = await state(id);
      if (found?.kind !== 'service') throw new Error(`There is no record of ${id}.`);
      return found;
    },
    async pool(id = 'pool/X86_64/us-east-1a+us-east-1b'): Promise<PoolRecord> {
      const found = await state(id);
      if (found?.kind !== 'pool') throw new Error(`There is no record of ${id}.`);
      return found;
    },
    reasons: (from = 0) => journal.entries.slice(from).map(({ reason }) => reason),
    notable: (from = 0) =>
      journal.entries
        .slice(from)
        .filter(({ weight }) => weight === 'notable')
        .map(({ reason }) => reason),
    entry: (reason: string) => journal.entries.find((one) => one.reason === reason),
  };
}

export type FailoverRig = ReturnType<typeof createFailoverRig>;

const iso = (at: number) => new Date(at).toISOString();
let events = 0;

/** FARGATE_SPOT had no place for a task of the service, just now. */
export function placementFailure(
  { clock }: FailoverRig,
  service = 'web',
  provider = 'FARGATE_SPOT',
): unknown {
  events += 1;
  return edited('service-action', {
    id: `placement-failure-${events}`,
    time: iso(clock.now()),
    resources: [serviceArn(service)],
    'detail.capacityProviderArns': [providerArn(provider)],
    'detail.createdAt': iso(clock.now()),
  });
}

/** Spot takes a task of the service back. */
export function interruption({ clock }: FailoverRig, task: string, service = 'web'): unknown {
  events += 1;
  return edited('task-interruption', {
    id: `interruption-${events}`,
    time: iso(clock.now()),
    'detail.group': `service:${service}`,
    'detail.taskArn': taskArn(task),
  });
}

export function order({ clock }: FailoverRig, verb: string, service = 'web'): unknown {
  events += 1;
  const changes = { id: `order-${events}`, time: iso(clock.now()), 'detail.verb': verb };
  return edited('failover-order', { ...changes, 'detail.service': service });
}

/** A rig in which a tick has been, and then Spot took all tasks of web and has no other. */
export async function starved(options: FailoverRigOptions = {}): Promise<FailoverRig> {
  const rig = createFailoverRig(options);
  const service = rig.world.addService('web');
  await rig.tick(0);
  service.runningCount = 0;
  return rig;
}

/** That has failed over: its deployment is through, and the breaker waits for its probe. */
export async function opened(options: FailoverRigOptions = {}): Promise<FailoverRig> {
  const rig = await starved(options);
  await rig.send(placementFailure(rig));
  rig.world.complete('web');
  await rig.tick();
  return rig;
}

export const UPDATE = 'ECS:UpdateService';
/** The strategies that were written, in order. */
export const written = (rig: FailoverRig) =>
  rig.world.inputs(UPDATE).map(({ capacityProviderStrategy }) => capacityProviderStrategy);

export const ON_DEMAND = [
  { capacityProvider: 'FARGATE_SPOT', base: 0, weight: 0 },
  { capacityProvider: 'FARGATE', base: 0, weight: 100 },
];
