import { mapConcurrent } from '../aws/batch.ts';
import type { AwsClients } from '../aws/clients.ts';
import { explain } from '../aws/explain.ts';
import { type Clock, type EpochMs, HOUR } from '../clock.ts';
import type { Journal } from '../journal/journal.ts';
import { isPausedBy } from '../state/paused.ts';
import type { ControlStore, RecordKey, RecordStore, StoredRecord } from '../state/store.ts';
import { type ActionOutcome, act } from './act.ts';
import { admit } from './admit.ts';
import { decide } from './decide.ts';
import type { Decision, Finding } from './decision.ts';
import { entriesFor, fingerprint, wouldDo } from './entries.ts';
import { takeIn } from './intake.ts';
import { nextLookAt, whatToLookAt } from './look.ts';
import type { Heard } from './notice.ts';
import { listContainerInstances, observe } from './observe.ts';
import { failureReason, settleOutcomes } from './outcome.ts';
import type { ClusterPolicy, DrainingPolicy } from './policy.ts';
import type { DrainRecord } from './record.ts';
import type { Snapshot } from './snapshot.ts';
import { REMEMBER_CLOSED, TICK } from './timing.ts';

/** What draining needs from the outside. */
export interface DrainDependencies {
  readonly policy: DrainingPolicy;
  readonly clients: AwsClients;
  readonly store: RecordStore<DrainRecord, Heard>;
  readonly control: ControlStore;
  readonly journal: Journal;
  readonly clock: Clock;
}

type Stored = StoredRecord<DrainRecord, Heard>;

/** One record on its way through a pass: as stored, with its inbox taken in, and what was decided. */
interface Case {
  readonly stored: Stored;
  readonly heard: DrainRecord;
  readonly snapshot: Snapshot;
  readonly decision: Decision;
}

/** Pointers outlive the longest drain (48 h) by a day. */
const POINTER_LIFE = 72 * HOUR;
const CONCURRENT_COMMITS = 8;

/**
 * One pass over some records of one cluster: observe, decide, act, journal. Resolves to the records that have news
 * already and want another pass. Only the holder of the cluster's lease may admit drains of our own choice, since
 * the caps are counted there (`mayAdmit`).
 * @throws what could not be handled, after it was journalled, so that Lambda's retry and then the queue get it
 */
export async function work(
  deps: DrainDependencies,
  policy: ClusterPolicy,
  keys: readonly RecordKey[],
  mayAdmit: boolean,
): Promise<RecordKey[]> {
  const records = await deps.store.read(keys);
  if (records.length === 0) return [];
  const now = deps.clock.now();
  if (await isPaused(deps, policy)) {
    await mapConcurrent(records, CONCURRENT_COMMITS, (stored) => hold(deps, stored, now, PAUSED));
    return [];
  }
  const requests = records.map((stored) => {
    const record = takeIn(stored.state, stored.inbox, policy);
    return { stored, record, look: whatToLookAt(record, policy, now) };
  });
  let cases: Case[];
  try {
    const snapshots = await observe(deps.clients, policy.cluster, requests, now);
    const decided = requests.map(({ stored, record }): Case => {
      const snapshot = snapshots.get(record.instanceId) ?? {};
      return { stored, heard: record, snapshot, decision: decide(record, snapshot, policy, now) };
    });
    cases = mayAdmit ? await admitWaiting(deps, policy, decided, now) : decided;
  } catch (error) {
    await couldNotObserve(deps, records, error, now);
    return [];
  }
  return carryOut(deps, policy, cases);
}

const PAUSED: Finding = {
  reason: 'paused',
  outcome: 'held',
  sentence:
    'The kill switch is on: nothing is changed, and hooks run out by themselves. docs/draining.md says how to end it.',
};

async function isPaused({ control }: DrainDependencies, { cluster }: ClusterPolicy): Promise<boolean> {
  return isPausedBy(await control.paused(), 'draining', cluster);
}

/** Leaves the inbox as it is and comes back in a minute. */
async function hold(deps: DrainDependencies, stored: Stored, now: EpochMs, finding: Finding): Promise<void> {
  const state = { ...stored.state, lastReason: fingerprint(finding) };
  await deps.store.commit(stored.key, stored.revision, { state, consumed: 0, dueAt: now + TICK });
  await deps.journal.write(entriesFor(stored, [finding], [], now));
}

async function couldNotObserve(
  deps: DrainDependencies,
  records: readonly Stored[],
  error: unknown,
  now: EpochMs,
): Promise<void> {
  const { finding, passes } = couldNotRead(error);
  await mapConcurrent(records, CONCURRENT_COMMITS, (stored) => hold(deps, stored, now, finding));
  // What passes by itself is tried at the next tick; anything else must not look like a success to Lambda.
  if (!passes) throw error;
}

/** What to journal when AWS could not be read, and whether that passes by itself. */
export function couldNotRead(error: unknown): { finding: Finding; passes: boolean } {
  const { code, sentence, retryable } = explain(error);
  const specific = failureReason(code);
  const reason = specific === 'action-failed' ? 'observing-failed' : specific;
  const said = `Could not read the state from AWS. ${sentence}`;
  return { finding: { reason, outcome: 'failed', sentence: said }, passes: retryable };
}

