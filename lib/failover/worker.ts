import { mapConcurrent } from '../aws/batch.ts';
import type { EpochMs } from '../clock.ts';
import { asObserved, couldNotRead, failedLast, remembering } from '../journal/findings.ts';
import { conclude as commit } from '../state/conclude.ts';
import { createAttempts } from '../state/lead.ts';
import { isPausedBy } from '../state/paused.ts';
import type { RecordKey, StoredRecord } from '../state/store.ts';
import { act } from './act.ts';
import type { Finding, ServiceDecision } from './decision.ts';
import { deliberate, type Whole } from './deliberate.ts';
import { type FailoverDependencies, isOfService, keyOf, type StoredService } from './dependencies.ts';
import { entriesForService } from './entries.ts';
import { takeIn } from './intake.ts';
import type { Heard } from './notice.ts';
import { isUnreadable, type Observed, observe, type Unreadable } from './observe.ts';
import { type ActionOutcome, settleService, undone } from './outcome.ts';
import type { ServicePolicy } from './policy.ts';
import { readPools, tendPools } from './pools.ts';
import type { FailoverRecord, ServiceRecord } from './record.ts';
import { withoutOrder } from './situation.ts';
import type { ServiceView } from './snapshot.ts';

/** One service on its way through a pass: as stored, with its inbox taken in. */
interface Case {
  readonly policy: ServicePolicy;
  readonly stored: StoredService;
  readonly record: ServiceRecord;
  readonly findings: readonly Finding[];
  readonly news: boolean;
}

interface Looked extends Case {
  readonly observed: Observed;
}

type Attempts = ReturnType<typeof createAttempts>;

const CONCURRENT_COMMITS = 8;
/** UpdateService is refilled at 5 a second for the account and Region ("Request throttling", ECS API reference). */
const CONCURRENT_CALLS = 4;

/**
 * One pass over some services, and over the breakers that they share: observe, decide, act, journal. Resolves to the
 * records that have news already and want another pass. `ticked`: every service is looked at; otherwise only those
 * that have news. One service that cannot be read or changed keeps no other from it.
 * @throws what could not be handled, after it was journalled, so that Lambda's retry and then the queue get it
 */
export async function work(
  deps: FailoverDependencies,
  keys: readonly RecordKey[],
  ticked: boolean,
): Promise<RecordKey[]> {
  const { policy, store, control, clock } = deps;
  const scopes = await control.paused();
  // Of all services, whatever the pass is about: the limits are over all.
  const all = (await store.read(policy.services.map(({ id }) => keyOf(id)))).filter(isOfService);
  const now = clock.now();
  const attempts = createAttempts();
  const cases = casesOf(policy.services, all, keys);
  const held = new Set(
    policy.services
      .filter(({ id, cluster }) => [id, cluster].some((part) => isPausedBy(scopes, 'failover', part)))
      .map(({ id }) => id),
  );
  const isPaused = (one: Case) => held.has(one.policy.id);
  await hold(deps, attempts, cases.filter(isPaused), PAUSED);
  const running = cases.filter((one) => !isPaused(one));
  const wantsLook = ({ news, record }: Case) =>
    ticked || news || record.before !== undefined || failedLast(record);
  await hold(
    deps,
    attempts,
    running.filter((one) => !wantsLook(one)),
  );
  const records = new Map(all.map(({ key, state }) => [key.id, state]));
  for (const { policy: one, record } of cases) records.set(one.id, record);

  const looked = await look(deps, attempts, running.filter(wantsLook));
  const again = await decideAll(deps, attempts, looked, records, now);

  const ids = new Set((ticked ? [...records.values()] : affected(looked, records)).flatMap(poolOf));
  const members = { records, views: viewsOf(looked), paused: held };
  const failures = await tendPools(deps, [...ids], members, scopes);
  for (const failure of failures) await attempts.attempt(() => Promise.reject(failure));
  attempts.throwFailures();
  return again;
}

const PAUSED: Finding = {
  reason: 'paused',
  outcome: 'held',
  sentence: 'The kill switch is on: nothing is changed. docs/failover.md says how to end it.',
};

/** In the order of the policy. */
function casesOf(
  policies: readonly ServicePolicy[],
  all: readonly StoredService[],
  keys: readonly RecordKey[],
): Case[] {
  const wanted = new Set(keys.map(({ id }) => id));
  const stored = new Map(all.filter(({ key }) => wanted.has(key.id)).map((one) => [one.key.id, one]));
  return policies.flatMap((policy) => {
    const one = stored.get(policy.id);
    return one ? [{ policy, stored: one, ...takeIn(one.state, one.inbox, policy) }] : [];
  });
}

const poolOf = ({ pool }: ServiceRecord): string[] => (pool ? [pool.id] : []);

const affected = (looked: readonly Looked[], records: ReadonlyMap<string, ServiceRecord>): ServiceRecord[] =>
  looked.flatMap(({ policy }) => records.get(policy.id) ?? []);

const viewsOf = (looked: readonly Looked[]): Map<string, ServiceView> =>
  new Map(
    looked.flatMap(({ policy, observed: { service } }) =>
      service === 'missing' ? [] : [[policy.id, service] as const],
    ),
  );

