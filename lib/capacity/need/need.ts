import type { EpochMs } from '../../clock.ts';
import { Packing } from '../../placement/packing.ts';
import { isEnding } from '../leaving.ts';
import type { Waiting } from '../pending.ts';
import type { Launch, NeedPlan } from '../plan.ts';
import type { ClusterPolicy } from '../policy.ts';
import type { ClusterView } from '../view.ts';
import { Fleet, sum } from './fleet.ts';
import { growForReserve, growForTasks } from './grow.ts';
import { detourOf, findingsOn, reserveFindings, unplaceableOf, youngFinding } from './need-sentences.ts';
import { type Source, sourcesOf } from './source.ts';
import { countOf, daemonsOf, placedOn, placeOn, waitingTasks } from './waiting.ts';

/**
 * How many instances the waiting tasks need: those that find a place on what is there need none, those that find one on
 * what is on the way need no further one, and for the others instances are added one by one until all have a place. ECS's
 * own measure knows shares only, and so goes from 0 to 2 (containers-roadmap#1716).
 *
 * Tasks are placed largest first, which ECS does not promise: the plan may be one instance short of what ECS's order
 * comes to, and the next plan then adds it. Pure. The same view with these instances on their way comes to none.
 */
export function planNeed(view: ClusterView, policy: ClusterPolicy, now: EpochMs): NeedPlan {
  const { scaleOut, reserve } = policy;
  if (scaleOut === null) return { launches: [], unplaceable: [], expected: 0, findings: [] };
  const daemons = daemonsOf(view);
  const { due, young } = waitingTasks(view, daemons, now - scaleOut.afterMs);
  const present = packPresent(view);
  const homeless = placeOn(present, due);
  const fleet = new Fleet(sourcesOf(view, policy, daemons, now), daemons, policy, now);
  growForTasks(fleet, homeless);
  const lacking = growForReserve(fleet, reserve, present, homeless);
  const { left, launches, onPlanned } = outcome(fleet, homeless);
  return {
    launches,
    expected: countOf(due) - countOf(left) - onPlanned,
    unplaceable: left.flatMap((waiting) => unplaceableOf(waiting, fleet) ?? []),
    findings: [
      ...young.map((one) => youngFinding(one, scaleOut)),
      ...findingsOn(left, fleet),
      ...(lacking === undefined ? [] : reserveFindings(lacking, fleet)),
    ],
  };
}

/** What is there. Instances on their way out are no capacity, though ECS may not know yet that they go. */
function packPresent({ hosts, tasks }: ClusterView): Packing {
  const packing = new Packing(hosts, tasks);
  for (const host of hosts) {
    const bin = packing.bins.get(host.id);
    if (bin !== undefined && isEnding(host)) packing.close(bin);
  }
  return packing;
}

interface Outcome {
  readonly left: readonly Waiting[];
  readonly launches: readonly Launch[];
  /** Tasks that instances of the plan take. */
  readonly onPlanned: number;
}

function outcome(fleet: Fleet, waiting: readonly Waiting[]): Outcome {
  const { packing, left, plannedFor } = fleet.place(waiting);
  const tasks = new Map<Source, number>();
  for (const bin of packing.bins.values()) {
    const source = plannedFor(bin);
    if (source !== undefined) tasks.set(source, (tasks.get(source) ?? 0) + placedOn(bin));
  }
  const launches = fleet.sources.flatMap((source) => {
    const byZone = fleet.planned(source);
    if (byZone.size === 0) return [];
    const count = sum(byZone);
    const { name, desired } = source.group;
    const detour = detourOf(source, waiting);
    return [
      { group: name, count, desired: desired + count, byZone, forTasks: tasks.get(source) ?? 0, ...detour },
    ];
  });
  return { left, launches, onPlanned: sum(tasks) };
}
