import { isDeepStrictEqual } from 'node:util';
import type { RecordKey, RecordStore, StoredRecord } from './store.ts';

/**
 * Commits what came of a look at a record, unless that is nothing new. `intended`: the record as the intention was
 * committed, which took the inbox in. Resolves to the record's key if it wants another pass: somebody has decided
 * meanwhile, or spoken.
 */
export async function conclude<State, Notice>(
  store: RecordStore<State, Notice>,
  stored: StoredRecord<State, Notice>,
  state: State,
  intended?: StoredRecord<State, Notice>,
): Promise<RecordKey[]> {
  const unchanged = !intended && stored.inbox.length === 0 && isDeepStrictEqual(state, stored.state);
  if (unchanged) return [];
  const consumed = intended ? 0 : stored.inbox.length;
  const committed = await store.commit(stored.key, (intended ?? stored).revision, { state, consumed });
  return committed === undefined || committed.inbox.length > 0 ? [stored.key] : [];
}
