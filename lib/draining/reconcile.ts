import { createAttempts, type Invocation, lead as leadPartition } from '../state/lead.ts';
import type { RecordKey } from '../state/store.ts';
import { entryWithoutRecord } from './entries.ts';
import type { Arrival } from './notice.ts';
import type { ClusterPolicy } from './policy.ts';
import { partitionOf, route } from './route.ts';
import { type Standing, SWEEP, sweep } from './sweep.ts';
import { couldNotRead, type DrainDependencies, work } from './worker.ts';

export interface Drainer {
  /** Takes events in and carries the drains that they are about one step further. */
  handle(arrivals: readonly Arrival[], invocation: Invocation): Promise<void>;
  /** The one-minute look: what is due, and what no event announced. `report` is told how each cluster stands. */
  tick(invocation: Invocation, report: (standing: Standing) => void): Promise<void>;
}

/** Instances in one pass: at most so many are observed before the first is acted on. */
const BATCH = 25;
const DUE_AT_ONCE = 500;

/**
 * The draining capability. Each cluster has a lease, whose holder works for all: calls are made in batches, the caps
 * are counted in one place, and a hundred invocations do not each ask ECS the same. Who finds the lease taken leaves
 * a note for the holder and goes; nobody waits.
 */
export function createDrainer(deps: DrainDependencies): Drainer {
  return {
    async handle(arrivals, invocation) {
      const { attempt, throwFailures } = createAttempts();
      const byCluster = new Map<ClusterPolicy, RecordKey[]>();
      for (const arrival of arrivals) {
        await attempt(async () => {
          const routed = await route(deps, arrival);
          if (!routed) return;
          const { key, policy } = routed;
          const again = routed.urgent ? await work(deps, policy, [key], false) : [key];
          if (again.length > 0) byCluster.set(policy, [...(byCluster.get(policy) ?? []), ...again]);
        });
      }
      for (const [policy, keys] of byCluster) await attempt(() => lead(deps, policy, keys, invocation));
      throwFailures();
    },

    async tick(invocation, report) {
      const { attempt, throwFailures } = createAttempts();
      for (const policy of deps.policy.clusters) {
        const found: RecordKey[] = [];
        await attempt(async () => {
          const swept = await journalled(deps, policy, sweep(deps, policy));
          if (!swept) return;
          report(swept.standing);
          found.push(...swept.found);
        });
        // What is due must not be late because something else could not be swept.
        await attempt(async () => {
          const due = await deps.store.due(partitionOf(policy), deps.clock.now(), DUE_AT_ONCE);
          const woken = await deps.store.woken(partitionOf(policy));
          await lead(deps, policy, [...found, ...due, ...woken], invocation);
        });
      }
      throwFailures();
    },
  };
}

/** A sweep that AWS did not let through is journalled; one that only has to be repeated, the next tick repeats. */
async function journalled<T>(
  { journal, clock }: DrainDependencies,
  { cluster }: ClusterPolicy,
  sweeping: Promise<T>,
): Promise<T | undefined> {
  try {
    return await sweeping;
  } catch (error) {
    const { finding, passes } = couldNotRead(error);
    await journal.write([entryWithoutRecord(finding, cluster, SWEEP, clock.now())]);
    if (passes) return undefined;
    throw error;
  }
}

/** The holder of a cluster's lease counts the caps, so only it may admit drains of our own choice. */
function lead(
  deps: DrainDependencies,
  policy: ClusterPolicy,
  keys: readonly RecordKey[],
  invocation: Invocation,
): Promise<void> {
  const { store, clock } = deps;
  const pass = (batch: readonly RecordKey[]) => work(deps, policy, batch, true);
  return leadPartition(
    { store, clock, partition: partitionOf(policy), batch: BATCH, pass },
    keys,
    invocation,
  );
}
