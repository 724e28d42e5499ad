import { isDeepStrictEqual } from 'node:util';
import { type RetaggingDependencies, repositoryKey } from './dependencies.ts';
import { isRepository, type RepositoryRecord } from './repository-record.ts';

type Store = Pick<RetaggingDependencies, 'store'>['store'];

const ATTEMPTS = 5;
const NEW: RepositoryRecord = { kind: 'repository' };

/** The records of these repositories; none where nothing was ever kept. */
export async function readRepositoryRecords(
  store: Store,
  repositories: readonly string[],
): Promise<Map<string, RepositoryRecord>> {
  const stored = await store.read(repositories.map(repositoryKey));
  return new Map(stored.flatMap(({ key, state }) => (isRepository(state) ? [[key.id, state] as const] : [])));
}

/** Changes the record of a repository, once more where another invocation was first. */
export async function changeRepository(
  store: Store,
  repository: string,
  change: (record: RepositoryRecord) => RepositoryRecord,
): Promise<void> {
  const key = repositoryKey(repository);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [stored] = await store.read([key]);
    const before = stored && isRepository(stored.state) ? stored.state : NEW;
    const next = change(before);
    if (isDeepStrictEqual(next, before)) return;
    const base = stored ?? (await store.append(key, [], { create: NEW }));
    if (base && (await store.commit(key, base.revision, { state: next, consumed: 0 }))) return;
  }
  throw new Error(
    `The record of repository ${repository} was changed by others ${ATTEMPTS} times in a row, and could not be written.`,
  );
}
