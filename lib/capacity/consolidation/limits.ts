import type { Amounts } from '../../placement/model.ts';
import type { Kept } from '../plan.ts';
import { reserved } from '../reserve.ts';
import { scoreOf, threshold } from './cost.ts';
import type { Draft } from './draft.ts';
import type { Removable, Situation } from './situation.ts';
import { changed, skewOf } from './zones.ts';

type Refusal = Pick<Kept, 'why' | 'sentence'>;

/** Hosts of one group that go together, and what the group launches for them. */
export interface Exchange {
  readonly gone: readonly [Removable, ...Removable[]];
  readonly come: { readonly zone: string; readonly free: Amounts } | undefined;
}

type Limit = (exchange: Exchange, draft: Draft, situation: Situation) => Refusal | undefined;

const LIMITS: readonly Limit[] = [groupMinimum, zoneBalance, reserve];

/** The first limit that stands in the way of it, in the cluster as the plan leaves it so far. */
export function limitOn(exchange: Exchange, draft: Draft, situation: Situation): Refusal | undefined {
  for (const limit of LIMITS) {
    const refusal = limit(exchange, draft, situation);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function groupMinimum({ gone, come }: Exchange, draft: Draft): Refusal | undefined {
  const { view, desired } = draft.groupOf(gone[0]);
  const after = desired - gone.length + (come === undefined ? 0 : 1);
  if (after >= view.min) return undefined;
  return {
    why: 'group-at-minimum',
    sentence: `${view.name} would come to ${after} instances, and its minimum is ${view.min}. Lower the minimum of the group.`,
  };
}

/**
 * AZRebalance launches in the emptier zone and terminates in the fuller one when a group is out of balance: a removal
 * that brings that about saves nothing (EC2 Auto Scaling API, TerminateInstanceInAutoScalingGroup).
 */
function zoneBalance(
  { gone, come }: Exchange,
  draft: Draft,
  { consolidation }: Situation,
): Refusal | undefined {
  const { view, zones } = draft.groupOf(gone[0]);
  const leaving = gone.map(({ host }) => host.zone);
  const after = skewOf(changed(zones, { gone: leaving, come: come === undefined ? [] : [come.zone] }));
  if (after <= Math.max(consolidation.zoneSkew, skewOf(zones))) return undefined;
  const where = [...new Set(leaving)].map((zone) => `${zone} has ${zones.get(zone) ?? 0}`).join(', ');
  return {
    why: 'zone-balance',
    sentence: `The zones of ${view.name} would be ${after} instances apart (${where}), and zoneSkew is ${consolidation.zoneSkew}. Instances of fuller zones have to go first.`,
  };
}

/** Over all open instances of the cluster, whatever their group. */
function reserve({ gone, come }: Exchange, draft: Draft, { policy }: Situation): Refusal | undefined {
  const { cpu, memory, percent } = policy.reserve;
  if (cpu === 0 && memory === 0 && percent === 0) return undefined;
  const after = roomAfter({ gone, come }, draft);
  for (const [name, least, unit] of [
    ['cpu', cpu, 'CPU units'],
    ['memory', memory, 'MiB'],
  ] as const) {
    const asked = reserved(least, percent, after.registered[name]);
    if (after.free[name] >= asked) continue;
    return {
      why: 'reserve',
      sentence: `${after.free[name]} ${unit} would be free in the cluster, and reserve asks for ${asked}. Lower reserve.${name} or reserve.percent.`,
    };
  }
  return undefined;
}

type CpuAndMemory = Pick<Amounts, 'cpu' | 'memory'>;

function roomAfter(
  { gone, come }: Exchange,
  draft: Draft,
): { readonly free: CpuAndMemory; readonly registered: CpuAndMemory } {
  const without = new Set(gone.map(({ host }) => host.id));
  const free = { cpu: come?.free.cpu ?? 0, memory: come?.free.memory ?? 0 };
  const registered = { ...free };
  for (const bin of draft.packing.bins.values()) {
    if (without.has(bin.host.id) || !bin.open) continue;
    free.cpu += bin.free.cpu;
    free.memory += bin.free.memory;
    registered.cpu += bin.host.registered.cpu;
    registered.memory += bin.host.registered.memory;
  }
  for (const { workload } of gone.flatMap((removable) => draft.tasksOf(removable))) {
    free.cpu -= workload.needs.cpu;
    free.memory -= workload.needs.memory;
  }
  return { free, registered };
}

/**
 * Whether it is worth it. Only `underused` is scored, as in Karpenter: drift is not, and what is empty disturbs nobody.
 * `spent`: what comes in return, in the unit of the costs.
 */
export function notWorthIt(
  gone: readonly Removable[],
  spent: number,
  { costs, consolidation }: Situation,
): Refusal | undefined {
  if (gone[0]?.reason !== 'underused') return undefined;
  const saved = gone.reduce((sum, { host }) => sum + costs.worthOf(host), -spent);
  const disruption = gone.reduce((sum, one) => sum + one.disruption, 0);
  const score = scoreOf(saved, disruption, costs);
  const asked = threshold(consolidation.balance);
  if (saved > 0 && score >= asked) return undefined;
  const inPercent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
  return {
    why: 'not-worth-it',
    sentence: `To remove it would save ${inPercent(saved, costs.worth || 1)} of what the cluster costs, for ${inPercent(disruption, costs.disruption)} of its disruption: score ${score.toFixed(2)}, and balance ${consolidation.balance} asks for ${asked.toFixed(2)}. Raise balance, or set it to 0 for any saving.`,
  };
}
