import { couldNotRead } from '../journal/findings.ts';
import { createAttempts } from '../state/lead.ts';
import { type Aim, type Known, placeName, type RetaggingDependencies } from './dependencies.ts';
import { advancePreview, isPreviewDue } from './lifecycle.ts';
import { readRepositories } from './repositories.ts';
import type { Preview, RepositoryRecord } from './repository-record.ts';
import { changeRepository } from './repository-store.ts';
import type { RepositoryView } from './snapshot.ts';

// What the tick finds out about whole repositories, for warnings and refusals: no retag waits for it.

/** Previews of lifecycle policies in one tick: two hundred repositories are through in less than two hours. */
const PREVIEWS_A_TICK = 5;

const tagsAtHome = (aims: readonly Aim[]): ReadonlySet<string> =>
  new Set(aims.flatMap(({ destination: { tag, region } }) => (region === null ? [tag] : [])));

/**
 * Goes on with the previews of lifecycle policies that are due, a few in each tick.
 * @throws what cannot be read and does not pass by itself
 */
export async function foreseeExpiry(
  deps: RetaggingDependencies,
  byRepository: ReadonlyMap<string, readonly Aim[]>,
  records: ReadonlyMap<string, RepositoryRecord>,
): Promise<void> {
  const { attempt, throwFailures } = createAttempts();
  const now = deps.clock.now();
  const due = [...byRepository].flatMap(([repository, aims]) => {
    const tags = tagsAtHome(aims);
    const { preview } = records.get(repository) ?? {};
    // The policy of a repository of another Region is not looked at.
    return tags.size > 0 && isPreviewDue(preview, now) ? [{ repository, tags, preview }] : [];
  });
  for (const { repository, tags, preview } of due.slice(0, PREVIEWS_A_TICK)) {
    await attempt(() => foresee(deps, repository, tags, preview));
  }
  throwFailures();
}

/** One step towards what the lifecycle policy will expire. What cannot be read is asked for again a day later. */
async function foresee(
  { clients, store, clock }: RetaggingDependencies,
  repository: string,
  tags: ReadonlySet<string>,
  preview: Preview | undefined,
): Promise<void> {
  const now = clock.now();
  const keep = (next: Preview) =>
    changeRepository(store, repository, (record) => ({ ...record, preview: next }));
  try {
    await keep(await advancePreview(clients.ecr(), repository, tags, preview, now));
  } catch (error) {
    if (couldNotRead(error).passes) return;
    await keep({ state: 'read', at: now, expiring: [] });
    throw error;
  }
}

/** Reads which tags can be moved, of all repositories together: two calls for a Region. */
export async function learnRepositories(
  { clients, clock }: RetaggingDependencies,
  aims: readonly Aim[],
  known: Known,
): Promise<void> {
  // What was known may not hold any more, also if it cannot be read now; it is a warning less until the next time.
  known.repositories.clear();
  known.repositoriesAt = clock.now();
  const regions = Map.groupBy(aims, ({ destination: { region } }) => region);
  const views = new Map<string, RepositoryView>();
  for (const [region, own] of regions) {
    const names = new Set(own.map(({ destination: { repository } }) => repository));
    for (const [name, view] of await readRepositories(clients.ecr(region), [...names])) {
      views.set(placeName(name, region), view);
    }
  }
  for (const [name, view] of views) known.repositories.set(name, view);
}
