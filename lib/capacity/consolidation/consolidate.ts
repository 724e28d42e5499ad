import type { EpochMs } from '../../clock.ts';
import { fitsInEveryOrder } from '../../placement/fit.ts';
import { Packing } from '../../placement/packing.ts';
import type { ConsolidationPlan, Kept } from '../plan.ts';
import type { ClusterPolicy, DisruptionReason } from '../policy.ts';
import type { Candidate, ConsolidationState } from '../state.ts';
import type { ClusterView } from '../view.ts';
import { judge } from './candidates.ts';
import { sumOfPrices } from './cost.ts';
import { Draft } from './draft.ts';
import { inBestOrder } from './order.ts';
import { inTurns, remove } from './remove.ts';
import { replace } from './replace.ts';
import { type Removable, type Situation, situationOf } from './situation.ts';

/**
 * Which instances may go now, in which order, and why each other one stays. Pure; `random` is from 0 to below 1.
 *
 * The cluster is followed step by step: what a step moves takes its room before the next is tried, so that two instances
 * whose tasks both fit on a third one alone do not both go (Cluster Autoscaler FAQ, "How does scale-down work?"). The
 * places are proven for each step, whatever order ECS starts its tasks in; what is planned is for now, and the next look
 * plans anew. For all that could ever go, ask with `afterMs` 0 and a budget of 100 percent; that takes longer, since no more
 * is proven than budgets let go.
 */
export function planConsolidation(
  view: ClusterView,
  policy: ClusterPolicy,
  now: EpochMs,
  state: ConsolidationState,
  random: () => number,
): ConsolidationPlan {
  const { consolidation } = policy;
  if (consolidation === null) return nothing(view, policy);
  const situation = situationOf(view, policy, consolidation, now, state);
  const draft = new Draft(situation, random);
  const kept = new Map<string, Kept>();
  const removables: Removable[] = [];
  for (const host of view.hosts) {
    const judgement = judge(host, draft, situation);
    if (judgement.kind === 'removable') removables.push(judgement.removable);
    else kept.set(host.id, judgement.kept);
  }
  const inOrder = inBestOrder(removables, situation, random);
  inTurns(inOrder, (one) => {
    const refusal = remove(one, draft, situation);
    if (refusal === undefined) kept.delete(one.host.id);
    else kept.set(one.host.id, { host: one.host.id, ...refusal });
    return refusal;
  });
  let paid: number | undefined = 0;
  if (consolidation.replace) paid = replace(inOrder, draft, situation, kept);
  return { steps: draft.steps, kept: [...kept.values()], hourly: hourly(draft, situation, paid) };
}

function nothing(view: ClusterView, policy: ClusterPolicy): ConsolidationPlan {
  const kept = view.hosts.map(
    ({ id }): Kept => ({
      host: id,
      why: 'reason-not-allowed',
      sentence: `${id} stays, since the policy names no consolidation for ${policy.cluster}. Add consolidation to have it considered.`,
    }),
  );
  return { steps: [], kept, hourly: { before: undefined, after: undefined } };
}

function hourly({ steps }: Draft, { view, costs }: Situation, paid: number | undefined) {
  const types = new Map(view.hosts.map(({ id, instanceType }) => [id, instanceType]));
  const before = sumOfPrices([...types.values()], costs.priceOf);
  const gone = steps.flatMap(({ hosts }) => hosts.map((host) => types.get(host) ?? ''));
  const less = sumOfPrices(gone, costs.priceOf);
  const after =
    before === undefined || less === undefined || paid === undefined ? undefined : before - less + paid;
  return { before, after };
}

/**
 * Which instances could go by this plan, and since when without a break: what the next plan is to be made with. Who
 * receives tasks by a step of it begins anew, as in Karpenter, so that a task is not moved twice in a short time.
 */
export function nextCandidates(
  { candidates }: ConsolidationState,
  { steps, kept }: ConsolidationPlan,
  now: EpochMs,
): ConsolidationState['candidates'] {
  const next: Record<string, Candidate> = {};
  const receiving = new Set(steps.flatMap(({ moves }) => moves.map(({ to }) => to)));
  const keep = (host: string, reason: DisruptionReason) => {
    const known = receiving.has(host) ? undefined : candidates[host];
    next[host] = known?.reason === reason ? known : { reason, since: now };
  };
  for (const { hosts, reason } of steps) for (const host of hosts) keep(host, reason);
  for (const { host, could } of kept) if (could !== undefined) keep(host, could);
  return next;
}

/** Whether the tasks of these instances, all together, find a place on the others as the cluster is now. */
export function stillFit(view: ClusterView, hosts: readonly string[], random: () => number): boolean {
  const tasks = view.tasks.filter(({ host, kind, stopping }) => {
    return hosts.includes(host) && kind !== 'daemon' && !stopping;
  });
  // ECS does not move it.
  if (tasks.some(({ kind }) => kind === 'standalone')) return false;
  const packing = new Packing(view.hosts, view.tasks);
  for (const id of hosts) {
    const bin = packing.bins.get(id);
    if (bin !== undefined) packing.close(bin);
  }
  for (const task of tasks) packing.remove(task);
  return fitsInEveryOrder(packing, tasks, random).fits;
}
