import type { EpochMs } from '../clock.ts';
import type { Invocation } from '../state/lead.ts';
import { createWatch } from '../state/watch.ts';
import type { Arrival, Heard } from './notice.ts';
import { type Cache, newCache } from './reading/observe.ts';
import { type CapacityRecord, newCapacityRecord } from './record.ts';
import { type CapacityDependencies, work } from './worker.ts';

export interface Capacity {
  /** Takes in that tasks find no place, and looks at their clusters. */
  handle(arrivals: readonly Arrival[], invocation: Invocation): Promise<void>;
  /** The one-minute look at every cluster. */
  tick(invocation: Invocation): Promise<void>;
}

export const PARTITION = 'capacity';
/** One cluster in a pass: it is observed, decided on and acted on before the next one is read. */
const BATCH = 1;
/** A cluster of a thousand instances takes a hundred calls and more to read. */
const LEASE = 60_000;

/** The capacity capability. One lease for all clusters, whose holder looks for all; nobody waits for it. */
export function createCapacity(ground: Omit<CapacityDependencies, 'cache'>): Capacity {
  const cache: Cache = newCache();
  const deps = { ...ground, cache };
  const watch = createWatch<CapacityRecord, Heard>({
    store: deps.store,
    clock: deps.clock,
    partition: PARTITION,
    leaseMs: LEASE,
    batch: BATCH,
    create: newCapacityRecord,
    tickNote: (at: EpochMs) => ({ notice: { kind: 'tick', at }, cause: TICK }),
    look: (keys, ticked) => work(deps, keys, ticked),
  });
  return {
    handle: (arrivals, invocation) =>
      watch.deliver(
        arrivals.map(({ cluster, notice, cause }) => ({ ids: [cluster], notice: { notice, cause } })),
        invocation,
      ),
    tick: (invocation) =>
      watch.tick(
        deps.policy.clusters.map(({ cluster }) => cluster),
        invocation,
      ),
  };
}

const TICK = { eventId: 'tick', detailType: 'Scheduled Event' };
