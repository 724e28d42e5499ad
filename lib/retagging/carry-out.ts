import type { EpochMs } from '../clock.ts';
import { asObserved, changesOf, remembering } from '../journal/findings.ts';
import { conclude as commit } from '../state/conclude.ts';
import type { RecordKey, StoredRecord } from '../state/store.ts';
import { act } from './act.ts';
import type { Finding } from './decision.ts';
import type { Case, Decided } from './deliberate.ts';
import type { RetaggingDependencies } from './dependencies.ts';
import { deployAfter } from './deploy.ts';
import { entriesFor } from './entries.ts';
import type { Heard } from './notice.ts';
import { type ActionOutcome, settleTag } from './outcome.ts';
import type { TagRecord } from './record.ts';
import type { RetaggingRecord } from './repository-record.ts';

/** What came of a look at one tag. */
export interface Done {
  /** The record's key, if it wants another pass. */
  readonly again: readonly RecordKey[];
  readonly lookAt: readonly EpochMs[];
  /** What AWS will refuse again, until somebody changes something: it must not look like a success to Lambda. */
  readonly refused: readonly Error[];
  /** ECR says that the tag is immutable. */
  readonly conflict?: boolean;
}

type Revision = StoredRecord<RetaggingRecord, Heard>;

/** Carries a decision out: the intention is recorded before ECR is asked, and a crash in between is made good by the next look. */
export async function carryOut(deps: RetaggingDependencies, one: Decided): Promise<Done> {
  const { decision, findings, stored } = one;
  const { next, action, lookAt } = decision;
  const moments = lookAt === undefined ? [] : [lookAt];
  const found = [...findings, ...decision.findings];
  if (deps.policy.mode === 'observe') {
    // The record goes on to believe what is in ECR.
    const { intent: _, ...record } = next;
    const again = await conclude(deps, one, record, found.map(asObserved));
    return { again, lookAt: moments, refused: [] };
  }
  if (action === undefined) return finish(deps, one, next, found, moments);
  const intended = await deps.store.commit(stored.key, stored.revision, {
    state: next,
    consumed: stored.inbox.length,
  });
  // Somebody else has decided meanwhile, so that nothing was done here: read again and decide again.
  if (!intended) return { again: [stored.key], lookAt: [], refused: [] };
  const outcome = await act(deps, one, action);
  const settled = settleTag(next, one.rule, outcome, deps.clock.now());
  // That it was done holds only if it was.
  const held = outcome.result === 'done' ? found : found.filter((finding) => finding.outcome !== 'acted');
  if (settled.lookAt !== undefined) moments.push(settled.lookAt);
  const all = [...held, ...settled.findings];
  const done = await finish(deps, one, settled.record, all, moments, intended, outcome);
  const refused = [...done.refused, ...refusalOf(one, outcome)];
  return { ...done, refused, conflict: outcome.result === 'conflict' };
}

/** Commits and journals what came of it; the deployments that follow begin when the retag is recorded. */
async function finish(
  deps: RetaggingDependencies,
  one: Decided,
  record: TagRecord,
  findings: readonly Finding[],
  moments: readonly EpochMs[],
  intended?: Revision,
  outcome?: ActionOutcome,
): Promise<Done> {
  if (record.deploying === undefined) {
    const again = await conclude(deps, one, record, findings, intended, outcome);
    return { again, lookAt: moments, refused: [] };
  }
  let recorded = intended;
  if (intended) {
    recorded = await deps.store.commit(one.stored.key, intended.revision, { state: record, consumed: 0 });
    if (!recorded) return { again: [one.stored.key], lookAt: moments, refused: [] };
  }
  const { region } = one.destination;
  const deployed = await deployAfter(deps.clients.ecs, record, region, deps.clock.now());
  const all = [...findings, ...deployed.findings];
  const again = await conclude(deps, one, deployed.record, all, recorded, outcome);
  const lookAt = deployed.lookAt === undefined ? moments : [...moments, deployed.lookAt];
  return { again, lookAt, refused: deployed.refused };
}

/** Commits what came of a look, unless that is nothing new, and journals it. */
export async function conclude(
  deps: RetaggingDependencies,
  { stored }: Case,
  record: TagRecord,
  findings: readonly Finding[],
  intended?: Revision,
  outcome?: ActionOutcome,
): Promise<RecordKey[]> {
  const next = remembering(record, findings);
  const again = await commit<RetaggingRecord, Heard>(deps.store, stored, next, intended);
  const news = stored.inbox.length > 0 || findings.some((finding) => finding.outcome === 'acted');
  // What the schedule finds as it was is not said again for every tag every few minutes.
  if (!news && next.lastReason === stored.state.lastReason) return again;
  const [deployments, others] = partition(findings, ({ reason }) => reason === 'deployment-started');
  const now = deps.clock.now();
  await deps.journal.write([
    ...entriesFor(stored, others, changesOf(outcome), now),
    ...entriesFor(stored, deployments, ['ECS:UpdateService'], now),
  ]);
  return again;
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

function refusalOf({ record }: Case, outcome: ActionOutcome): Error[] {
  if (outcome.result !== 'refused') return [];
  return [new Error(`${outcome.call} for ${record.id}: ${outcome.error.sentence}`)];
}
