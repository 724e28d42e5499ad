import { type AwsClients, createClients } from '../../lib/aws/clients.ts';
import { planConsolidation } from '../../lib/capacity/consolidation/consolidate.ts';
import { costsOf } from '../../lib/capacity/consolidation/cost.ts';
import { decide } from '../../lib/capacity/decide.ts';
import type { Heard } from '../../lib/capacity/notice.ts';
import type { ConsolidationPlan } from '../../lib/capacity/plan.ts';
import type { CapacityPolicy, ClusterPolicy } from '../../lib/capacity/policy.ts';
import { type Cache, newCache, observeCluster } from '../../lib/capacity/reading/observe.ts';
import { PARTITION } from '../../lib/capacity/reconcile.ts';
import { type CapacityRecord, newCapacityRecord } from '../../lib/capacity/record.ts';
import type { ClusterView } from '../../lib/capacity/view.ts';
import type { EpochMs } from '../../lib/clock.ts';
import { isPausedBy } from '../../lib/state/paused.ts';
import { createRandom } from '../../simulator/random.ts';
import { type Picture, pictureOf } from '../../simulator/report/packing/picture.ts';
import type { Account } from '../account.ts';
import { type Copied, copyRecords } from '../dry-run.ts';
import { checkKept } from './capacity-kept.ts';
import { checkNow } from './capacity-now.ts';
import { checkOutlook } from './capacity-outlook.ts';
import { pricesInWords } from './capacity-prices.ts';
import { checkTriggers } from './capacity-triggers.ts';
import { type Check, underMode, unread } from './check.ts';

/** What is said of capacity, and each cluster that could be read as it is and as it could be. */
export interface CapacityPlan {
  readonly checks: readonly Check[];
  readonly pictures: readonly Picture[];
}

/**
 * What capacity would do now, what each trigger would lead to, and how far consolidation could go. Reads only, and
 * never throws.
 */
export async function checkCapacity(account: Account, policy: CapacityPolicy): Promise<CapacityPlan> {
  if (policy.clusters.length === 0) return { checks: [], pictures: [] };
  let records: Records;
  try {
    records = await readRecords(account, policy);
  } catch (error) {
    return { checks: [unread('capacity.now', PARTITION, error)], pictures: [] };
  }
  const clients = createClients(account.clientOptions);
  const cache = newCache();
  const plans: CapacityPlan[] = [];
  // One after the other, as the function does: each reads a whole cluster.
  for (const one of policy.clusters)
    plans.push(await checkCluster(one, { clients, cache, records, ...account }));
  const checks = plans.flatMap((plan) => plan.checks);
  return {
    checks: underMode(policy, 'capacity', checks),
    pictures: plans.flatMap(({ pictures }) => pictures),
  };
}

interface Records {
  readonly of: ReadonlyMap<string, CapacityRecord>;
  readonly paused: ReadonlySet<string>;
}

/** The records of these clusters. */
export const capacityRecords = ({ clusters }: CapacityPolicy): Copied<CapacityRecord, Heard> => ({
  keys: async () => clusters.map(({ cluster }) => ({ partition: PARTITION, id: cluster })),
});

async function readRecords(account: Account, policy: CapacityPolicy): Promise<Records> {
  const copied = capacityRecords(policy);
  const copy = await copyRecords(account, copied);
  const [stored, paused] = await Promise.all([copy.read(await copied.keys(copy)), copy.paused()]);
  return { of: new Map(stored.map(({ key, state }) => [key.id, state])), paused };
}

interface Ground extends Pick<Account, 'clock'> {
  readonly clients: AwsClients;
  readonly cache: Cache;
  readonly records: Records;
}

async function checkCluster(
  policy: ClusterPolicy,
  { clients, cache, records, clock }: Ground,
): Promise<CapacityPlan> {
  const { cluster } = policy;
  const record = records.of.get(cluster) ?? newCapacityRecord(cluster);
  try {
    const observed = await observeCluster(clients, policy, cache, record.pendingSince, clock.now());
    const isPaused = isPausedBy(records.paused, 'capacity', cluster);
    const { view, pendingSince, remarks } = observed;
    return planOf({ ...record, pendingSince }, view, policy, clock.now(), { isPaused, remarks });
  } catch (error) {
    return { checks: [unread('capacity.now', cluster, error)], pictures: [] };
  }
}

/** What was found out besides the view. */
export interface Besides {
  readonly isPaused: boolean;
  /** Placement constraints that could not be judged. */
  readonly remarks: readonly string[];
}

/** All that there is to say of a cluster. Pure: the ties that ECS breaks at random are always broken alike. */
export function planOf(
  record: CapacityRecord,
  view: ClusterView,
  policy: ClusterPolicy,
  now: EpochMs,
  { isPaused, remarks }: Besides = { isPaused: false, remarks: [] },
): CapacityPlan {
  const decision = decide(record, view, policy, now, createRandom(1).next);
  const outlook = furthest(view, policy, now, record);
  const { priceOf } = costsOf(view, () => [], policy);
  const prices = pricesInWords(view, policy, priceOf);
  const picture = pictureOf({ view, plan: outlook, now: decision.consolidation, priceOf, prices });
  const checks = [
    ...checkNow(view, decision, { isPaused, remarks }),
    ...checkTriggers(view, policy, now),
    ...checkOutlook(policy, outlook, picture),
    ...checkKept(policy, decision.consolidation ?? outlook),
  ];
  return { checks, pictures: [picture] };
}

/** Without time to wait and without a limit on how many go at once. */
function furthest(
  view: ClusterView,
  policy: ClusterPolicy,
  now: EpochMs,
  record: CapacityRecord,
): ConsolidationPlan {
  const consolidation = policy.consolidation && { ...policy.consolidation, afterMs: 0, budgets: [] };
  return planConsolidation(view, { ...policy, consolidation }, now, record, createRandom(2).next);
}
