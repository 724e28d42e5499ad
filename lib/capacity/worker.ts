import type { AwsClients } from '../aws/clients.ts';
import { type Clock, MINUTE, SECOND } from '../clock.ts';
import { asObserved, couldNotRead, failedLast, remembering } from '../journal/findings.ts';
import type { Journal } from '../journal/journal.ts';
import { conclude as commit } from '../state/conclude.ts';
import { isPausedBy } from '../state/paused.ts';
import type { ControlStore, RecordKey, RecordStore, StoredRecord } from '../state/store.ts';
import { type ActionOutcome, act } from './act.ts';
import { decide } from './decide.ts';
import type { Finding } from './decision.ts';
import { entriesFor } from './entries.ts';
import { failedServices, sinceHeard, withHeard } from './heard.ts';
import type { Heard } from './notice.ts';
import { settleOutcomes, withoutDone } from './outcome.ts';
import type { CapacityPolicy, ClusterPolicy } from './policy.ts';
import { type Cache, observeCluster } from './reading/observe.ts';
import type { CapacityRecord } from './record.ts';

/** What capacity needs from the outside. */
export interface CapacityDependencies {
  readonly policy: CapacityPolicy;
  readonly clients: AwsClients;
  readonly store: RecordStore<CapacityRecord, Heard>;
  readonly control: ControlStore;
  readonly journal: Journal;
  readonly clock: Clock;
  /** From 0 to 1, as Math.random: breaks the ties that ECS breaks at random. */
  readonly random: () => number;
  /** What does not change, as task definitions; kept from one pass to the next. */
  readonly cache: Cache;
}

type Stored = StoredRecord<CapacityRecord, Heard>;

interface Case {
  readonly policy: ClusterPolicy;
  readonly stored: Stored;
}

/**
 * One pass over some clusters: observe, decide, act, journal. Resolves to the records that want another pass. `ticked`:
 * every cluster is looked at; otherwise those with news.
 * @throws what could not be handled, after it was journalled, so that Lambda's retry and then the queue get it
 */
export async function work(
  deps: CapacityDependencies,
  keys: readonly RecordKey[],
  ticked: boolean,
): Promise<RecordKey[]> {
  const policies = new Map<string, ClusterPolicy>(deps.policy.clusters.map((one) => [one.cluster, one]));
  const paused = await deps.control.paused();
  const cases = (await deps.store.read(keys)).flatMap((stored): Case[] => {
    const policy = policies.get(stored.key.id);
    return policy ? [{ policy, stored }] : [];
  });
  const again: RecordKey[] = [];
  // One after the other: each reads a whole cluster, and the API's limits are left to others too.
  for (const one of cases) {
    if (!ticked && !wantsLook(one.stored)) {
      again.push(...(await note(deps, one)));
      continue;
    }
    if (ticked && rests(deps, one)) continue;
    const isPaused = isPausedBy(paused, 'capacity', one.policy.cluster);
    const pass = isPaused ? conclude(deps, one, one.stored.state, [PAUSED]) : look(deps, one);
    again.push(...(await pass));
  }
  return again;
}

/** A thousand instances take 350 calls to read, of a budget that the whole account shares (ECS API reference, throttling). */
const LARGE = 300;
const RARELY = 3 * MINUTE;
/** Ticks do not come to the millisecond. */
const ABOUT = 10 * SECOND;

/** Whether a large cluster in which nothing waits and nothing leaves was looked at a short while ago. */
function rests({ cache, clock }: CapacityDependencies, { policy, stored }: Case): boolean {
  const { state, inbox } = stored;
  const last = cache.looks.get(policy.cluster);
  const isQuiet = [state.leaving, state.pendingSince].every((some) => Object.keys(some).length === 0);
  const isNews = inbox.length > 0 || failedLast(state);
  if (last === undefined || last.hosts <= LARGE || isNews || !isQuiet) return false;
  return clock.now() - last.at < RARELY - ABOUT;
}

/**
 * That tasks find no place is said at once for each service, and a cluster takes hundreds of calls to read: it is noted,
 * and the schedule looks within a minute. A retry of what failed looks again.
 */
const wantsLook = ({ inbox, state }: Stored) =>
  inbox.length === 0 ? failedLast(state) : inbox.some(({ notice }) => notice.kind === 'tick');

