import { mapConcurrent } from '../aws/batch.ts';
import type { ScalingClients } from '../aws/scaling-clients.ts';
import type { Clock, EpochMs } from '../clock.ts';
import { MINUTE } from '../clock.ts';
import { asObserved, couldNotRead, failedLast, remembering } from '../journal/findings.ts';
import type { Journal } from '../journal/journal.ts';
import { conclude as commit } from '../state/conclude.ts';
import { isPausedBy } from '../state/paused.ts';
import type { ControlStore, RecordKey, RecordStore, StoredRecord } from '../state/store.ts';
import { type ActionOutcome, act } from './act.ts';
import type { KnownChildren } from './alarms.ts';
import { readCapacities } from './capacity.ts';
import { decide } from './decide.ts';
import type { Finding, ScalingDecision } from './decision.ts';
import { entriesFor } from './entries.ts';
import { takeIn } from './intake.ts';
import type { Heard } from './notice.ts';
import { observe } from './observe.ts';
import { unintended } from './ordered.ts';
import { settleOutcome } from './outcome.ts';
import { readOwners } from './owners.ts';
import type { ScalingPolicy, TargetPolicy } from './policy.ts';
import type { ScalingRecord } from './record.ts';
import type { OtherOwner, ScalingSnapshot } from './snapshot.ts';

/** What scaling needs from the outside. */
export interface ScalingDependencies {
  readonly policy: ScalingPolicy;
  readonly clients: ScalingClients;
  readonly store: RecordStore<ScalingRecord, Heard>;
  readonly control: ControlStore;
  readonly journal: Journal;
  readonly clock: Clock;
  /** What composite alarms are made of, as last seen; kept from one pass to the next to save a call. */
  readonly known: KnownChildren;
}

type Stored = StoredRecord<ScalingRecord, Heard>;

/** One target on its way through a pass: as stored, with its inbox taken in. */
interface Case {
  readonly policy: TargetPolicy;
  readonly stored: Stored;
  readonly record: ScalingRecord;
  readonly findings: readonly Finding[];
}

interface Decided extends Case {
  readonly decision: ScalingDecision;
}

/** Others take over a target by a deployment, not by the minute. */
const OWNER_KNOWN_FOR = 10 * MINUTE;
/** An alarm goes by what the schedule found out before, unless the schedule fails. */
const OWNER_TRUSTED_FOR = 30 * MINUTE;
const CONCURRENT_COMMITS = 8;

/**
 * One pass over some targets: observe, decide, act, journal. Resolves to the records that have news already and want
 * another pass. `ticked`: every target is looked at; otherwise only those that have news.
 * @throws what could not be handled, after it was journalled, so that Lambda's retry and then the queue get it
 */
export async function work(
  deps: ScalingDependencies,
  keys: readonly RecordKey[],
  ticked: boolean,
): Promise<RecordKey[]> {
  const targets = new Map(deps.policy.targets.map((one) => [one.target.id, one]));
  const paused = await deps.control.paused();
  const stored = await deps.store.read(keys);
  const all = stored.flatMap((one): (Case & { news: boolean })[] => {
    const policy = targets.get(one.key.id);
    return policy ? [{ policy, stored: one, ...takeIn(one.state, one.inbox, policy) }] : [];
  });
  const now = deps.clock.now();
  const isPaused = ({ policy }: Case) => isPausedBy(paused, 'scaling', policy.target.id);
  await mapConcurrent(all.filter(isPaused), CONCURRENT_COMMITS, (one) => hold(deps, one, PAUSED, now));
  const running = all.filter((one) => !isPaused(one));
  const wantsLook = ({ news, record }: (typeof all)[number]) =>
    ticked || news || record.intent !== undefined || failedLast(record);
  const quiet = running.filter((one) => !wantsLook(one));
  await mapConcurrent(quiet, CONCURRENT_COMMITS, (one) => conclude(deps, one, one.record, one.findings, now));
  const cases = running.filter(wantsLook);
  let decided: Decided[];
  try {
    const owned = ticked ? await withOwners(deps, cases, OWNER_KNOWN_FOR, now) : cases;
    decided = await look(deps, owned, ticked, now);
  } catch (error) {
    await couldNotObserve(deps, cases, error, now);
    return [];
  }
  return carryOut(deps, decided);
}

