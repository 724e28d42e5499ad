import { isTableMissing } from '../lib/aws/errors.ts';
import type { Clock } from '../lib/clock.ts';
import { createMemoryStore } from '../lib/state/memory.ts';
import type { ControlStore, RecordKey, RecordStore, StoredRecord } from '../lib/state/store.ts';
import type { Account } from './account.ts';

// What a dry run of a capability needs: copies of its records, to be thrown away afterwards, and what it says of itself
// in the words of somebody who asks what would be.

type Store<State, Notice> = RecordStore<State, Notice> & ControlStore;

/** How records are found, and what else points to them. */
export interface Copied<State, Notice> {
  readonly keys: (store: RecordStore<State, Notice>) => Promise<readonly RecordKey[]>;
  readonly aliases?: (record: StoredRecord<State, Notice>) => readonly string[];
}

/**
 * A store in memory with copies of the records that are deployed, and of the kill switch. Without a table, which is so
 * before the first deployment, it is empty.
 * @throws what DynamoDB throws beyond the retries
 */
export async function copyRecords<State, Notice>(
  { store, clock }: Pick<Account, 'store' | 'clock'>,
  { keys, aliases = () => [] }: Copied<State, Notice>,
): Promise<Store<State, Notice>> {
  const copy = createMemoryStore<State, Notice>(clock);
  const original = store<State, Notice>();
  try {
    const now = clock.now();
    for (const record of await original.read(await keys(original))) {
      const { key, state, inbox } = record;
      await copy.append(key, inbox, { create: state, dueAt: now });
      for (const alias of aliases(record)) await copy.point(alias, key, Number.POSITIVE_INFINITY);
    }
    for (const scope of await original.paused()) await copy.pause(scope, 'copy', now);
  } catch (error) {
    if (!isTableMissing(error)) throw error;
  }
  return copy;
}

/** A moment at which the schedule makes all of its looks, also those of every five minutes: now, or soon. */
export function fullTick(clock: Clock, everyMs: number): Clock {
  return { ...clock, now: () => Math.ceil(clock.now() / everyMs) * everyMs };
}

/** What observe mode says, without saying so. */
export function withoutMode(sentence: string): string {
  const would = /^Mode observe: would (?<what>.*); nothing was changed\.$/s.exec(sentence)?.groups?.what;
  if (would !== undefined) return `Would ${would}.`;
  return sentence.replace(/^Mode observe, so that nothing was changed: /, '');
}