/** Commits what was heard. What was found at the last look stays remembered: this was none. */
async function note(deps: CapacityDependencies, { stored, policy }: Case): Promise<RecordKey[]> {
  const notices = stored.inbox.map(({ notice }) => notice);
  const again = await commit(deps.store, stored, withHeard(stored.state, notices));
  const findings = failedServices(notices).map((service): Finding => {
    const sentence = `ECS finds no instance for a task of service ${service}; the look of the next minute counts what it needs.`;
    return { reason: 'placement-failed', outcome: 'held', sentence };
  });
  await deps.journal.write(entriesFor(policy.cluster, stored, findings, [], deps.clock.now()));
  return again;
}

const PAUSED: Finding = {
  reason: 'paused',
  outcome: 'held',
  sentence: 'The kill switch is on: nothing is changed. docs/capacity.md says how to end it.',
};

async function look(deps: CapacityDependencies, one: Case): Promise<RecordKey[]> {
  const { clients, cache, clock, random } = deps;
  const { policy, stored } = one;
  // What is in the inbox of a look by the schedule was not noted before.
  const state = withHeard(
    stored.state,
    stored.inbox.map(({ notice }) => notice),
  );
  let observed: Awaited<ReturnType<typeof observeCluster>>;
  try {
    observed = await observeCluster(clients, policy, cache, state.pendingSince, clock.now());
  } catch (error) {
    const { finding, passes } = couldNotRead(error);
    await conclude(deps, one, state, [finding]);
    // What passes by itself is tried at the next tick; anything else must not look like a success to Lambda.
    if (!passes) throw error;
    return [];
  }
  const { view, pendingSince } = sinceHeard(observed, state);
  const remarks = observed.remarks.map((sentence): Finding => {
    return { reason: 'expression-not-judged', outcome: 'held', sentence };
  });
  const now = clock.now();
  const before = { ...state, pendingSince };
  const decision = decide(before, view, policy, now, random);
  const findings = [...remarks, ...decision.findings];
  if (deps.policy.mode === 'observe') {
    const next = withoutDone(before, decision.next, decision.actions);
    return conclude(
      deps,
      one,
      next,
      findings.map((finding) => asObserved(finding)),
    );
  }
  if (decision.actions.length === 0) return conclude(deps, one, decision.next, findings);
  // Recorded before it is done: after a crash in between what was begun is followed, and not begun a second time.
  const intended = await deps.store.commit(stored.key, stored.revision, {
    state: decision.next,
    consumed: stored.inbox.length,
  });
  // Somebody else has decided meanwhile: read again and decide again.
  if (intended === undefined) return [stored.key];
  const outcomes = await act(clients, policy.cluster, decision.actions);
  const settled = settleOutcomes(before, decision.next, outcomes);
  const held = findings.filter((finding) => !failedFor(finding, outcomes));
  const again = await conclude(deps, one, settled.record, [...held, ...settled.findings], intended, outcomes);
  throwRefusals(outcomes);
  return again;
}

/** That it was done holds only if it was. */
function failedFor({ outcome, host, facts }: Finding, outcomes: readonly ActionOutcome[]): boolean {
  if (outcome !== 'acted') return false;
  const failed = outcomes.filter(({ result }) => result !== 'done');
  return failed.some(({ action }) =>
    action.kind === 'set-desired' ? facts?.group === action.group : action.host === host,
  );
}

/** Commits what came of a look, unless that is nothing new, and journals it. */
async function conclude(
  deps: CapacityDependencies,
  { stored, policy }: Case,
  record: CapacityRecord,
  findings: readonly Finding[],
  intended?: Stored,
  outcomes: readonly ActionOutcome[] = [],
): Promise<RecordKey[]> {
  const again = await commit(deps.store, stored, remembering(record, findings), intended);
  await deps.journal.write(entriesFor(policy.cluster, stored, findings, outcomes, deps.clock.now()));
  return again;
}

/** What AWS will refuse again, until somebody changes something, must not look like a success to Lambda. */
function throwRefusals(outcomes: readonly ActionOutcome[]): void {
  const refused = outcomes.filter(({ result }) => result === 'refused');
  const sentences = refused.map(({ call, error }) => `${call}: ${error?.sentence}`);
  if (sentences.length > 0) throw new Error([...new Set(sentences)].join('\n'));
}