const PAUSED: Finding = {
  reason: 'paused',
  outcome: 'held',
  sentence: 'The kill switch is on: nothing is changed. docs/scaling.md says how to end it.',
};

/** Only takes in what was heard: what is in ALARM is looked at by the next tick all the same. */
const hold = (deps: ScalingDependencies, one: Case, finding: Finding, now: EpochMs) =>
  conclude(deps, one, one.record, [...one.findings, finding], now);

async function couldNotObserve(
  deps: ScalingDependencies,
  cases: readonly Case[],
  error: unknown,
  now: EpochMs,
): Promise<void> {
  const { finding, passes } = couldNotRead(error);
  await mapConcurrent(cases, CONCURRENT_COMMITS, (one) => hold(deps, one, finding, now));
  // What passes by itself is tried at the next tick; anything else must not look like a success to Lambda.
  if (!passes) throw error;
}

/** Alarms and metrics of all first; what the targets have now is read only where a change may follow. */
async function look(
  deps: ScalingDependencies,
  cases: readonly Case[],
  ticked: boolean,
  now: EpochMs,
): Promise<Decided[]> {
  const { clients, known } = deps;
  for (const { notice } of cases.flatMap(({ stored }) => stored.inbox)) {
    if (notice.kind !== 'alarm' || notice.children.length === 0 || known.has(notice.name)) continue;
    known.set(notice.name, notice.children);
  }
  const requests = cases.map(({ policy, record, stored }) => ({
    policy,
    record,
    told: ticked ? [] : stored.inbox.map(({ notice }) => notice),
  }));
  const observed = await observe(clients, known, requests, now);
  const first = cases.map((one) => {
    const { record = one.record, snapshot } = observed.get(one.policy.target.id) ?? {};
    return decideOn({ ...one, record }, snapshot, now);
  });
  const unsure = first.filter(({ decision }) => decision.needsCapacity);
  if (unsure.length === 0) return first;
  const owned = await withOwners(deps, unsure, OWNER_TRUSTED_FOR, now);
  const capacities = await readCapacities(
    clients,
    owned.map(({ policy, record }) => ({ target: policy.target, record })),
    now,
  );
  const second = owned.map((one) => {
    const { id } = one.policy.target;
    const owner = one.record.otherOwner?.owner;
    const capacity = capacities.get(id);
    const snapshot = {
      ...EMPTY,
      ...observed.get(id)?.snapshot,
      ...(capacity && { capacity }),
      ...(owner && { otherOwner: owner }),
    };
    return decideOn(one, snapshot, now);
  });
  return [...first.filter((one) => !unsure.includes(one)), ...second];
}

const EMPTY: ScalingSnapshot = { alarms: new Map(), metrics: new Map() };

const decideOn = (one: Case, snapshot: ScalingSnapshot | undefined, now: EpochMs): Decided => ({
  ...one,
  decision: decide(one.record, snapshot ?? EMPTY, one.policy, now),
});

