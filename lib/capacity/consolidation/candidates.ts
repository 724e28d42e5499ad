import { type EpochMs, MINUTE } from '../../clock.ts';
import { excluded } from '../../placement/constraints.ts';
import { shortage } from '../../placement/packing.ts';
import { wayOut } from '../leaving.ts';
import { couldTake, type Waiting } from '../pending.ts';
import type { Kept } from '../plan.ts';
import type { DisruptionReason } from '../policy.ts';
import type { GroupView, HostView, TaskView } from '../view.ts';
import { disruptionOf } from './cost.ts';
import type { Draft } from './draft.ts';
import { holdOf } from './movable.ts';
import type { Removable, Situation } from './situation.ts';

type Refusal = Pick<Kept, 'why' | 'sentence'>;
type Check = (host: HostView, group: GroupView, situation: Situation) => Refusal | undefined;

/** In the order in which they are told: the first that refuses is the reason. */
const CHECKS: readonly Check[] = [
  managedByEcs,
  drainedByEcs,
  inactive,
  protectedFromScaleIn,
  tooYoung,
  heldByTasks,
];

export type Judgement =
  | { readonly kind: 'removable'; readonly removable: Removable }
  | { readonly kind: 'kept'; readonly kept: Kept };

/** Whether an instance may go at all, and for what reason, before it is asked whether its tasks fit elsewhere. */
export function judge(host: HostView, draft: Draft, situation: Situation): Judgement {
  const keep = (refusal: Refusal): Judgement => ({ kind: 'kept', kept: { host: host.id, ...refusal } });
  const group = host.group === undefined ? undefined : draft.groups.get(host.group)?.view;
  if (group === undefined) return keep(inNoGroup(host, situation));
  const way = wayOut(host, situation.state);
  if (way !== undefined) {
    return keep({ why: 'leaving-already', sentence: `${host.id} is on its way out already (${way}).` });
  }
  for (const check of CHECKS) {
    const refusal = check(host, group, situation);
    if (refusal !== undefined) return keep(refusal);
  }
  const tasks = situation.tasksOn(host.id);
  const reason = reasonFor(host, tasks, situation);
  if (reason === undefined) return keep(notAllowed(host, tasks, situation));
  const scaleOut = awaited(host, group, reason, draft, situation);
  if (scaleOut !== undefined) return keep(scaleOut);
  const moving = tasks.filter(({ kind, stopping }) => kind !== 'daemon' && !stopping);
  const disruption = disruptionOf(tasks, situation.view.services);
  return { kind: 'removable', removable: { host, group, reason, tasks: moving, disruption } };
}

function inNoGroup({ id, group }: HostView, { policy }: Situation): Refusal {
  const where = group === undefined ? 'no Auto Scaling group' : `${group}, which is no group`;
  return {
    why: 'not-in-a-group',
    sentence: `${id} is in ${where} of the policy. Name its group under groups of ${policy.cluster} to have it considered.`,
  };
}

// ECS would launch again what is removed here, or remove what is counted on (Developer Guide, cluster auto scaling).
function managedByEcs({ id }: HostView, group: GroupView, { policy }: Situation): Refusal | undefined {
  if (!group.managedScaling || policy.besideManagedScaling) return undefined;
  return {
    why: 'managed-scaling',
    sentence: `${id} is left to the managed scaling of capacity provider ${group.provider ?? 'of its group'}, which sets the desired count of ${group.name}. Turn that off, or set besideManagedScaling: true.`,
  };
}

// lib/draining stands down there: an order of a drain would come to nothing, again and again.
function drainedByEcs({ id }: HostView, group: GroupView): Refusal | undefined {
  if (!group.managedDraining) return undefined;
  return {
    why: 'managed-draining',
    sentence: `${id} is drained by ECS itself (managed draining of capacity provider ${group.provider ?? 'of its group'}), and only while it is terminated, so that its tasks cannot be moved before. Turn managed draining off to let it go.`,
  };
}

function inactive({ id, status, agentConnected, lifecycleState }: HostView): Refusal | undefined {
  if (status !== 'ACTIVE') {
    return {
      why: 'not-active',
      sentence: `${id} is ${status}: it takes no tasks, and ECS could not drain it.`,
    };
  }
  if (!agentConnected) {
    return {
      why: 'not-active',
      sentence: `The agent of ${id} is not connected, so that its tasks would not stop. Restart the agent, or terminate the instance.`,
    };
  }
  if (lifecycleState !== 'InService') {
    return {
      why: 'not-active',
      sentence: `${id} is ${lifecycleState} in its Auto Scaling group, not InService.`,
    };
  }
  return undefined;
}

