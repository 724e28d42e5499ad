import { allowed } from '../../lib/capacity/consolidation/budgets.ts';
import { planNeed } from '../../lib/capacity/need/need.ts';
import type { ClusterPolicy, ConsolidationPolicy, ScaleOutPolicy } from '../../lib/capacity/policy.ts';
import type { ClusterView, TaskView } from '../../lib/capacity/view.ts';
import { type EpochMs, MINUTE, SECOND } from '../../lib/clock.ts';
import { NO_AMOUNTS, type Workload } from '../../lib/placement/model.ts';
import { counted } from './capacity-now.ts';
import type { Check } from './check.ts';

const SECTION = 'capacity.triggers';

/** What a task that finds no place would lead to, service by service, and what each tick looks for. Pure. */
export function checkTriggers(view: ClusterView, policy: ClusterPolicy, now: EpochMs): Check[] {
  const { scaleOut, consolidation } = policy;
  return [
    ...(scaleOut === null ? [] : checkPlacementFailure(view, { ...policy, scaleOut }, now)),
    tickInWords(view, scaleOut, consolidation, now),
  ];
}

type ScalingOut = ClusterPolicy & { readonly scaleOut: ScaleOutPolicy };

function checkPlacementFailure(view: ClusterView, policy: ScalingOut, now: EpochMs): Check[] {
  const { cluster } = policy;
  const base = { section: SECTION, change: null } as const;
  const bare = withoutRoom(view);
  const alone = { ...policy, reserve: { ...NO_AMOUNTS, percent: 0 } };
  const outcomes = [...workloadsOf(view)].map(([group, workload]) => {
    const plan = planNeed({ ...bare, pending: [{ workload, count: 1, since: 0 }] }, alone, now);
    const stands = plan.unplaceable[0] ?? plan.findings[0];
    const reason = plan.unplaceable[0] ? 'task-unplaceable' : (plan.findings[0]?.why ?? 'nothing-to-do');
    return { group, launched: plan.launches[0]?.group, stands, reason };
  });
  const ready = outcomes.filter(({ launched }) => launched !== undefined);
  const lines = [...Map.groupBy(ready, ({ launched }) => launched)].map(
    ([launched, some]) =>
      `One more instance of ${launched}: for ${some.map(({ group }) => group).join(', ')}.`,
  );
  const after = `${policy.scaleOut.afterMs / SECOND} s`;
  const sentence = `When a task of one of its services finds no place for ${after}, and none of what is there or on its way has room for it:`;
  const launches: Check = {
    ...base,
    subject: `${cluster} placement-failure`,
    verdict: ready.length > 0 ? 'ready' : 'idle',
    reason: ready.length > 0 ? 'launched-for-need' : 'nothing-to-do',
    sentence: ready.length > 0 ? sentence : `No group would launch an instance for a task of its services.`,
    remarks: lines,
  };
  const onOurs = servicesOnGroups(view);
  const others = outcomes.flatMap(({ group, launched, stands, reason }): Check[] => {
    if (launched !== undefined || stands === undefined) return [];
    // What runs elsewhere only is for somebody else's groups.
    const verdict = onOurs.has(group) ? 'refused' : 'untouched';
    return [
      { ...base, subject: `${cluster}/${group}`, verdict, reason, sentence: stands.sentence, remarks: [] },
    ];
  });
  return [launches, ...others];
}

/** The cluster as if no instance took tasks and none were on its way, so that only a launch can help. */
function withoutRoom(view: ClusterView): ClusterView {
  const counts = Map.groupBy(view.hosts, ({ group }) => group);
  return {
    ...view,
    // ECS places nothing there, and they count and serve as examples all the same.
    hosts: view.hosts.map((host) => ({ ...host, agentConnected: false })),
    tasks: view.tasks.filter(({ kind }) => kind === 'daemon'),
    groups: view.groups.map((group) => ({
      ...group,
      launching: new Map(),
      desired: (counts.get(group.name) ?? []).filter(isCounted).length,
    })),
  };
}

const isCounted = ({ lifecycleState }: { readonly lifecycleState: string }) =>
  /^(InService|Pending)/.test(lifecycleState);

/** What a service's next task needs: as its latest one. */
function workloadsOf({ tasks, pending }: ClusterView): ReadonlyMap<string, Workload> {
  const latest = tasks
    .filter(({ kind }) => kind === 'service')
    .toSorted((a, b) => startedOf(a) - startedOf(b))
    .map(({ workload }): [string, Workload] => [workload.group, workload]);
  const waiting = pending.map(({ workload }): [string, Workload] => [workload.group, workload]);
  const all = new Map([...latest, ...waiting]);
  return new Map([...all].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const startedOf = ({ startedAt = 0 }: TaskView) => startedAt;

function servicesOnGroups({ hosts, tasks }: ClusterView): ReadonlySet<string> {
  const ours = new Set(hosts.flatMap(({ id, group }) => (group === undefined ? [] : [id])));
  return new Set(tasks.flatMap(({ host, workload }) => (ours.has(host) ? [workload.group] : [])));
}

function tickInWords(
  { cluster, hosts }: ClusterView,
  scaleOut: ScaleOutPolicy | null,
  consolidation: ConsolidationPolicy | null,
  now: EpochMs,
): Check {
  const remarks = [
    scaleOut === null
      ? 'scaleOut is false: nothing is launched for tasks that wait.'
      : `Launches for tasks that have waited ${scaleOut.afterMs / SECOND} s, at most ${counted(scaleOut.maximumStep, 'instance')} at once.`,
    consolidation === null
      ? 'No consolidation: nothing is let go.'
      : consolidationInWords(consolidation, hosts.filter(({ status }) => status === 'ACTIVE').length, now),
  ];
  const sentence = 'Each minute the cluster is looked at as a whole.';
  const base = { section: SECTION, subject: `${cluster} tick`, change: null, remarks } as const;
  return { ...base, verdict: 'ready', reason: 'nothing-to-do', sentence };
}

function consolidationInWords(
  { reasons, afterMs, minimumAgeMs, budgets }: ConsolidationPolicy,
  active: number,
  now: EpochMs,
): string {
  const limits = reasons.map((reason) => {
    const most = allowed(budgets, reason, active, now);
    return `${reason}: ${Number.isFinite(most) ? most : 'any number'}`;
  });
  return `Lets go what could have gone for ${afterMs / MINUTE} min and is older than ${minimumAgeMs / MINUTE} min; by the budgets at once now, of ${active} ACTIVE ones: ${limits.join(', ')}.`;
}
