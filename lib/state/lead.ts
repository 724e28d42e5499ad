import { type Clock, SECOND } from '../clock.ts';
import type { RecordKey, RecordStore } from './store.ts';

/** The invocation in which the work is done. */
export interface Invocation {
  readonly id: string;
  /** Milliseconds until Lambda ends it. */
  remainingMs(): number;
}

/** A partition of records and what is done with them. */
export interface Work<Notice> {
  readonly store: RecordStore<unknown, Notice>;
  readonly clock: Clock;
  /** Also the name of its lease. */
  readonly partition: string;
  /** How long the lease lasts without being renewed, where a pass takes longer than usual; milliseconds. */
  readonly leaseMs?: number;
  /** Records in one pass: at most so many are observed before the first is acted on. */
  readonly batch: number;
  /** What is left in the inboxes when somebody else has the lease. */
  readonly note?: readonly Notice[];
  /** One pass; resolves to the records that want another one. */
  pass(keys: readonly RecordKey[]): Promise<RecordKey[]>;
}

/** Long enough for a pass over a batch, short enough that a crashed holder delays nobody for long. */
const LEASE = 20 * SECOND;
/** No new pass is begun with less left: one pass with retries of throttled calls takes seconds. */
const RESERVE = 15 * SECOND;

/**
 * Works on the records, and on what others leave meanwhile, if the partition's lease can be had. Its holder works for
 * all: calls are made in batches, limits are counted in one place, and a hundred invocations do not each ask AWS the
 * same. Who finds the lease taken leaves a note for the holder and goes; nobody waits.
 */
export async function lead<Notice>(
  work: Work<Notice>,
  keys: readonly RecordKey[],
  invocation: Invocation,
): Promise<void> {
  const { store, partition } = work;
  const attempts = createAttempts();
  let queue = distinct(keys);
  while (queue.length > 0 && invocation.remainingMs() > RESERVE) {
    if (!(await claim(work, invocation))) {
      await leaveNotes(work, queue);
      // The holder may have given up the lease between the two: then nobody else reads the note.
      if (!(await claim(work, invocation))) return attempts.throwFailures();
    }
    try {
      queue = await workOff(work, queue, invocation, attempts);
    } finally {
      await store.release(partition, invocation.id);
    }
    // A note left just before the release has been read by nobody.
    queue = distinct([...queue, ...(await store.woken(partition))]);
  }
  await leaveNotes(work, queue);
  attempts.throwFailures();
}

/** For the holder of the lease, and for the next tick if that one crashes after it has read the note. */
async function leaveNotes<Notice>(
  { store, clock, note = [] }: Work<Notice>,
  keys: readonly RecordKey[],
): Promise<void> {
  for (const key of keys) await store.append(key, note, { wake: true, dueAt: clock.now() });
}

/** Resolves to what there was no time for. */
async function workOff<Notice>(
  work: Work<Notice>,
  keys: readonly RecordKey[],
  invocation: Invocation,
  { attempt }: Attempts,
): Promise<RecordKey[]> {
  const { store, partition, batch: size } = work;
  let queue = [...keys];
  while (queue.length > 0 && invocation.remainingMs() > RESERVE) {
    const notes = await store.woken(partition);
    queue = distinct([...queue, ...notes]);
    const batch = queue.slice(0, size);
    // Taken off the list before the record is read, so that a later note counts again; the others stay on it.
    const answered = batch.filter((key) => notes.some(({ id }) => id === key.id));
    if (answered.length > 0) await store.acknowledge(answered);
    const again: RecordKey[] = [];
    await attempt(async () => void again.push(...(await work.pass(batch))));
    queue = distinct([...queue.slice(size), ...again]);
    if (queue.length > 0 && !(await claim(work, invocation))) break;
  }
  return queue;
}

function claim<Notice>(
  { store, clock, partition, leaseMs = LEASE }: Work<Notice>,
  { id }: Invocation,
): Promise<boolean> {
  const now = clock.now();
  return store.claim(partition, id, now, now + leaseMs);
}

function distinct(keys: readonly RecordKey[]): RecordKey[] {
  return [...new Map(keys.map((key) => [`${key.partition}/${key.id}`, key])).values()];
}

type Attempts = ReturnType<typeof createAttempts>;

/** For steps of which one that fails must not hide the others: the failures are thrown at the end. */
export function createAttempts() {
  const failures: unknown[] = [];
  return {
    async attempt(step: () => Promise<void>): Promise<void> {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    },
    throwFailures(): void {
      if (failures.length === 0) return;
      if (failures.length === 1) throw failures[0];
      const sentences = failures.map((error) => (error instanceof Error ? error.message : String(error)));
      throw new AggregateError(failures, [...new Set(sentences)].join('; '));
    },
  };
}