/** Asks who else scales the targets of which that was not asked for so long, in one go. */
async function withOwners<One extends Case>(
  { clients }: ScalingDependencies,
  cases: readonly One[],
  knownFor: number,
  now: EpochMs,
): Promise<One[]> {
  const isStale = ({ record, policy }: Case) =>
    policy.otherOwner === 'refuse' && now - (record.otherOwner?.at ?? Number.NEGATIVE_INFINITY) >= knownFor;
  const stale = cases.filter(isStale);
  if (stale.length === 0) return [...cases];
  let owners: Map<string, OtherOwner>;
  try {
    owners = await readOwners(
      clients,
      stale.map(({ policy }) => policy.target),
    );
  } catch (error) {
    // What was known a while ago still holds; it is asked for again at the next tick.
    if (stale.every(({ record }) => now - (record.otherOwner?.at ?? 0) < OWNER_TRUSTED_FOR))
      return [...cases];
    throw error;
  }
  return cases.map((one) => {
    if (!stale.includes(one)) return one;
    const owner = owners.get(one.policy.target.id) ?? null;
    return { ...one, record: { ...one.record, otherOwner: { at: now, owner } } };
  });
}

async function carryOut(deps: ScalingDependencies, decided: readonly Decided[]): Promise<RecordKey[]> {
  const observing = deps.policy.mode === 'observe';
  const acting = observing ? [] : decided.filter(({ decision }) => decision.desired !== undefined);
  const intended = new Map<Decided, Stored>();
  await mapConcurrent(acting, CONCURRENT_COMMITS, async (one) => {
    const committed = await intend(deps, one);
    if (committed) intended.set(one, committed);
  });
  const outcomes = await act(
    deps.clients,
    [...intended.keys()].flatMap(({ policy, decision: { desired } }) =>
      desired === undefined ? [] : [{ target: policy.target, desired }],
    ),
  );
  const again = await mapConcurrent(decided, CONCURRENT_COMMITS, async (one) => {
    // Somebody else has decided meanwhile, so that nothing was done here: read again and decide again.
    if (acting.includes(one) && !intended.has(one)) return [one.stored.key];
    return settle(deps, one, intended.get(one), outcomes.get(one.policy.target.id));
  });
  throwRefusals(outcomes);
  return again.flat();
}

/** Records the absolute count before it is set: after a crash in between the same count is set, and none is added. */
function intend({ store }: ScalingDependencies, { stored, decision }: Decided): Promise<Stored | undefined> {
  return store.commit(stored.key, stored.revision, { state: decision.next, consumed: stored.inbox.length });
}

async function settle(
  deps: ScalingDependencies,
  one: Decided,
  intended: Stored | undefined,
  outcome: ActionOutcome | undefined,
): Promise<RecordKey[]> {
  const { desired, next, findings: decided } = one.decision;
  const now = deps.clock.now();
  if (desired === undefined) return conclude(deps, one, next, [...one.findings, ...decided], now);
  if (outcome === undefined) {
    return conclude(deps, one, unintended(next), [...one.findings, ...decided.map(asObserved)], now);
  }
  const settled = settleOutcome(next, outcome, now);
  // That it was done holds only if it was.
  const held = outcome.result === 'done' ? decided : decided.filter((finding) => finding.outcome !== 'acted');
  const findings = [...one.findings, ...held, ...settled.findings];
  return conclude(deps, one, settled.record, findings, now, intended, outcome);
}

/** Commits what came of a look, unless that is nothing new, and journals it. */
async function conclude(
  deps: ScalingDependencies,
  { stored, policy }: Case,
  record: ScalingRecord,
  findings: readonly Finding[],
  now: EpochMs,
  intended?: Stored,
  outcome?: ActionOutcome,
): Promise<RecordKey[]> {
  const again = await commit(deps.store, stored, remembering(record, findings), intended);
  await deps.journal.write(entriesFor(policy.target, stored, findings, outcome, now));
  return again;
}

/** What AWS will refuse again, until somebody changes something, must not look like a success to Lambda. */
function throwRefusals(outcomes: ReadonlyMap<string, ActionOutcome>): void {
  const refused = [...outcomes].filter(([, { result }]) => result === 'refused');
  const sentences = refused.map(([id, { call, error }]) => `${call} for ${id}: ${error?.sentence}`);
  if (sentences.length > 0) throw new Error(sentences.join('\n'));
}