async function admitWaiting(
  { clients }: DrainDependencies,
  policy: ClusterPolicy,
  cases: readonly Case[],
  now: EpochMs,
): Promise<Case[]> {
  const waiting = cases.filter(({ decision }) => decision.wantsRoom);
  if (waiting.length === 0) return [...cases];
  const { cluster } = policy;
  const [active, draining] = await Promise.all([
    listContainerInstances(clients, cluster, { status: 'ACTIVE', filter: 'agentConnected == true' }),
    listContainerInstances(clients, cluster, { status: 'DRAINING' }),
  ]);
  // Hooks and Spot of this very pass take room too, though ECS does not show them DRAINING yet.
  const going = cases.filter(({ decision }) =>
    decision.actions.some(({ kind }) => kind === 'begin-drain'),
  ).length;
  const standing = { active: active.length - going, draining: draining.length + going };
  const { admitted, held } = admit(
    waiting.map(({ heard }) => heard),
    standing,
    policy,
  );
  return cases.map((one) => {
    if (!one.decision.wantsRoom) return one;
    if (admitted.has(one.heard.instanceId)) {
      return { ...one, decision: decide(one.heard, one.snapshot, policy, now, true) };
    }
    const finding = held.get(one.heard.instanceId);
    return finding
      ? { ...one, decision: { ...one.decision, findings: [...one.decision.findings, finding] } }
      : one;
  });
}

async function carryOut(
  deps: DrainDependencies,
  policy: ClusterPolicy,
  cases: readonly Case[],
): Promise<RecordKey[]> {
  const observing = deps.policy.mode === 'observe';
  const acting = observing ? [] : cases.filter(({ decision }) => decision.actions.length > 0);
  const intended = await mapConcurrent(acting, CONCURRENT_COMMITS, (one) => intend(deps, one));
  const current = new Map(acting.map((one, index) => [one, intended[index]]));
  const mine = acting.filter((one) => current.get(one) !== undefined);
  const orders = mine.flatMap(({ heard, decision }) =>
    decision.actions.map((action) => ({ instanceId: heard.instanceId, action })),
  );
  const outcomes = await act(deps.clients, policy.cluster, orders);
  const again = await mapConcurrent(cases, CONCURRENT_COMMITS, async (one) => {
    if (acting.includes(one) && !mine.includes(one)) return [one.stored.key];
    const own = outcomes.filter(({ instanceId }) => instanceId === one.heard.instanceId);
    return conclude(deps, policy, one, current.get(one), own);
  });
  throwRefusals(outcomes);
  return again.flat();
}

/** What AWS will refuse again, until somebody changes something, must not look like a success to Lambda. */
function throwRefusals(outcomes: readonly ActionOutcome[]): void {
  const refused = outcomes.filter(({ result }) => result === 'refused');
  const sentences = refused.map(
    ({ call, instanceId, error }) => `${call} for ${instanceId}: ${error?.sentence}`,
  );
  if (sentences.length > 0) throw new Error(sentences.join('\n'));
}

/**
 * Records what is about to be done, before it is done: a crash in between is then picked up a minute later, knowing
 * whose drain it is. Undefined when somebody else has decided meanwhile; then nothing is done here.
 */
async function intend({ store, clock }: DrainDependencies, { stored, heard, decision }: Case) {
  const { next, actions } = decision;
  const arn = next.containerInstance;
  if (arn && actions.some(({ kind }) => kind === 'begin-drain')) {
    await store.point(arn, stored.key, clock.now() + POINTER_LIFE);
  }
  // A record moves on only after its last action: after a crash in between it is decided again, by what is true then.
  const { closedAs: _, ...open } = next;
  const state = { ...open, phase: heard.phase };
  return store.commit(stored.key, stored.revision, {
    state,
    consumed: stored.inbox.length,
    dueAt: clock.now() + TICK,
  });
}

async function conclude(
  deps: DrainDependencies,
  policy: ClusterPolicy,
  one: Case,
  intended: Stored | undefined,
  outcomes: readonly ActionOutcome[],
): Promise<RecordKey[]> {
  const { stored, heard, decision } = one;
  const now = deps.clock.now();
  const observing = deps.policy.mode === 'observe' && decision.actions.length > 0;
  const settled = observing
    ? {
        record: decision.next.phase === 'closed' ? decision.next : heard,
        findings: wouldDo(decision.actions),
      }
    : settleOutcomes(heard, decision.next, outcomes, now);
  const findings = [...decision.findings, ...settled.findings];
  const last = findings.at(-1);
  const record = last ? { ...settled.record, lastReason: fingerprint(last) } : settled.record;
  if (heard.phase !== 'draining' && record.phase === 'draining' && !intended && record.containerInstance) {
    await deps.store.point(record.containerInstance, stored.key, now + POINTER_LIFE);
  }
  const unsettled = outcomes.some(({ result }) => result === 'retry' || result === 'refused');
  const dueAt = Math.min(nextLookAt(record, policy, now), unsettled ? now + TICK : Number.POSITIVE_INFINITY);
  const committed = await deps.store.commit(stored.key, (intended ?? stored).revision, {
    state: record,
    consumed: intended ? 0 : stored.inbox.length,
    ...(record.phase === 'closed' ? { expiresAt: now + REMEMBER_CLOSED } : { dueAt }),
  });
  await deps.journal.write(entriesFor(stored, findings, outcomes, now));
  // Somebody decided meanwhile, or spoke: both are seen at the next pass.
  return committed === undefined || committed.inbox.length > 0 ? [stored.key] : [];
}
