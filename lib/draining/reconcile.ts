import { SECOND } from '../clock.ts';
import type { RecordKey } from '../state/store.ts';
import type { Arrival } from './notice.ts';
import type { ClusterPolicy } from './policy.ts';
import { partitionOf, route } from './route.ts';
import { type Standing, sweep } from './sweep.ts';
import { type DrainDependencies, work } from './worker.ts';

/** The invocation in which the work is done. */
export interface Invocation {
  readonly id: string;
  /** Milliseconds until Lambda ends it. */
  remainingMs(): number;
}

export interface Drainer {
  /** Takes events in and carries the drains that they are about one step further. */
  handle(arrivals: readonly Arrival[], invocation: Invocation): Promise<void>;
  /** The one-minute look: what is due, and what no event announced. `report` is told how each cluster stands. */
  tick(invocation: Invocation, report: (standing: Standing) => void): Promise<void>;
}

/** Long enough for a pass over a batch, short enough that a crashed holder delays nobody for long. */
const LEASE = 20 * SECOND;
/** No new pass is begun with less left: one pass with retries of throttled calls takes seconds. */
const RESERVE = 15 * SECOND;
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
          const swept = await sweep(deps, policy);
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

/** For steps of which one that fails must not hide the others: the failures are thrown at the end. */
function createAttempts() {
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

/** Works on the records, and on what others leave meanwhile, if the cluster's lease can be had. */
async function lead(
  deps: DrainDependencies,
  policy: ClusterPolicy,
  keys: readonly RecordKey[],
  invocation: Invocation,
): Promise<void> {
  const { store } = deps;
  const partition = partitionOf(policy);
  const attempts = createAttempts();
  let queue = distinct(keys);
  while (queue.length > 0 && invocation.remainingMs() > RESERVE) {
    if (!(await claim(deps, partition, invocation))) {
      await leaveNotes(deps, queue);
      // The holder may have given up the lease between the two: then nobody else reads the note.
      if (!(await claim(deps, partition, invocation))) return attempts.throwFailures();
    }
    try {
      queue = await workOff(deps, policy, queue, invocation, attempts);
    } finally {
      await store.release(partition, invocation.id);
    }
    // A note left just before the release has been read by nobody.
    queue = distinct([...queue, ...(await store.woken(partition))]);
  }
  await leaveNotes(deps, queue);
  attempts.throwFailures();
}

/** For the holder of the lease, and for the next tick if that one crashes after it has read the note. */
async function leaveNotes({ store, clock }: DrainDependencies, keys: readonly RecordKey[]): Promise<void> {
  for (const key of keys) await store.append(key, [], { wake: true, dueAt: clock.now() });
}

/** Resolves to what there was no time for. */
async function workOff(
  deps: DrainDependencies,
  policy: ClusterPolicy,
  keys: readonly RecordKey[],
  invocation: Invocation,
  { attempt }: ReturnType<typeof createAttempts>,
): Promise<RecordKey[]> {
  const partition = partitionOf(policy);
  let queue = [...keys];
  while (queue.length > 0 && invocation.remainingMs() > RESERVE) {
    const notes = await deps.store.woken(partition);
    queue = distinct([...queue, ...notes]);
    const batch = queue.slice(0, BATCH);
    // Taken off the list before the record is read, so that a later note counts again; the others stay on it.
    const answered = batch.filter((key) => notes.some(({ id }) => id === key.id));
    if (answered.length > 0) await deps.store.acknowledge(answered);
    const again: RecordKey[] = [];
    await attempt(async () => void again.push(...(await work(deps, policy, batch, true))));
    queue = distinct([...queue.slice(BATCH), ...again]);
    if (queue.length > 0 && !(await claim(deps, partition, invocation))) break;
  }
  return queue;
}

function claim({ store, clock }: DrainDependencies, lease: string, { id }: Invocation): Promise<boolean> {
  const now = clock.now();
  return store.claim(lease, id, now, now + LEASE);
}

function distinct(keys: readonly RecordKey[]): RecordKey[] {
  return [...new Map(keys.map((key) => [`${key.partition}/${key.id}`, key])).values()];
}