/** Only takes in what was heard: how things stand is looked at by the next tick all the same. */
async function hold(
  deps: FailoverDependencies,
  { attempt }: Attempts,
  cases: readonly Case[],
  ...more: readonly Finding[]
): Promise<void> {
  await mapConcurrent(cases, CONCURRENT_COMMITS, (one) =>
    attempt(async () => void (await conclude(deps, one, one.record, [...one.findings, ...more]))),
  );
}

/** Those that could be read. What passes by itself is tried at the next tick; anything else is a failure. */
async function look(
  deps: FailoverDependencies,
  attempts: Attempts,
  cases: readonly Case[],
): Promise<Looked[]> {
  if (cases.length === 0) return [];
  const observed = await observe(
    deps.clients,
    cases.map(({ policy }) => policy),
  );
  const looked: Looked[] = [];
  for (const one of cases) {
    const seen = observed.get(one.policy.id) ?? NOT_SEEN;
    if (isUnreadable(seen)) await couldNotObserve(deps, attempts, one, seen);
    else looked.push({ ...one, observed: seen });
  }
  return looked;
}

const NOT_SEEN: Unreadable = { error: new Error('The service was not looked at.') };

async function couldNotObserve(
  deps: FailoverDependencies,
  attempts: Attempts,
  one: Case,
  { error }: Unreadable,
): Promise<void> {
  const { finding, passes } = couldNotRead(error);
  await hold(deps, attempts, [one], finding);
  if (!passes) await attempts.attempt(() => Promise.reject(error));
}

/** `records` are as they are afterwards. */
async function decideAll(
  deps: FailoverDependencies,
  attempts: Attempts,
  looked: readonly Looked[],
  records: Map<string, ServiceRecord>,
  now: EpochMs,
): Promise<RecordKey[]> {
  const pools = await readPools(deps, [...records.values()].flatMap(poolOf));
  const whole: Whole = {
    policy: deps.policy,
    records: new Map(records),
    pools: new Map([...pools].map(([id, { state }]) => [id, state])),
  };
  const decisions = await deliberate(deps.clients, whole, looked, now);
  const again = await mapConcurrent(looked, CONCURRENT_CALLS, async (one) => {
    const decision = decisions.get(one.policy.id) ?? NOT_SEEN;
    if (isUnreadable(decision)) {
      await couldNotObserve(deps, attempts, one, decision);
      return [];
    }
    const wanting: RecordKey[] = [];
    await attempts.attempt(async () => {
      const done = await carryOut(deps, one, decision);
      records.set(one.policy.id, done.record);
      wanting.push(...done.again);
      if (done.refused) throw done.refused;
    });
    return wanting;
  });
  return again.flat();
}

interface Done {
  readonly record: ServiceRecord;
  readonly again: readonly RecordKey[];
  readonly refused?: Error;
}

/** Records the intention before AWS is asked: after a crash in between, the next look finds it and carries it out. */
async function carryOut(
  deps: FailoverDependencies,
  one: Looked,
  { next, action, findings: decided }: ServiceDecision,
): Promise<Done> {
  const findings = [...one.findings, ...decided];
  if (action === undefined) return { record: next, again: await conclude(deps, one, next, findings) };
  if (deps.policy.mode === 'observe') {
    const record = unintended(one, next);
    return { record, again: await conclude(deps, one, record, findings.map(asObserved)) };
  }
  const { stored, policy, observed } = one;
  const consumed = stored.inbox.length;
  const intended = await deps.store.commit(stored.key, stored.revision, { state: next, consumed });
  // Somebody else has decided meanwhile, so that nothing was done here: read again and decide again.
  if (!intended) return { record: one.record, again: [stored.key] };
  const taskDefinition = observed.service === 'missing' ? '' : observed.service.taskDefinition;
  const outcome = await act(deps.clients, policy, action, taskDefinition);
  const settled = settleService(next, outcome);
  // That it was done holds only if it was.
  const held =
    outcome.result === 'done' ? findings : findings.filter((finding) => finding.outcome !== 'acted');
  const again = await conclude(deps, one, settled.record, [...held, ...settled.findings], intended, outcome);
  return { record: settled.record, again, ...refusalOf(policy, outcome) };
}

/** In mode observe a record goes no further than suspicion, and an order has had its answer. */
function unintended({ record }: Case, next: ServiceRecord): ServiceRecord {
  const { launched: _, ...kept } = next.before === undefined ? record : undone(next);
  return withoutOrder({ ...kept, ...(record.launched && { launched: record.launched }) });
}

const GONE = ['aws-service-not-found', 'aws-cluster-not-found'];

/** What AWS will refuse again, until somebody changes something, must not look like a success to Lambda. */
function refusalOf({ id }: ServicePolicy, outcome: ActionOutcome): Pick<Done, 'refused'> {
  if (outcome.result !== 'refused' || GONE.includes(outcome.error.code)) return {};
  return { refused: new Error(`${outcome.call} for ${id}: ${outcome.error.sentence}`) };
}

/** Commits what came of a look, unless that is nothing new, and journals it. */
async function conclude(
  deps: FailoverDependencies,
  { stored, policy }: Case,
  record: ServiceRecord,
  findings: readonly Finding[],
  intended?: StoredRecord<FailoverRecord, Heard>,
  outcome?: ActionOutcome,
): Promise<RecordKey[]> {
  const again = await commit(deps.store, stored, remembering(record, findings), intended);
  await deps.journal.write(entriesForService(policy, stored, findings, outcome, deps.clock.now()));
  return again;
}
