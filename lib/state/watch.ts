import type { Clock, EpochMs } from '../clock.ts';
import { createAttempts, type Invocation, lead } from './lead.ts';
import type { RecordKey, RecordStore } from './store.ts';

/** Subjects that a policy names, each with a record, of which all are looked at every minute. */
export interface Watched<State, Notice> {
  readonly store: RecordStore<State, Notice>;
  readonly clock: Clock;
  /** Of all their records, under one lease. */
  readonly partition: string;
  /** See lead.ts. */
  readonly leaseMs?: number;
  /** Records in one pass. */
  readonly batch: number;
  create(id: string): State;
  /** What says that the schedule wants a look, left when another invocation has the lease. */
  tickNote(at: EpochMs): Notice;
  /** One pass. `ticked`: every record is looked at; otherwise those with news. Resolves to what wants another pass. */
  look(keys: readonly RecordKey[], ticked: boolean): Promise<RecordKey[]>;
}

export interface Watch<Notice> {
  /** Puts notices into the inboxes and looks at what has some. One that fails keeps no other from it. */
  deliver(
    deliveries: readonly { readonly ids: readonly string[]; readonly notice: Notice }[],
    invocation: Invocation,
  ): Promise<void>;
  /** The one-minute look at all of `ids`, whose records are begun if they have none. */
  tick(ids: readonly string[], invocation: Invocation): Promise<void>;
}

/** Whoever has the partition's lease looks for all; nobody waits for it. See lead.ts. */
export function createWatch<State, Notice>(watched: Watched<State, Notice>): Watch<Notice> {
  const { store, clock, partition, batch, leaseMs } = watched;
  const lease = leaseMs === undefined ? {} : { leaseMs };

  const run = (keys: readonly RecordKey[], ticked: boolean, invocation: Invocation): Promise<void> => {
    const note = ticked ? [watched.tickNote(clock.now())] : [];
    // A tick is for every record once; what comes back for another pass has news of its own.
    const looked = new Set<string>();
    const pass = async (some: readonly RecordKey[]) => {
      const isFirst = ticked && some.some(({ id }) => !looked.has(id));
      for (const { id } of some) looked.add(id);
      return watched.look(some, isFirst);
    };
    return lead({ store, clock, partition, ...lease, batch, note, pass }, keys, invocation);
  };

  return {
    async deliver(deliveries, invocation) {
      const { attempt, throwFailures } = createAttempts();
      const keys: RecordKey[] = [];
      for (const { ids, notice } of deliveries) {
        for (const id of ids) {
          await attempt(async () => {
            const key = { partition, id };
            await store.append(key, [notice], { create: watched.create(id) });
            keys.push(key);
          });
        }
      }
      await attempt(() => run(keys, false, invocation));
      throwFailures();
    },

    async tick(ids, invocation) {
      const keys = ids.map((id): RecordKey => ({ partition, id }));
      const stored = new Set((await store.read(keys)).map(({ key }) => key.id));
      for (const key of keys.filter(({ id }) => !stored.has(id))) {
        await store.append(key, [], { create: watched.create(key.id) });
      }
      await run(keys, true, invocation);
    },
  };
}
