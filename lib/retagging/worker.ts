import { mapConcurrent } from '../aws/batch.ts';
import { type EpochMs, MINUTE } from '../clock.ts';
import { couldNotRead, failedLast } from '../journal/findings.ts';
import { createAttempts } from '../state/lead.ts';
import { isPausedBy } from '../state/paused.ts';
import type { RecordKey, StoredRecord } from '../state/store.ts';
import { carryOut, conclude } from './carry-out.ts';
import type { Finding } from './decision.ts';
import { type Background, type Case, deliberate } from './deliberate.ts';
import {
  type Aim,
  type Known,
  placeName,
  type RetaggingDependencies,
  repositoryKey,
} from './dependencies.ts';
import { EcrFailure } from './failure.ts';
import { takeIn } from './intake.ts';
import { afterPass, isReconcileDue } from './look.ts';
import type { Heard } from './notice.ts';
import type { TagRecord } from './record.ts';
import { isRepository, type RepositoryRecord, type RetaggingRecord } from './repository-record.ts';
import { changeRepository } from './repository-store.ts';

/** The tags of one destination repository, and what is kept about them. */
export interface Scope {
  readonly repository: string;
  /** By the ids of their records. */
  readonly aims: ReadonlyMap<string, Aim>;
  readonly known: Known;
}

type Attempts = ReturnType<typeof createAttempts>;
type Stored = StoredRecord<RetaggingRecord, Heard>;

/** What a pass over several tags comes to. */
interface Pass {
  readonly again: readonly RecordKey[];
  readonly lookAt: readonly EpochMs[];
  /** Whether something that passes by itself kept a tag from being looked at. */
  readonly hindered: boolean;
}

const CONCURRENT_COMMITS = 8;
/** Of what is called here, PutImage has the lowest rate limit ("Amazon ECR service quotas"). */
const CONCURRENT_CALLS = 4;

/**
 * One pass over some tags of one repository: observe, decide, act, journal. Resolves to the records that have news already
 * and want another pass. `ticked`: every tag is looked at; otherwise those that have news.
 * @throws what could not be handled, after it was journalled, so that Lambda's retry and then the queue get it
 */
export async function work(
  deps: RetaggingDependencies,
  scope: Scope,
  keys: readonly RecordKey[],
  ticked: boolean,
): Promise<RecordKey[]> {
  const { policy, store, control, clock } = deps;
  const paused = await control.paused();
  const stored = await store.read([...keys, repositoryKey(scope.repository)]);
  const repository = stored.map(({ state }) => state).find(isRepository) ?? { kind: 'repository' };
  const now = clock.now();
  const attempts = createAttempts();
  const cases = stored.flatMap((one) => caseOf(one, scope));
  if (isPausedBy(paused, 'retagging', scope.repository)) {
    const told = cases.filter((one) => one.stored.inbox.length > 0);
    await hold(deps, attempts, told, PAUSED);
    if (told.length > 0)
      await note(deps, scope, { whole: false, reconciled: false, lookAt: [now + MINUTE], now });
    attempts.throwFailures();
    return [];
  }
  const wantsLook = ({ news, record }: Case) =>
    ticked || news || record.intent !== undefined || record.deploying !== undefined || failedLast(record);
  const quiet = cases.filter((one) => !wantsLook(one));
  await hold(deps, attempts, quiet);

  const reconciling = ticked && isReconcileDue(repository, policy, now);
  const background = { known: scope.known, preview: repository.preview, reconciling, now };
  const pass = await look(deps, attempts, cases.filter(wantsLook), background);
  const whole = ticked && cases.length >= scope.aims.size;
  const reconciled = reconciling && whole && !pass.hindered;
  await attempts.attempt(() => note(deps, scope, { whole, reconciled, lookAt: pass.lookAt, now }));
  attempts.throwFailures();
  return [...pass.again];
}

const PAUSED: Finding = {
  reason: 'paused',
  outcome: 'held',
  sentence: 'The kill switch is on: nothing is changed. docs/retagging.md says how to end it.',
};

/** None for what the policy does not name any more. */
function caseOf({ state, ...stored }: Stored, { aims }: Scope): Case[] {
  const aim = aims.get(stored.key.id);
  if (aim === undefined || isRepository(state)) return [];
  // A tag may have gone to another rule by a change of the policy.
  const own: TagRecord = state.rule === aim.rule.id ? state : { ...state, rule: aim.rule.id };
  return [{ ...aim, stored: { ...stored, state }, ...takeIn(own, stored.inbox, aim.rule) }];
}

/** Only takes in what was heard. */
async function hold(
  deps: RetaggingDependencies,
  { attempt }: Attempts,
  cases: readonly Case[],
  ...more: readonly Finding[]
): Promise<void> {
  await mapConcurrent(cases, CONCURRENT_COMMITS, (one) =>
    attempt(async () => void (await conclude(deps, one, one.record, [...one.findings, ...more]))),
  );
}

async function look(
  deps: RetaggingDependencies,
  attempts: Attempts,
  cases: readonly Case[],
  background: Background,
): Promise<Pass> {
  const again: RecordKey[] = [];
  const lookAt: EpochMs[] = [];
  let hindered = false;
  const deliberated = cases.length === 0 ? [] : await deliberate(deps, cases, background);
  await mapConcurrent(deliberated, CONCURRENT_CALLS, async (one) => {
    if ('error' in one) {
      const { finding, passes } = couldNotRead(causeOf(one.error));
      await hold(deps, attempts, [one], finding);
      if (passes) {
        hindered = true;
        lookAt.push(background.now + MINUTE);
      } else await attempts.attempt(() => Promise.reject(one.error));
      return;
    }
    await attempts.attempt(async () => {
      const done = await carryOut(deps, one);
      again.push(...done.again);
      lookAt.push(...done.lookAt);
      // What was read of the repository before does not hold any more.
      if (done.conflict) background.known.repositories.delete(placeOf(one));
      for (const error of done.refused) await attempts.attempt(() => Promise.reject(error));
    });
  });
  return { again, lookAt, hindered };
}

/** What AWS said, of a failure that knows its call. */
const causeOf = (error: unknown): unknown => (error instanceof EcrFailure && error.cause) || error;

const placeOf = ({ destination: { repository, region } }: Case) => placeName(repository, region);

/** Remembers when to look again, and that all has been compared. */
const note = (
  { store }: RetaggingDependencies,
  { repository }: Scope,
  pass: Parameters<typeof afterPass>[1],
): Promise<void> =>
  changeRepository(store, repository, (record: RepositoryRecord) => afterPass(record, pass));
