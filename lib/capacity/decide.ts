import type { EpochMs } from '../clock.ts';
import { type Begun, begin } from './begin.ts';
import { nextCandidates, planConsolidation, stillFit } from './consolidation/consolidate.ts';
import type { Action, Decision } from './decision.ts';
import { follow } from './follow.ts';
import { wayOut } from './leaving.ts';
import { planNeed } from './need/need.ts';
import type { ConsolidationPlan, Kept, NeedPlan } from './plan.ts';
import { findingsOfKept, findingsOfNeed } from './plan-findings.ts';
import type { ClusterPolicy } from './policy.ts';
import type { CapacityRecord } from './record.ts';
import type { Leaving } from './state.ts';
import type { ClusterView, HostView } from './view.ts';

/** What was decided on one cluster, with the plans that led to it. */
export interface CapacityDecision extends Decision {
  readonly need: NeedPlan | undefined;
  readonly consolidation: ConsolidationPlan | undefined;
}

/**
 * Decides how many instances a cluster gets, and which go. Pure, but for the ties that `random` breaks. First what was
 * begun is followed, then what waits gets instances, and only where none is launched others are let go.
 */
export function decide(
  record: CapacityRecord,
  view: ClusterView,
  policy: ClusterPolicy,
  now: EpochMs,
  random: () => number,
): CapacityDecision {
  const followed = follow(record.leaving, view, policy, fitting(record, view, random), now);
  const need = policy.scaleOut
    ? planNeed(afterwards(view, record.leaving, followed.leaving), policy, now)
    : undefined;
  const launches = need?.launches ?? [];
  // What is taken back in this look is still on its way: nothing else takes its place in the budgets before it is ACTIVE.
  const state = { candidates: record.candidates, leaving: { ...record.leaving, ...followed.leaving } };
  const consolidation = policy.consolidation
    ? withoutSteps(planConsolidation(view, policy, now, state, random), launches.length > 0)
    : undefined;
  const begun = begin(consolidation?.steps ?? [], view.groups, now);
  const counts = launches.map(({ group, desired }): Action => ({ kind: 'set-desired', group, desired }));
  const actions = oneCountOfEach([...counts, ...followed.actions, ...begun.actions]);
  return {
    need,
    consolidation,
    actions,
    findings: [
      ...findingsOfNeed(need),
      ...followed.findings,
      ...begun.findings,
      ...findingsOfKept(consolidation?.kept ?? []),
    ],
    next: {
      ...record,
      candidates: consolidation ? nextCandidates(state, consolidation, now) : {},
      leaving: lowered({ ...followed.leaving, ...begun.leaving }, actions),
    },
  };
}

/**
 * Whether the tasks of instances fit elsewhere, with those of all that are on their way out already: ECS may still show
 * these ACTIVE. A standalone task on one of them only ends, and needs no other place.
 */
function fitting(record: CapacityRecord, view: ClusterView, random: () => number) {
  const goes = (host: HostView) =>
    record.leaving[host.id]?.phase !== 'launching' && wayOut(host, record) !== undefined;
  const going = new Set(view.hosts.filter(goes).map(({ id }) => id));
  const tasks = view.tasks.filter(({ kind, host }) => kind !== 'standalone' || !going.has(host));
  return (hosts: readonly string[]) => stillFit({ ...view, tasks }, [...going, ...hosts], random);
}

/** What is told to drain is not counted on, though ECS may not show it yet, and what is taken back is. */
function afterwards(
  view: ClusterView,
  before: Readonly<Record<string, Leaving>>,
  after: Readonly<Record<string, Leaving>>,
): ClusterView {
  const hosts = view.hosts.map((host): HostView => {
    const phase = after[host.id]?.phase;
    if (phase === 'ordered' || phase === 'terminating') return { ...host, status: 'DRAINING' };
    const isTakenBack = phase === undefined && before[host.id]?.phase === 'ordered';
    return isTakenBack && host.status === 'DRAINING' ? { ...host, status: 'ACTIVE' } : host;
  });
  return { ...view, hosts };
}

/** While instances are launched none is let go: what waits may come to need it. They stay candidates. */
function withoutSteps(plan: ConsolidationPlan, launching: boolean): ConsolidationPlan {
  if (!launching) return plan;
  const kept = plan.steps.flatMap(({ hosts, reason }) =>
    hosts.map((host): Kept => {
      const sentence = `${host} could go, and instances are launched at the same look: it is looked at again.`;
      return { host, why: 'tasks-pending', sentence, could: reason };
    }),
  );
  return { ...plan, steps: [], kept: [...plan.kept, ...kept] };
}

/** One count for each group, the highest: two would undo each other. */
function oneCountOfEach(actions: readonly Action[]): Action[] {
  const counts = new Map<string, Extract<Action, { kind: 'set-desired' }>>();
  for (const action of actions) {
    if (action.kind !== 'set-desired') continue;
    const other = counts.get(action.group);
    if (other === undefined || other.desired < action.desired) counts.set(action.group, action);
  }
  return [...counts.values(), ...actions.filter(({ kind }) => kind !== 'set-desired')];
}

/** Each termination takes one off the count of its group: what was ordered before is then one less. */
function lowered(leaving: Begun['leaving'], actions: readonly Action[]): CapacityRecord['leaving'] {
  const byGroup = Map.groupBy(actions, (action) => (action.kind === 'terminate' ? action.group : undefined));
  return Object.fromEntries(
    Object.entries(leaving).map(([host, one]): [string, Leaving] => {
      const less = byGroup.get(one.group)?.length ?? 0;
      const { replacement } = one;
      if (less === 0 || one.phase !== 'launching' || replacement === undefined) return [host, one];
      return [host, { ...one, replacement: { ...replacement, desired: replacement.desired - less } }];
    }),
  );
}
