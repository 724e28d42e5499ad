import type { FailoverClients } from '../aws/failover-clients.ts';
import type { Clock } from '../clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { ControlStore, RecordKey, RecordStore, StoredRecord } from '../state/store.ts';
import type { Heard } from './notice.ts';
import type { FailoverPolicy } from './policy.ts';
import type { FailoverRecord, PoolRecord, ServiceRecord } from './record.ts';

/** What failover needs from the outside. */
export interface FailoverDependencies {
  readonly policy: FailoverPolicy;
  readonly clients: FailoverClients;
  readonly store: RecordStore<FailoverRecord, Heard>;
  readonly control: ControlStore;
  readonly journal: Journal;
  readonly clock: Clock;
  /** From 0 to 1, as Math.random: for the jitter of cool-offs. */
  readonly random: () => number;
  /** Family of the stack's own task definitions for probes, without the architecture; null if the stack has none. */
  readonly probeTaskDefinition: string | null;
}

/** Services and breakers together: the limits over all are counted in one place, under one lease. */
export const PARTITION = 'failover';

export const keyOf = (id: string): RecordKey => ({ partition: PARTITION, id });

type Stored = StoredRecord<FailoverRecord, Heard>;
export type StoredService = StoredRecord<ServiceRecord, Heard>;
export type StoredPool = StoredRecord<PoolRecord, Heard>;

export const isOfService = (stored: Stored): stored is StoredService => stored.state.kind === 'service';
export const isOfPool = (stored: Stored): stored is StoredPool => stored.state.kind === 'pool';
