import { MINUTE } from '../../lib/clock.ts';
import { createMigrations, migrationKey } from '../../lib/failover/migration/migrations.ts';
import type { Heard, OrderVerb } from '../../lib/failover/notice.ts';
import type { FailoverPolicy, MigrationPolicy } from '../../lib/failover/policy.ts';
import type { FailoverRecord, MigrationRecord } from '../../lib/failover/record.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import type { Invocation } from '../../lib/state/lead.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import { testClock } from '../state/clock.ts';
import { migrationPolicy, NOON } from './situation.ts';
import { createMigrationWorld, ec2Service } from './world.ts';

export interface MigrationRigOptions {
  readonly mode?: 'act' | 'observe';
  readonly policy?: Partial<MigrationPolicy>;
  /** Default: the cluster has both Fargate providers. */
  readonly providers?: readonly string[];
}

/** Cluster prod with web, api and jobs on EC2; AWS mocked, store and journal in memory, time by hand. */
export function createMigrationRig({ mode = 'act', policy, providers }: MigrationRigOptions = {}) {
  const clock = testClock(NOON);
  const world = createMigrationWorld(clock);
  world.putProviders(providers ?? ['hosts', 'FARGATE', 'FARGATE_SPOT']);
  for (const name of ['web', 'api', 'jobs']) world.state.services.set(name, ec2Service(name));
  const store = createMemoryStore<FailoverRecord, Heard>(clock);
  const journal = createMemoryJournal();
  const migrations = [migrationPolicy(policy)];
  const deps = {
    policy: failoverPolicy(mode, migrations),
    clients: world.clients,
    store,
    control: store,
    journal,
    clock,
  };
  let invocations = 0;
  const invocation = (): Invocation => {
    invocations += 1;
    return { id: `invocation-${invocations}`, remainingMs: () => 60_000 };
  };
  const capability = createMigrations(deps);

  return {
    ...deps,
    world,
    /** The scheduled look, a minute (or `ms`) later. */
    async tick(ms: number = MINUTE): Promise<void> {
      clock.advance(ms);
      await capability.tick(invocation());
    },
    order: (verb: OrderVerb, cluster = 'prod'): Promise<boolean> =>
      capability.order(cluster, {
        notice: { kind: 'order', verb, by: 'somebody', at: clock.now() },
        cause: { eventId: `order-${verb}`, detailType: 'Stevedore Order' },
      }),
    async record(): Promise<MigrationRecord | undefined> {
      const [stored] = await store.read([migrationKey('prod')]);
      return stored?.state.kind === 'migration' ? stored.state : undefined;
    },
    reasons: () => journal.entries.map(({ reason }) => reason),
    notable: () => journal.entries.filter(({ weight }) => weight === 'notable').map(({ reason }) => reason),
    entry: (reason: string) => journal.entries.find((entry) => entry.reason === reason),
    /** The services that UpdateService was called for, in order. */
    movedByUs: () => world.inputs('ECS:UpdateService').map(({ service }) => service),
  };
}

export type MigrationRig = ReturnType<typeof createMigrationRig>;

const failoverPolicy = (mode: 'act' | 'observe', migrations: readonly MigrationPolicy[]): FailoverPolicy => ({
  mode,
  services: [],
  breaker: {
    coolOffMs: 10 * MINUTE,
    factor: 2,
    mostMs: 360 * MINUTE,
    jitter: 0.2,
    probe: { kind: 'task', soakMs: 5 * MINUTE, timeoutMs: 10 * MINUTE },
  },
  limits: { tasksPerMinute: 1000, onDemandVcpus: null, taskHoursPerDay: null },
  migrations,
});
