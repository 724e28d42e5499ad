import { mapConcurrent } from '../../lib/aws/batch.ts';
import { createRetaggingClients } from '../../lib/aws/retagging-clients.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import {
  type Aim,
  aimsOf,
  type Known,
  MOST_COPIED,
  partitionOf,
  placeName,
  type RetaggingDependencies,
} from '../../lib/retagging/dependencies.ts';
import { newTagRecord } from '../../lib/retagging/intake.ts';
import { learnRepositories } from '../../lib/retagging/learn.ts';
import type { Heard } from '../../lib/retagging/notice.ts';
import type { RetaggingPolicy } from '../../lib/retagging/policy.ts';
import type { RetaggingRecord } from '../../lib/retagging/repository-record.ts';
import { short } from '../../lib/retagging/tags.ts';
import { work } from '../../lib/retagging/worker.ts';
import type { RecordKey } from '../../lib/state/store.ts';
import type { Account } from '../account.ts';
import { type Copied, copyRecords } from '../dry-run.ts';
import { type Check, underMode, unread } from './check.ts';
import { checksOf } from './entries.ts';

const NOW = 'retagging.now';
const CONCURRENT_REPOSITORIES = 4;
const TICK = { eventId: 'plan', detailType: 'Stevedore Plan' };

/** Which image each destination tag would be given now, or why not, and which tags never move. Never throws. */
export async function checkRetagging(account: Account, policy: RetaggingPolicy): Promise<Check[]> {
  const aims = [...aimsOf(policy).values()];
  if (aims.length === 0) return [];
  const { clock, fetch } = account;
  const journal = createMemoryJournal();
  const known: Known = { repositories: new Map(), repositoriesAt: Number.NEGATIVE_INFINITY };
  const failures = new Map<string, unknown>();
  try {
    const store = await copyRecords(account, tagRecords(aims));
    const deps: RetaggingDependencies = {
      policy: { ...policy, mode: 'observe' },
      clients: createRetaggingClients(account.clientOptions),
      store,
      control: store,
      journal,
      clock,
      copying: { fetch, mostBytes: MOST_COPIED },
    };
    await learnRepositories(deps, aims, known);
    const byRepository = Map.groupBy(aims, ({ destination }) => destination.repository);
    await mapConcurrent([...byRepository], CONCURRENT_REPOSITORIES, async ([repository, own]) => {
      for (const { rule, destination } of own) {
        // Heard of the tick, a tag answers also when the kill switch holds it.
        const heard = { notice: { kind: 'tick', at: clock.now() }, cause: TICK } as const;
        await store.append(keyOf(destination), [heard], { create: newTagRecord(rule, destination) });
      }
      const scope = { repository, known, aims: new Map(own.map((aim) => [aim.destination.id, aim])) };
      await work(
        deps,
        scope,
        own.map(({ destination }) => keyOf(destination)),
        true,
      ).catch((error: unknown) => failures.set(repository, error));
    });
  } catch (error) {
    return [unread(NOW, 'retagging', error)];
  }
  const said = checksOf(journal.entries, {
    section: NOW,
    subjectOf: ({ subject = 'retagging' }) => subject,
    changeOf: ({ facts: { previous, digest } = {} }) =>
      digest === undefined
        ? null
        : { from: previous ? short(String(previous)) : 'nothing', to: short(String(digest)) },
  });
  const unsaid = aims.flatMap((aim) =>
    said.some(({ subject }) => subject === aim.destination.id) ? [] : [quiet(aim, failures)],
  );
  return underMode(policy, 'retagging', [...said, ...unsaid, ...untouched(aims, known)]);
}

/** The records of these tags; what is remembered of whole repositories only spares calls. */
export const tagRecords = (aims: readonly Aim[]): Copied<RetaggingRecord, Heard> => ({
  keys: async () => aims.map(({ destination }) => keyOf(destination)),
});

const keyOf = ({ repository, id }: Aim['destination']): RecordKey => ({
  partition: partitionOf(repository),
  id,
});

function quiet({ rule, destination }: Aim, failures: ReadonlyMap<string, unknown>): Check {
  const { id, repository } = destination;
  const failure = failures.get(repository);
  if (failure !== undefined) return unread(NOW, id, failure);
  const { push, scan, deployment, schedule } = rule.triggers;
  const byHand = !push && !scan && !deployment && schedule === null;
  const sentence = byHand
    ? `${id} moves by order only (rule ${rule.id} has no trigger): stevedore promote ${rule.repository} TAG --to ${id} --dry-run says what one would do.`
    : `${id}: rule ${rule.id} has nothing to give it.`;
  const base = { section: NOW, subject: id, change: null, remarks: [] } as const;
  return { ...base, verdict: 'idle', reason: 'nothing-to-do', sentence };
}

/** Tags that cannot be moved, repositories that are not there, and all that the policy does not name. */
function untouched(aims: readonly Aim[], { repositories }: Known): Check[] {
  const base = { section: 'retagging.never', change: null, remarks: [] } as const;
  const places = new Map(
    aims.map(({ destination: { repository, region } }) => [placeName(repository, region), repository]),
  );
  const found = [...places].flatMap(([place, repository]): Check[] => {
    const view = repositories.get(place);
    if (view === undefined) {
      const sentence = `There is no repository ${place}. Create it, or correct its name under retagging.repositories.`;
      return [{ ...base, subject: place, verdict: 'refused', reason: 'observing-failed', sentence }];
    }
    if (!view.mutability.startsWith('IMMUTABLE')) return [];
    const but = view.exclusions.length > 0 ? ` (but for ${view.exclusions.join(', ')})` : '';
    const sentence = `The tags of ${repository} are ${view.mutability}${but}: a new tag can be given, and one that is there never moves.`;
    return [{ ...base, subject: place, verdict: 'untouched', reason: 'tag-immutable', sentence }];
  });
  const names = [...places.keys()].join(', ');
  const sentence = `Tags are given in ${names}, and only those of the policy; nothing else is written to, and nothing is ever deleted.`;
  const rest: Check = {
    ...base,
    subject: 'all else',
    verdict: 'untouched',
    reason: 'repository-not-in-policy',
    sentence,
  };
  return [...found, rest];
}
