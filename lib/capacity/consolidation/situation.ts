import type { EpochMs } from '../../clock.ts';
import type { ClusterPolicy, ConsolidationPolicy, DisruptionReason } from '../policy.ts';
import type { ConsolidationState } from '../state.ts';
import type { ClusterView, GroupView, HostView, TaskView } from '../view.ts';
import { allowed } from './budgets.ts';
import { type Costs, costsOf } from './cost.ts';

/** All that consolidation is decided by. */
export interface Situation {
  readonly view: ClusterView;
  readonly policy: ClusterPolicy;
  readonly consolidation: ConsolidationPolicy;
  readonly now: EpochMs;
  readonly state: ConsolidationState;
  readonly tasksOn: (host: string) => readonly TaskView[];
  readonly costs: Costs;
  /** How many instances the budgets let be on their way out at once, for each reason. */
  readonly atOnce: Readonly<Record<DisruptionReason, number>>;
}

/** An instance in whose way nothing stands but the rest of the cluster. */
export interface Removable {
  readonly host: HostView;
  readonly group: GroupView;
  readonly reason: DisruptionReason;
  /** The tasks that need another place: neither daemons nor tasks that stop already. */
  readonly tasks: readonly TaskView[];
  readonly disruption: number;
}

export function situationOf(
  view: ClusterView,
  policy: ClusterPolicy,
  consolidation: ConsolidationPolicy,
  now: EpochMs,
  state: ConsolidationState,
): Situation {
  const byHost = Map.groupBy(view.tasks, ({ host }) => host);
  const tasksOn = (host: string) => byHost.get(host) ?? [];
  const active = view.hosts.filter(({ status }) => status === 'ACTIVE').length;
  const most = (reason: DisruptionReason) => allowed(consolidation.budgets, reason, active, now);
  const atOnce = { empty: most('empty'), underused: most('underused'), obsolete: most('obsolete') };
  const costs = costsOf(view, tasksOn, policy);
  return { view, policy, consolidation, now, state, tasksOn, costs, atOnce };
}
