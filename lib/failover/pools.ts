import { mapConcurrent } from '../aws/batch.ts';
import { asObserved, couldNotRead, remembering } from '../journal/findings.ts';
import { conclude as commit } from '../state/conclude.ts';
import { isPausedBy } from '../state/paused.ts';
import type { PoolAction, PoolDecision } from './decision.ts';
import { type FailoverDependencies, isOfPool, keyOf, type StoredPool } from './dependencies.ts';
import { entriesForPool } from './entries.ts';
import { newPoolRecord } from './intake.ts';
import { isUnreadable, observe } from './observe.ts';
import { type ActionOutcome, settlePool } from './outcome.ts';
import type { ServicePolicy } from './policy.ts';
import { decidePool } from './pool.ts';
import { readProbe, startProbe, stopProbe } from './probe.ts';
import type { PoolRecord, ServiceRecord } from './record.ts';
import type { ProbeView, ServiceView } from './snapshot.ts';

/** What a pass over the services knows when it comes to the breakers that they share. */
export interface Members {
  /** Every record of the policy, as it is now, by the service's id. */
  readonly records: ReadonlyMap<string, ServiceRecord>;
  /** What was seen of them in this pass. */
  readonly views: ReadonlyMap<string, ServiceView>;
  /** Services that the kill switch holds. */
  readonly paused: ReadonlySet<string>;
}

const CONCURRENT_POOLS = 4;

/** The breakers of that name as they are stored; those that never were are not among them. */
export async function readPools(
  { store }: FailoverDependencies,
  ids: Iterable<string>,
): Promise<Map<string, StoredPool>> {
  const stored = await store.read([...new Set(ids)].map(keyOf));
  return new Map(stored.filter(isOfPool).map((one) => [one.key.id, one]));
}

/**
 * Decides on the breakers, by what their members came to: opens them, sends a probe, and closes them. One that fails
 * keeps no other from it. Resolves to what went wrong, after it was journalled.
 */
export async function tendPools(
  deps: FailoverDependencies,
  ids: readonly string[],
  members: Members,
  scopes: ReadonlySet<string>,
): Promise<readonly unknown[]> {
  const running = ids.filter((id) => !isPausedBy(scopes, 'failover', id) && !isHeld(id, members));
  const stored = await readPools(deps, running);
  const failures = await mapConcurrent(running, CONCURRENT_POOLS, async (id) => {
    try {
      const pool = stored.get(id) ?? (await newPool(deps, id));
      return pool ? await tend(deps, pool, members) : [];
    } catch (error) {
      return [error];
    }
  });
  return failures.flat();
}

/** The kill switch on a service that waits for its breaker holds that too: who else waits stays on demand meanwhile. */
const isHeld = (id: string, { records, paused }: Members): boolean =>
  [...records].some(
    ([service, { pool, phase }]) => pool?.id === id && phase.name !== 'closed' && paused.has(service),
  );

/** One begins with the first service that opens, which is thus newer than its being closed. */
async function newPool({ store }: FailoverDependencies, id: string): Promise<StoredPool | undefined> {
  const created = await store.append(keyOf(id), [], { create: newPoolRecord(id, 0) });
  return created && isOfPool(created) ? created : undefined;
}

async function tend(deps: FailoverDependencies, stored: StoredPool, members: Members): Promise<unknown[]> {
  const { policy, clock, random, store } = deps;
  let probe: ProbeView | undefined;
  try {
    probe = await probeOf(deps, stored.state);
  } catch (error) {
    const { finding, passes } = couldNotRead(error);
    await concludePool(deps, stored, stored.state, [finding]);
    return passes ? [] : [error];
  }
  const { next, action, findings } = decidePool({
    pool: stored.state,
    members: [...members.records.values()].filter((record) => record.pool?.id === stored.key.id),
    probe,
    breaker: policy.breaker,
    now: clock.now(),
    random,
  });
  if (action === undefined) {
    await concludePool(deps, stored, next, findings);
    return [];
  }
  if (policy.mode === 'observe') {
    await concludePool(deps, stored, stored.state, findings.map(asObserved));
    return [];
  }
  const intended = await store.commit(stored.key, stored.revision, {
    state: next,
    consumed: stored.inbox.length,
  });
  // Somebody else has decided meanwhile; the next look decides on what is then true.
  if (!intended) return [];
  const outcome = await act(deps, next, action, members);
  const settled = settlePool(next, outcome);
  const held =
    outcome.result === 'done' ? findings : findings.filter((finding) => finding.outcome !== 'acted');
  await concludePool(deps, stored, settled.record, [...held, ...settled.findings], intended, outcome);
  return refusalOf(stored.key.id, outcome);
}

/** What AWS will refuse again must not look like a success to Lambda; a lack of capacity is what the probe is for. */
function refusalOf(id: string, outcome: ActionOutcome): unknown[] {
  if (outcome.result !== 'refused' || outcome.capacity) return [];
  return [new Error(`${outcome.call} for ${id}: ${outcome.error.sentence}`)];
}

async function concludePool(
  deps: FailoverDependencies,
  stored: StoredPool,
  record: PoolRecord,
  findings: PoolDecision['findings'],
  intended?: NonNullable<Awaited<ReturnType<FailoverDependencies['store']['commit']>>>,
  outcome?: ActionOutcome,
): Promise<void> {
  await commit(deps.store, stored, remembering(record, findings), intended);
  await deps.journal.write(entriesForPool(stored.state, findings, outcome, deps.clock.now()));
}

async function probeOf(deps: FailoverDependencies, { state }: PoolRecord): Promise<ProbeView | undefined> {
  if (state.name !== 'half-open' || state.task === undefined) return undefined;
  const prober = proberOf(deps, state.prober);
  if (prober === undefined) return GONE;
  return readProbe(deps.clients, prober, state.task);
}

const GONE: ProbeView = {
  kind: 'stopped',
  capacity: false,
  why: 'the service in whose network it ran is not in the policy any more',
};

const proberOf = ({ policy }: FailoverDependencies, id: string): ServicePolicy | undefined =>
  policy.services.find((one) => one.id === id);

async function act(
  deps: FailoverDependencies,
  pool: PoolRecord,
  action: PoolAction,
  { views }: Members,
): Promise<ActionOutcome> {
  const prober = proberOf(deps, action.prober);
  if (prober === undefined) return noProber(action);
  switch (action.kind) {
    case 'start-probe': {
      const view = views.get(action.prober) ?? (await look(deps, prober));
      if (view === undefined) return noProber(action);
      const { probeTaskDefinition: family } = deps;
      return startProbe(deps.clients, { pool, prober, network: view.network, family });
    }
    case 'stop-probe':
      return stopProbe(deps.clients, prober, action.task);
    default:
      return action satisfies never;
  }
}

async function look(deps: FailoverDependencies, prober: ServicePolicy): Promise<ServiceView | undefined> {
  const seen = (await observe(deps.clients, [prober])).get(prober.id);
  if (seen === undefined || isUnreadable(seen) || seen.service === 'missing') return undefined;
  return seen.service;
}

const noProber = ({ kind, prober }: PoolAction): ActionOutcome => ({
  call: kind === 'start-probe' ? 'ECS:RunTask' : 'ECS:StopTask',
  result: 'retry',
  error: {
    code: 'prober-missing',
    sentence: `Service ${prober}, which was to probe, could not be read, or is not in the policy any more.`,
  },
});
