import { mapConcurrent } from '../aws/batch.ts';
import type { FailoverClients } from '../aws/failover-clients.ts';
import type { EpochMs } from '../clock.ts';
import { readCircumstances } from './circumstances.ts';
import { decideService } from './decide.ts';
import type { ServiceDecision } from './decision.ts';
import { readFate } from './fate.ts';
import { roomOf } from './limits.ts';
import { isUnreadable, type Observed, type Unreadable } from './observe.ts';
import type { FailoverPolicy, ServicePolicy } from './policy.ts';
import type { PoolRecord, ServiceRecord } from './record.ts';
import type { ServiceSnapshot } from './snapshot.ts';

/** A service to decide on, and what was seen of it. */
export interface Matter {
  readonly policy: ServicePolicy;
  readonly record: ServiceRecord;
  readonly observed: Observed;
}

/** What all services share: every record of the policy as it is after the decisions so far, and the breakers. */
export interface Whole {
  readonly policy: FailoverPolicy;
  /** By the service's id. Written to: who is decided on later has the room that the earlier ones leave. */
  readonly records: Map<string, ServiceRecord>;
  readonly pools: ReadonlyMap<string, PoolRecord>;
}

interface Open {
  readonly matter: Matter;
  readonly snapshot: ServiceSnapshot;
}

interface Undecided extends Open {
  readonly needs: NonNullable<ServiceDecision['needs']>;
}

/** First as observed, then with the circumstances or the fate, then with both. */
const ROUNDS = 3;
const CONCURRENT_READS = 4;

/**
 * Decides on the services in their order. What a decision needs beyond the first look is read for all that need it
 * together, and those are decided again. By the service's id; what could not be read says so.
 */
export async function deliberate(
  clients: FailoverClients,
  whole: Whole,
  matters: readonly Matter[],
  now: EpochMs,
): Promise<Map<string, ServiceDecision | Unreadable>> {
  const results = new Map<string, ServiceDecision | Unreadable>();
  let open = matters.map((matter): Open => ({ matter, snapshot: firstSnapshot(matter.observed) }));
  for (let round = 0; round < ROUNDS && open.length > 0; round += 1) {
    const undecided = open.flatMap((one): Undecided[] => {
      const decision = decideOn(one, whole, now);
      results.set(one.matter.policy.id, decision);
      return decision.needs ? [{ ...one, needs: decision.needs }] : [];
    });
    open = [];
    for (const next of await readMore(clients, undecided)) {
      if ('matter' in next) open.push(next);
      else results.set(next.id, { error: next.error });
    }
  }
  return results;
}

const firstSnapshot = ({ service, paired }: Observed): ServiceSnapshot => ({
  service,
  ...(paired !== undefined && { paired }),
});

function decideOn({ matter, snapshot }: Open, whole: Whole, now: EpochMs): ServiceDecision {
  const { policy, record } = matter;
  const decision = decideService({
    record,
    snapshot,
    policy,
    whole: whole.policy,
    pool: record.pool && whole.pools.get(record.pool.id),
    room: roomOf([...whole.records.values()], whole.policy, now),
    now,
  });
  if (!decision.needs) whole.records.set(policy.id, decision.next);
  return decision;
}

type ReadOn = Open | { readonly id: string; readonly error: unknown };

async function readMore(clients: FailoverClients, undecided: readonly Undecided[]): Promise<ReadOn[]> {
  const [circumstances, fates] = await Promise.all([
    withCircumstances(
      clients,
      undecided.filter(({ needs }) => needs === 'circumstances'),
    ),
    mapConcurrent(
      undecided.filter(({ needs }) => needs === 'fate'),
      CONCURRENT_READS,
      (one) => withFate(clients, one),
    ),
  ]);
  const read = new Map([...circumstances, ...fates].map((one) => [idOf(one), one]));
  // In the order of the policy, as before.
  return undecided.flatMap((one) => read.get(idOf(one)) ?? []);
}

const idOf = (one: ReadOn): string => ('matter' in one ? one.matter.policy.id : one.id);

async function withCircumstances(
  clients: FailoverClients,
  undecided: readonly Undecided[],
): Promise<ReadOn[]> {
  const requests = undecided.flatMap(({ matter: { policy, record, observed } }) =>
    observed.service === 'missing'
      ? []
      : [{ policy, record, service: observed.service, revisions: observed.revisions }],
  );
  if (requests.length === 0) return [];
  const read = await readCircumstances(clients, requests);
  return undecided.flatMap(({ matter, snapshot }): ReadOn[] => {
    const circumstances = read.get(matter.policy.id);
    if (circumstances === undefined) return [];
    if (isUnreadable(circumstances)) return [{ id: matter.policy.id, error: circumstances.error }];
    return [{ matter, snapshot: { ...snapshot, circumstances } }];
  });
}

async function withFate(clients: FailoverClients, { matter, snapshot }: Undecided): Promise<ReadOn> {
  const { policy, record } = matter;
  try {
    const fate = await readFate(clients, policy, { at: record.written?.at ?? 0 });
    return { matter, snapshot: { ...snapshot, fate } };
  } catch (error) {
    return { id: policy.id, error };
  }
}
