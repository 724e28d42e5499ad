import type { ClusterName } from '../../ids.ts';
import { createAttempts, type Invocation, lead } from '../../state/lead.ts';
import type { RecordKey } from '../../state/store.ts';
import type { Heard } from '../notice.ts';
import { newMigrationRecord } from './intake.ts';
import { type MigrationDependencies, work } from './worker.ts';

export interface Migrations {
  /** The look of the schedule at every migration. Nothing else moves one, so that no failover waits for it. */
  tick(invocation: Invocation): Promise<void>;
  /** Keeps an order about the migration of a cluster for the next tick. False if the policy has none for it. */
  order(cluster: string, heard: Heard): Promise<boolean>;
}

/** Apart from the failover of services, and with a lease of its own: who moves services for hours holds nobody up. */
const PARTITION = 'failover-migration';
const BATCH = 10;

export const migrationKey = (cluster: string): RecordKey => ({
  partition: PARTITION,
  id: `migration/${cluster}`,
});

/** Moves the services of clusters from EC2 to Fargate, as the policy's migrations say. */
export function createMigrations(deps: MigrationDependencies): Migrations {
  const { store, clock, control } = deps;
  const policies = new Map(deps.policy.migrations.map((one) => [migrationKey(one.cluster).id, one]));

  const pass = async (keys: readonly RecordKey[]): Promise<RecordKey[]> => {
    const paused = await control.paused();
    const { attempt, throwFailures } = createAttempts();
    const again: RecordKey[] = [];
    // One after the other: there are few, and each look is few calls.
    for (const stored of await store.read(keys)) {
      const policy = policies.get(stored.key.id);
      if (!policy) continue;
      await attempt(async () => void again.push(...(await work(deps, policy, stored, paused))));
    }
    throwFailures();
    return again;
  };

  return {
    async tick(invocation) {
      const clusters = [...policies.values()].map(({ cluster }) => cluster);
      if (clusters.length === 0) return;
      await openRecords(deps, clusters);
      await lead(
        { store, clock, partition: PARTITION, batch: BATCH, pass },
        clusters.map(migrationKey),
        invocation,
      );
    },

    async order(cluster, heard) {
      const key = migrationKey(cluster);
      if (!policies.has(key.id)) return false;
      await store.append(key, [heard], { create: newMigrationRecord(cluster) });
      return true;
    },
  };
}

async function openRecords(
  { store }: MigrationDependencies,
  clusters: readonly ClusterName[],
): Promise<void> {
  const stored = new Set((await store.read(clusters.map(migrationKey))).map(({ key }) => key.id));
  for (const cluster of clusters) {
    const key = migrationKey(cluster);
    if (!stored.has(key.id)) await store.append(key, [], { create: newMigrationRecord(cluster) });
  }
}
