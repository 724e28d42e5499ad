import type { EpochMs } from '../../lib/clock.ts';
import { isOfPool, isOfService, keyOf } from '../../lib/failover/dependencies.ts';
import { migrationKey } from '../../lib/failover/migration/migrations.ts';
import type { Heard } from '../../lib/failover/notice.ts';
import type { FailoverPolicy } from '../../lib/failover/policy.ts';
import type { FailoverRecord, MigrationRecord } from '../../lib/failover/record.ts';
import type { RecordStore } from '../../lib/state/store.ts';

/** A service that is not on its own strategy, or is about to leave it. */
export interface BreakerStatus {
  readonly service: string;
  readonly phase: 'suspect' | 'flipping' | 'open' | 'latched' | 'probing' | 'returning' | 'paired';
  readonly since: EpochMs;
  /** The breaker that it shares with others; null while that is not known. */
  readonly pool: string | null;
  /** Of a return: which of the policy's steps, from 1. */
  readonly step: { readonly of: number; readonly is: number } | null;
}

/** A shared breaker that is not closed. */
export interface PoolStatus {
  readonly pool: string;
  readonly state: 'open' | 'half-open';
  readonly since: EpochMs;
  /** When its cool-off is over; null while it is probing. */
  readonly probeAt: EpochMs | null;
  /** The service that probes for all; null while it cools off. */
  readonly prober: string | null;
}

/** A migration to Fargate that is not done. */
export interface MigrationStatus {
  readonly cluster: string;
  readonly moved: number;
  readonly services: number;
  readonly moving: string | null;
  /** Why it stands still until somebody does something. */
  readonly stopped: string | null;
}

export interface FailoverStatus {
  readonly breakers: readonly BreakerStatus[];
  readonly pools: readonly PoolStatus[];
  readonly migrations: readonly MigrationStatus[];
}

/** What is not as it should be for good: services and breakers that are closed are left out. */
export async function readFailover(
  store: RecordStore<FailoverRecord, Heard>,
  policy: FailoverPolicy,
): Promise<FailoverStatus> {
  const services = (await store.read(policy.services.map(({ id }) => keyOf(id)))).filter(isOfService);
  const names = new Set(services.flatMap(({ state }) => (state.pool ? [state.pool.id] : [])));
  const [pools, migrations] = await Promise.all([
    store.read([...names].map(keyOf)),
    store.read(policy.migrations.map(({ cluster }) => migrationKey(cluster))),
  ]);
  const steps = new Map(policy.services.map((one) => [one.id, one.steps.length]));
  return {
    breakers: services.flatMap(({ key, state: { phase, pool } }): BreakerStatus[] => {
      if (phase.name === 'closed') return [];
      const step = phase.name === 'returning' ? { is: phase.step + 1, of: steps.get(key.id) ?? 0 } : null;
      return [{ service: key.id, phase: phase.name, since: phase.since, pool: pool?.id ?? null, step }];
    }),
    pools: pools.filter(isOfPool).flatMap(({ state: { id: pool, state } }): PoolStatus[] => {
      switch (state.name) {
        case 'closed':
          return [];
        case 'open':
          return [{ pool, state: 'open', since: state.since, probeAt: state.probeAt, prober: null }];
        case 'half-open':
          return [{ pool, state: 'half-open', since: state.since, probeAt: null, prober: state.prober }];
        default:
          return state satisfies never;
      }
    }),
    migrations: policy.migrations.flatMap(({ cluster, services: all }): MigrationStatus[] => {
      const record = migrations.map(({ state }) => state).find((state) => isMigrationOf(state, cluster));
      if (record === undefined || record.kind !== 'migration' || record.done !== undefined) return [];
      const { moved, moving, stopped } = record;
      return [
        {
          cluster,
          moved: moved.length,
          services: all.length,
          moving: moving?.service ?? null,
          stopped: stopped?.sentence ?? null,
        },
      ];
    }),
  };
}

const isMigrationOf = (state: FailoverRecord, cluster: string): state is MigrationRecord =>
  state.kind === 'migration' && state.cluster === cluster;
