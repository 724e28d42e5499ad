import { mapConcurrent } from '../aws/batch.ts';
import { type EpochMs, MINUTE } from '../clock.ts';
import { createAttempts, type Invocation } from '../state/lead.ts';
import { createWatch, type Watch } from '../state/watch.ts';
import { type Aim, aimsOf, type Known, partitionOf, type RetaggingDependencies } from './dependencies.ts';
import { newTagRecord } from './intake.ts';
import { isCopied } from './intent.ts';
import { foreseeExpiry, learnRepositories } from './learn.ts';
import { isLookDue } from './look.ts';
import type { Arrival, Heard } from './notice.ts';
import type { RepositoryRecord, RetaggingRecord } from './repository-record.ts';
import { readRepositoryRecords } from './repository-store.ts';
import { work } from './worker.ts';

export interface Retagger {
  /** Takes pushes, scans, deployments and orders in and looks at the tags that they are about. */
  handle(arrivals: readonly Arrival[], invocation: Invocation): Promise<void>;
  /** The one-minute look at what is due: all tags every few minutes, and those for which time alone changes something. */
  tick(invocation: Invocation): Promise<void>;
}

const BATCH = 1_000;
/** As long as the function runs: a second invocation would only copy the same layers again. */
const COPYING_LEASE = 5 * MINUTE;
const CONCURRENT_REPOSITORIES = 8;
/** Records that the policy does not name any more may be among them. */
const LEFT_OVER = 10;
const TICK = { eventId: 'tick', detailType: 'Scheduled Event' };

/** The retagging capability. One lease for each repository, whose holder looks for all; nobody waits for it. */
export function createRetagger(deps: RetaggingDependencies): Retagger {
  const { policy, store, clock } = deps;
  const aims = aimsOf(policy);
  const byRepository = Map.groupBy(aims.values(), ({ destination }) => destination.repository);
  const repositories = [...byRepository.keys()];
  const known: Known = { repositories: new Map(), repositoriesAt: Number.NEGATIVE_INFINITY };

  const watches = new Map<string, Watch<Heard>>();
  const watchOf = (repository: string): Watch<Heard> => {
    const own = watches.get(repository) ?? createWatchOf(repository);
    watches.set(repository, own);
    return own;
  };
  const createWatchOf = (repository: string) => {
    const own = byRepository.get(repository) ?? [];
    const scope = { repository, known, aims: new Map(own.map((aim) => [aim.destination.id, aim])) };
    return createWatch<RetaggingRecord, Heard>({
      store,
      clock,
      partition: partitionOf(repository),
      ...(own.some(({ rule }) => isCopied(rule)) && { leaseMs: COPYING_LEASE }),
      batch: BATCH,
      create: (id) => begin(aims, id),
      tickNote: (at) => ({ notice: { kind: 'tick', at }, cause: TICK }),
      look: (keys, ticked) => work(deps, scope, keys, ticked),
    });
  };

  const isDue = async (repository: string, record: RepositoryRecord | undefined, now: EpochMs) =>
    isLookDue(record, policy, now) ||
    // What an invocation that broke off has left in an inbox.
    (await store.due(partitionOf(repository), now, LEFT_OVER)).some(({ id }) => aims.has(id));

  return {
    async handle(arrivals, invocation) {
      const { attempt, throwFailures } = createAttempts();
      const deliveries = Map.groupBy(
        arrivals.flatMap(({ records, notice, cause }) =>
          records.map((id) => ({ ids: [id], notice: { notice, cause } })),
        ),
        ({ ids: [id = ''] }) => aims.get(id)?.destination.repository,
      );
      for (const [repository, own] of deliveries) {
        if (repository !== undefined) await attempt(() => watchOf(repository).deliver(own, invocation));
      }
      throwFailures();
    },

    async tick(invocation) {
      const { attempt, throwFailures } = createAttempts();
      const now = clock.now();
      const records = await readRepositoryRecords(store, repositories);
      const due = await mapConcurrent(repositories, CONCURRENT_REPOSITORIES, async (repository) =>
        (await isDue(repository, records.get(repository), now)) ? [repository] : [],
      );
      if (due.flat().length > 0 && now - known.repositoriesAt >= policy.reconcileEveryMs) {
        await attempt(() => learnRepositories(deps, [...aims.values()], known));
      }
      await mapConcurrent(due.flat(), CONCURRENT_REPOSITORIES, (repository) => {
        const ids = (byRepository.get(repository) ?? []).map(({ destination }) => destination.id);
        return attempt(() => watchOf(repository).tick(ids, invocation));
      });
      await attempt(() => foreseeExpiry(deps, byRepository, records));
      throwFailures();
    },
  };
}

function begin(aims: ReadonlyMap<string, Aim>, id: string): RetaggingRecord {
  const aim = aims.get(id);
  if (aim === undefined) throw new Error(`${id} is no destination tag of the policy, and has no record.`);
  return newTagRecord(aim.rule, aim.destination);
}
