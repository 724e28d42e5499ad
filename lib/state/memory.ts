import type { Clock, EpochMs } from '../clock.ts';
import { frozenCopy } from './frozen.ts';
import type { ControlStore, Pause, RecordKey, RecordStore, StoredRecord } from './store.ts';

interface Cell<State, Notice> {
  readonly record: StoredRecord<State, Notice>;
  readonly dueAt?: EpochMs;
  readonly expiresAt?: EpochMs;
}

/** The store for tests and the simulator. What it holds and returns is deeply frozen, so nothing can be shared by accident. */
export function createMemoryStore<State, Notice>(clock: Clock): RecordStore<State, Notice> & ControlStore {
  return {
    ...memoryRecords<State, Notice>(clock),
    ...memoryLeases(),
    ...memoryPointers(clock),
    ...memoryControl(),
  };
}

type Records<State, Notice> = Omit<RecordStore<State, Notice>, 'claim' | 'release' | 'point' | 'resolve'>;

function memoryRecords<State, Notice>(clock: Clock): Records<State, Notice> {
  const partitions = new Map<string, Map<string, Cell<State, Notice>>>();
  const markers = new Map<string, Map<string, RecordKey>>();

  const cellsOf = (partition: string) => entryOf(partitions, partition);
  const markersOf = (partition: string) => entryOf(markers, partition);
  const live = (key: RecordKey) => {
    const cells = partitions.get(key.partition);
    const cell = cells?.get(key.id);
    if (cell?.expiresAt === undefined || cell.expiresAt > clock.now()) return cell;
    cells?.delete(key.id);
    return undefined;
  };
  const scheduled = (partition: string, until: EpochMs) =>
    [...(partitions.get(partition)?.values() ?? [])]
      .filter((cell) => cell.dueAt !== undefined && cell.dueAt <= until)
      .toSorted((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))
      .map((cell) => cell.record.key);

  return {
    async append(key, notices, options = {}) {
      const old = live(key);
      if (!old && options.create === undefined) return undefined;
      const record: StoredRecord<State, Notice> = frozenCopy({
        key,
        revision: old?.record.revision ?? 0,
        state: old ? old.record.state : (options.create as State),
        inbox: [...(old?.record.inbox ?? []), ...notices],
      });
      const dueAt = earlier(old?.dueAt, options.dueAt);
      cellsOf(key.partition).set(key.id, { record, ...(dueAt !== undefined && { dueAt }) });
      if (options.wake) markersOf(key.partition).set(key.id, record.key);
      return record;
    },

    async read(keys) {
      const distinct = new Map(keys.map((key) => [`${key.partition}\n${key.id}`, key]));
      return [...distinct.values()].flatMap((key) => live(key)?.record ?? []);
    },

    async commit(key, revision, { state, consumed, dueAt, expiresAt }) {
      const old = live(key);
      if (old?.record.revision !== revision) return undefined;
      const inbox = old.record.inbox.slice(consumed);
      const record: StoredRecord<State, Notice> = frozenCopy({ key, revision: revision + 1, state, inbox });
      const due = inbox.length > 0 ? earlier(dueAt, clock.now()) : dueAt;
      cellsOf(key.partition).set(key.id, {
        record,
        ...(due !== undefined && { dueAt: due }),
        // In whole seconds, as DynamoDB's TTL has it.
        ...(expiresAt !== undefined &&
          inbox.length === 0 && { expiresAt: Math.ceil(expiresAt / 1000) * 1000 }),
      });
      return record;
    },

    due: async (partition, now, limit) => scheduled(partition, now).slice(0, Math.max(0, limit)),
    open: async (partition) => scheduled(partition, Number.POSITIVE_INFINITY),
    woken: async (partition) => [...(markers.get(partition)?.values() ?? [])],
    async acknowledge(keys) {
      for (const key of keys) markers.get(key.partition)?.delete(key.id);
    },
  };
}

function memoryLeases(): Pick<RecordStore<never, never>, 'claim' | 'release'> {
  const leases = new Map<string, { readonly owner: string; readonly until: EpochMs }>();
  return {
    async claim(lease, owner, now, until) {
      const held = leases.get(lease);
      if (held && held.owner !== owner && held.until > now) return false;
      leases.set(lease, { owner, until });
      return true;
    },
    async release(lease, owner) {
      if (leases.get(lease)?.owner === owner) leases.delete(lease);
    },
  };
}

function memoryPointers(clock: Clock): Pick<RecordStore<never, never>, 'point' | 'resolve'> {
  const pointers = new Map<string, { readonly key: RecordKey; readonly expiresAt: EpochMs }>();
  return {
    async point(alias, key, expiresAt) {
      pointers.set(alias, { key: frozenCopy(key), expiresAt: Math.ceil(expiresAt / 1000) * 1000 });
    },
    async resolve(alias) {
      const pointer = pointers.get(alias);
      return pointer && pointer.expiresAt > clock.now() ? pointer.key : undefined;
    },
  };
}

function memoryControl(): ControlStore {
  const scopes = new Map<string, Pause>();
  return {
    paused: async () => new Set(scopes.keys()),
    pauses: async () => [...scopes.values()].toSorted((a, b) => (a.scope < b.scope ? -1 : 1)),
    pause: async (scope, by, at) => void scopes.set(scope, { scope, by, at }),
    resume: async (scope) => void scopes.delete(scope),
  };
}

function entryOf<T>(maps: Map<string, Map<string, T>>, partition: string): Map<string, T> {
  const found = maps.get(partition);
  if (found) return found;
  const created = new Map<string, T>();
  maps.set(partition, created);
  return created;
}

function earlier(a: EpochMs | undefined, b: EpochMs | undefined): EpochMs | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
