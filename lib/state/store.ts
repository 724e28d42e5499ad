import type { EpochMs } from '../clock.ts';

/** Where a record lives: `partition` groups what is worked on together (one cluster), `id` is unique in it. */
export interface RecordKey {
  readonly partition: string;
  readonly id: string;
}

/**
 * A durable record. `state` is what the last commit decided; `inbox` is what has arrived since. Only a commit
 * changes `state` (and `revision`); only appends add to `inbox`. So a notice that arrives while somebody decides
 * is never lost and never makes that decision fail.
 */
export interface StoredRecord<State, Notice> {
  readonly key: RecordKey;
  readonly revision: number;
  readonly state: State;
  readonly inbox: readonly Notice[];
}

export interface AppendOptions<State> {
  /** The state of the record if it does not exist yet; without it an append to a missing record does nothing. */
  readonly create?: State;
  /** When `due` shall report the record, if sooner than it would anyway. */
  readonly dueAt?: EpochMs;
  /** Whether to list the record in `woken`, for the worker that holds the partition's lease. */
  readonly wake?: boolean;
}

export interface Commit<State> {
  readonly state: State;
  /** How many notices from the head of the inbox this state has taken in. */
  readonly consumed: number;
  /** When to look again; without it the record is not due until somebody appends. */
  readonly dueAt?: EpochMs;
  /** When the store may forget the record (DynamoDB TTL: within days after, never before). */
  readonly expiresAt?: EpochMs;
}

/**
 * Durable records with compare-and-set, leases and pointers. Implemented by `memory.ts` and `dynamodb.ts`, which
 * pass the same contract test (test/state/contract.ts).
 */
export interface RecordStore<State, Notice> {
  /**
   * Adds notices to the inbox, atomically and without a condition. Resolves to the record after the append, or to
   * undefined if there is none and `create` is not given. An expired record counts as none: `create` starts it
   * afresh. Until a commit has taken the notices in, the record does not expire.
   */
  append(
    key: RecordKey,
    notices: readonly Notice[],
    options?: AppendOptions<State>,
  ): Promise<StoredRecord<State, Notice> | undefined>;
  /** Strongly consistent; missing and expired records are left out; order is not kept. */
  read(keys: readonly RecordKey[]): Promise<StoredRecord<State, Notice>[]>;
  /**
   * Replaces the state if nobody has since `revision`. Resolves to the new record, or to undefined on a conflict
   * (which a record that is missing or expired is, too): read again and decide again. If notices have arrived
   * meanwhile they are in the new record's inbox, and the record is due at once and does not expire, so that a
   * crash before they are read loses no wake-up; the caller goes round again.
   */
  commit(
    key: RecordKey,
    revision: number,
    commit: Commit<State>,
  ): Promise<StoredRecord<State, Notice> | undefined>;
  /** Records whose `dueAt` has passed, oldest first, at most `limit`. Eventually consistent. */
  due(partition: string, now: EpochMs, limit: number): Promise<RecordKey[]>;
  /** Records appended to with `wake` and not yet acknowledged. Strongly consistent. */
  woken(partition: string): Promise<RecordKey[]>;
  /** Takes records off the `woken` list. Call it before reading them, so that a later append lists them again. */
  acknowledge(keys: readonly RecordKey[]): Promise<void>;
  /** Every record of the partition that has a `dueAt`, i.e. all work in progress. Eventually consistent. */
  open(partition: string): Promise<RecordKey[]>;
  /** Takes or renews the lease for `owner`; false while another owner's has not run out. */
  claim(lease: string, owner: string, now: EpochMs, until: EpochMs): Promise<boolean>;
  /** Gives the lease up, if `owner` still has it. */
  release(lease: string, owner: string): Promise<void>;
  /** Remembers that `alias` (an ARN, say) means `key`. */
  point(alias: string, key: RecordKey, expiresAt: EpochMs): Promise<void>;
  resolve(alias: string): Promise<RecordKey | undefined>;
}

/** A scope that is paused. */
export interface Pause {
  readonly scope: string;
  /** `unknown` where whoever wrote the item by hand did not say. */
  readonly by: string;
  /** Null where the item does not say. */
  readonly at: EpochMs | null;
}

/** What operators set and every capability obeys: the kill switch. */
export interface ControlStore {
  /** The scopes that are paused now: `all`, a capability (`draining`), or `draining/CLUSTER`. */
  paused(): Promise<ReadonlySet<string>>;
  /** The same with who did it and when, by scope. */
  pauses(): Promise<readonly Pause[]>;
  pause(scope: string, by: string, at: EpochMs): Promise<void>;
  resume(scope: string): Promise<void>;
}