// Auto Scaling would terminate it all the same when told the instance: that somebody has protected it is respected.
function protectedFromScaleIn(host: HostView, group: GroupView): Refusal | undefined {
  if (host.protectedFromScaleIn) {
    const remedy = group.managedTerminationProtection
      ? `Turn off managed termination protection of capacity provider ${group.provider ?? 'of its group'}`
      : 'End its scale-in protection';
    return {
      why: 'protected-from-scale-in',
      sentence: `${host.id} is protected from scale-in in ${group.name}. ${remedy} to let it go.`,
    };
  }
  if (!group.suspended.includes('Terminate')) return undefined;
  return {
    why: 'protected-from-scale-in',
    sentence: `The process Terminate of ${group.name} is suspended: somebody wants ${host.id} to stay. Resume it.`,
  };
}

function tooYoung({ id, launchedAt }: HostView, _: GroupView, { consolidation, now }: Situation) {
  const age = now - launchedAt;
  if (age >= consolidation.minimumAgeMs) return undefined;
  const sentence = `${id} was launched ${inMinutes(age)} ago, and minimumAge is ${inMinutes(consolidation.minimumAgeMs)}.`;
  return { why: 'too-young' as const, sentence };
}

const inMinutes = (ms: EpochMs) => `${Math.floor(ms / MINUTE)} min`;

function heldByTasks({ id }: HostView, _: GroupView, { tasksOn, view, now }: Situation): Refusal | undefined {
  for (const task of tasksOn(id)) {
    const hold = holdOf(task, view.services, now);
    if (hold !== undefined) return hold;
  }
  return undefined;
}

/** The first that holds and that the policy allows, in the order in which instances are taken. */
function reasonFor(
  { generation }: HostView,
  tasks: readonly TaskView[],
  { consolidation }: Situation,
): DisruptionReason | undefined {
  const holding: readonly DisruptionReason[] = [
    ...(generation === 'obsolete' ? (['obsolete'] as const) : []),
    isEmpty(tasks) ? 'empty' : 'underused',
  ];
  return holding.find((reason) => consolidation.reasons.includes(reason));
}

// One that is told to stop still holds its resources (amazon-ecs-agent#4807).
const isEmpty = (tasks: readonly TaskView[]) => tasks.every(({ kind }) => kind === 'daemon');

function notAllowed({ id }: HostView, tasks: readonly TaskView[], { consolidation }: Situation): Refusal {
  const is = isEmpty(tasks) ? 'empty' : 'underused';
  const names = consolidation.reasons.join(', ') || 'none';
  return {
    why: 'reason-not-allowed',
    sentence: `${id} could at most go as ${is}, and consolidation.reasons names ${names}. Add ${is} to have it considered.`,
  };
}

/** Removing capacity while tasks wait for some would have scale-out add it again. */
function awaited(
  { id }: HostView,
  group: GroupView,
  reason: DisruptionReason,
  draft: Draft,
  { view }: Situation,
): Refusal | undefined {
  const waiting = [...view.pending, ...draft.stranded];
  const { host, ...bin } = draft.binOf(id);
  // An empty instance that a waiting task does not fit on is of no use to it.
  const wanted = ({ workload }: Waiting) =>
    reason === 'empty'
      ? excluded(host, workload) === undefined && shortage({ host, ...bin }, workload.needs) === undefined
      : couldTake(group, workload);
  const task = waiting.find(wanted);
  if (task !== undefined) {
    const { count, workload } = task;
    return {
      why: 'tasks-pending',
      sentence: `${count} tasks of ${workload.group} wait for an instance, which ${group.name} could take. ${id} is looked at again when they run.`,
    };
  }
  const launching = [...group.launching.values()].reduce((sum, count) => sum + count, 0);
  if (launching === 0 || reason === 'empty') return undefined;
  return {
    why: 'tasks-pending',
    sentence: `${group.name} launches ${launching} instances. ${id} is looked at again when they are ACTIVE.`,
  };
}
