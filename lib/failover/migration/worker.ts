import { asObserved, couldNotRead, remembering } from '../../journal/findings.ts';
import { conclude as commit } from '../../state/conclude.ts';
import { isPausedBy } from '../../state/paused.ts';
import type { RecordKey, StoredRecord } from '../../state/store.ts';
import type { FailoverDependencies } from '../dependencies.ts';
import { readFate } from '../fate.ts';
import type { Heard } from '../notice.ts';
import type { MigrationPolicy } from '../policy.ts';
import type { FailoverRecord, MigrationRecord } from '../record.ts';
import { act, PUT, UPDATE } from './act.ts';
import { decide } from './decide.ts';
import type { MigrationAction, MigrationDecision, MigrationFinding, Situation } from './decision.ts';
import { entriesFor } from './entries.ts';
import { takeIn } from './intake.ts';
import { observe, readTarget } from './observe.ts';
import { settle } from './outcome.ts';
import type { MigrationSnapshot } from './snapshot.ts';

/** What migrations need from the outside. */
export type MigrationDependencies = Omit<FailoverDependencies, 'random' | 'probeTaskDefinition'>;

type Stored = StoredRecord<FailoverRecord, Heard>;

/** One cluster on its way through a look: as stored, with its inbox taken in. */
interface Case {
  readonly policy: MigrationPolicy;
  readonly stored: Stored;
  readonly record: MigrationRecord;
  readonly findings: readonly MigrationFinding[];
}

/**
 * One look at one cluster's migration: observe, decide, act, journal. Resolves to its key if it wants another one at once.
 * @throws what could not be handled, after it was journalled, so that Lambda counts an error
 */
export async function work(
  deps: MigrationDependencies,
  policy: MigrationPolicy,
  stored: Stored,
  paused: ReadonlySet<string>,
): Promise<RecordKey[]> {
  if (stored.state.kind !== 'migration') return [];
  const one: Case = { policy, stored, ...takeIn(stored.state, stored.inbox) };
  if (isPausedBy(paused, 'failover', policy.cluster)) {
    const left = policy.services.some((service) => !one.record.moved.includes(service));
    return conclude(deps, one, one.record, left ? [PAUSED] : []);
  }
  let decided: { readonly decision: MigrationDecision; readonly situation: Situation };
  try {
    decided = await look(deps, one);
  } catch (error) {
    await couldNotObserve(deps, one, error);
    return [];
  }
  return carryOut(deps, one, decided.situation, decided.decision);
}

const PAUSED: MigrationFinding = {
  reason: 'paused',
  outcome: 'held',
  sentence: 'The kill switch is on: nothing is migrated. docs/failover.md says how to end it.',
};

async function couldNotObserve(deps: MigrationDependencies, one: Case, error: unknown): Promise<void> {
  const { finding, passes } = couldNotRead(error);
  await conclude(deps, one, one.record, [finding]);
  // What passes by itself is tried at the next tick; anything else must not look like a success to Lambda.
  if (!passes) throw error;
}

/** Reads, decides, and reads what the decision needs besides; each need is met once. */
async function look({ clients, clock }: MigrationDependencies, { policy, record }: Case) {
  let snapshot: MigrationSnapshot = await observe(clients, record, policy);
  for (;;) {
    const situation: Situation = { record, policy, snapshot, now: clock.now() };
    const decision = decide(situation);
    const { needs } = decision;
    switch (needs?.kind) {
      case undefined:
        return { situation, decision };
      case 'circumstances': {
        const view = snapshot.services.get(needs.service);
        if (view === undefined || view === 'missing') return { situation, decision };
        const circumstances = await readTarget(clients, policy, needs.service, view);
        snapshot = { ...snapshot, target: { service: needs.service, circumstances } };
        break;
      }
      case 'fate': {
        const { cluster } = policy;
        const fate = await readFate(clients, { cluster, service: needs.service }, { at: needs.since });
        snapshot = { ...snapshot, fate };
        break;
      }
      default:
        return needs satisfies never;
    }
  }
}

async function carryOut(
  deps: MigrationDependencies,
  one: Case,
  situation: Situation,
  { next, action, findings }: MigrationDecision,
): Promise<RecordKey[]> {
  if (action === undefined) return conclude(deps, one, next, findings);
  if (deps.policy.mode === 'observe') {
    return conclude(
      deps,
      one,
      asBefore(next, one.record),
      findings.map((finding) => asObserved(finding)),
    );
  }
  const { stored, policy } = one;
  // Stored before AWS is asked: after a crash in between it is found out whether it came about.
  const consumed = stored.inbox.length;
  const intended = await deps.store.commit(stored.key, stored.revision, { state: next, consumed });
  // Somebody else has decided meanwhile, so that nothing is done here: read again and decide again.
  if (!intended) return [stored.key];
  const outcome = await act(deps.clients, policy.cluster, action);
  const settled = settle({ ...situation, record: next }, action, outcome, findings);
  const again = await conclude(deps, one, settled.next, settled.findings, {
    intended,
    ...(outcome.kind === 'failed' ? {} : { call: CALLS[action.kind] }),
  });
  if (outcome.kind === 'failed' && !outcome.retryable) {
    throw new Error(`${outcome.call} for the migration of cluster ${policy.cluster}: ${outcome.sentence}`);
  }
  return again;
}

const CALLS: Readonly<Record<MigrationAction['kind'], string>> = { associate: PUT, move: UPDATE };

/** What was found out holds in mode observe too; what would have been begun does not. */
function asBefore(next: MigrationRecord, { associating, moving }: MigrationRecord): MigrationRecord {
  const { associating: _, moving: __, ...rest } = next;
  return { ...rest, ...(associating && { associating }), ...(moving && { moving }) };
}

/** Commits what came of a look, unless that is nothing new, and journals it. */
async function conclude(
  { store, journal, clock }: MigrationDependencies,
  { stored, record, findings: heard }: Case,
  next: MigrationRecord,
  found: readonly MigrationFinding[],
  acted?: { readonly intended: Stored; readonly call?: string },
): Promise<RecordKey[]> {
  const findings = [...heard, ...found];
  const again = await commit(store, stored, remembering(next, findings), acted?.intended);
  await journal.write(entriesFor(record, stored.inbox, findings, acted?.call, clock.now()));
  return again;
}
