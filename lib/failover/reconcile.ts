import type { Invocation } from '../state/lead.ts';
import { createAttempts } from '../state/lead.ts';
import { createWatch } from '../state/watch.ts';
import { type FailoverDependencies, PARTITION } from './dependencies.ts';
import { newServiceRecord } from './intake.ts';
import type { Arrival, Heard } from './notice.ts';
import type { FailoverRecord } from './record.ts';
import { work } from './worker.ts';

export interface Failover {
  /** Takes signals and orders in and looks at the services that they are about. */
  handle(arrivals: readonly Arrival[], invocation: Invocation): Promise<void>;
  /** The one-minute look at every service: graces that run out, deployments, probes, returns, lost events. */
  tick(invocation: Invocation): Promise<void>;
}

const BATCH = 1_000;
const MIGRATION = 'migration/';

/** The failover capability. One lease for all services, whose holder looks for all; nobody waits for it. */
export function createFailover(deps: FailoverDependencies): Failover {
  const { policy, store, clock } = deps;
  const watch = createWatch<FailoverRecord, Heard>({
    store,
    clock,
    partition: PARTITION,
    batch: BATCH,
    create: newServiceRecord,
    tickNote: (at) => ({ notice: { kind: 'tick', at }, cause: TICK }),
    look: (keys, ticked) => work(deps, keys, ticked),
  });
  // Loaded on first use: most policies move nothing, and those that do are done one day.
  const migrations = async () => (await import('./migration/migrations.ts')).createMigrations(deps);

  return {
    async handle(arrivals, invocation) {
      const { attempt, throwFailures } = createAttempts();
      const isOfMigration = ({ service }: Arrival) => service.startsWith(MIGRATION);
      for (const { service, notice, cause } of arrivals.filter(isOfMigration)) {
        await attempt(async () => {
          await (await migrations()).order(service.slice(MIGRATION.length), { notice, cause });
        });
      }
      const deliveries = arrivals
        .filter((one) => !isOfMigration(one))
        .map(({ service, notice, cause }) => ({ ids: [service], notice: { notice, cause } }));
      if (deliveries.length > 0) await attempt(() => watch.deliver(deliveries, invocation));
      throwFailures();
    },
    async tick(invocation) {
      const { attempt, throwFailures } = createAttempts();
      await attempt(() =>
        watch.tick(
          policy.services.map(({ id }) => id),
          invocation,
        ),
      );
      if (policy.migrations.length > 0) await attempt(async () => (await migrations()).tick(invocation));
      throwFailures();
    },
  };
}

const TICK = { eventId: 'tick', detailType: 'Scheduled Event' };
