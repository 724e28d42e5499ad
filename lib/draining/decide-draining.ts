import { type EpochMs, SECOND, utc } from '../clock.ts';
import type { Action, Decision, Finding } from './decision.ts';
import { byWhom } from './intake.ts';
import { graceEndsAt, isAllVoluntary, settlesAt, standaloneStopAt } from './look.ts';
import type { ClusterPolicy } from './policy.ts';
import type { DrainRecord, RemainingTask } from './record.ts';
import type { Snapshot, TaskView } from './snapshot.ts';
import { isDeadlineDue, lastChanceBefore, openHooks, spotStopAt } from './timing.ts';

/** The instance is DRAINING: wait until every task is STOPPED, or act at the deadline. */
export function decideDraining(
  seen: DrainRecord,
  snapshot: Snapshot,
  policy: ClusterPolicy,
  now: EpochMs,
): Decision {
  if (seen.reasons.length === 0 && openHooks(seen).length === 0) return cancel(seen);
  if (snapshot.instance && snapshot.instance !== 'gone' && snapshot.instance.status === 'ACTIVE') {
    return undone(seen, snapshot.instance.arn);
  }
  const record = snapshot.tasks ? withTasks(seen, snapshot.tasks, now) : seen;
  if (snapshot.tasks && record.remaining?.length === 0) {
    if (settlesAt(record, policy) <= now) return drained(record, now);
    const sentence = `Nothing runs on ${record.instanceId}, but a late placement may still appear; listed again once settled.`;
    return { actions: [], next: record, findings: [{ reason: 'settling', outcome: 'held', sentence }] };
  }
  if (graceEndsAt(record, policy) <= now) return complete(record, 'CONTINUE', 'deadline-continue');
  // Only on a list of this look: by an older one a drain could be cut off that is over.
  if (snapshot.tasks && isDeadlineDue(record, policy, now)) return atDeadline(record, policy, now);
  return wait(record, snapshot, policy, now);
}

function withTasks(record: DrainRecord, tasks: readonly TaskView[], now: EpochMs): DrainRecord {
  const stopped = tasks.filter((task) => task.lastStatus === 'STOPPED').map(({ task }) => task);
  const remaining: RemainingTask[] = tasks
    .filter((task) => task.lastStatus !== 'STOPPED')
    .map(({ task, lastStatus, desiredStatus, service }) => ({
      task,
      lastStatus,
      desiredStatus,
      ...(service === undefined ? {} : { service }),
    }));
  const fingerprint = (list: readonly RemainingTask[]) =>
    list
      .map(({ task, lastStatus }) => `${task} ${lastStatus}`)
      .sort()
      .join();
  const moved = record.remaining !== undefined && fingerprint(record.remaining) !== fingerprint(remaining);
  return {
    ...record,
    remaining,
    stopped: [...new Set([...record.stopped, ...stopped])],
    ...(moved ? { lastProgressAt: now, blockedBy: [] } : {}),
  };
}

function cancel(record: DrainRecord): Decision {
  const { instanceId, containerInstance } = record;
  if (record.drainRequestedAt === undefined || containerInstance === undefined) {
    const sentence = `The reason to drain ${instanceId} was withdrawn${byWhom(record)}, but somebody else set it DRAINING; it is theirs to set ACTIVE.`;
    return {
      actions: [],
      next: { ...record, phase: 'closed', closedAs: 'withdrawn' },
      findings: [{ reason: 'left-draining-not-ours', outcome: 'refused', sentence }],
    };
  }
  return {
    actions: [{ kind: 'reactivate', arn: containerInstance }],
    next: { ...record, phase: 'closed', closedAs: 'reactivated' },
    findings: [],
  };
}

/** Shared with the leaving phase: an instance that was drained by choice can be given back as well. */
export const cancelDrain = cancel;

function undone(record: DrainRecord, arn: NonNullable<DrainRecord['containerInstance']>): Decision {
  const id = record.instanceId;
  if (isAllVoluntary(record) && openHooks(record).length === 0) {
    const sentence = `Somebody set ${id} ACTIVE while we drained it; the drain was our choice, so it yields to them.`;
    return {
      actions: [],
      next: { ...record, phase: 'closed', closedAs: 'withdrawn' },
      findings: [{ reason: 'undone-by-somebody', outcome: 'refused', sentence }],
    };
  }
  const sentence = `Somebody set ${id} ACTIVE, but it will be terminated all the same; drained again.`;
  return {
    actions: [{ kind: 'begin-drain', arn }],
    next: record,
    findings: [{ reason: 'begun-again', outcome: 'acted', sentence }],
  };
}

function drained(record: DrainRecord, now: EpochMs): Decision {
  const seconds = Math.round((now - (record.drainingSince ?? record.openedAt)) / SECOND);
  const sentence = `Every task of ${record.instanceId} is STOPPED (${record.stopped.length} seen), ${seconds} s after DRAINING.`;
  return {
    actions: openHooks(record).map((hook) => ({ kind: 'complete', hook, result: 'CONTINUE' })),
    next: { ...record, phase: 'leaving', blockedBy: [], remaining: [] },
    findings: [
      { reason: 'drained', outcome: 'done', sentence, facts: { seconds, tasks: record.stopped.length } },
    ],
  };
}

function atDeadline(record: DrainRecord, policy: ClusterPolicy, now: EpochMs): Decision {
  if (policy.atDeadline === 'stop-tasks') {
    const stops = stopTasks(record, () => true, 'Stevedore: the deadline of the drain has passed');
    const sentence = `The deadline of ${record.instanceId} passed with ${left(record)}; told to stop, and given ${policy.stopGraceMs / SECOND} s.`;
    return {
      actions: stops,
      next: { ...record, deadlineActedAt: now, stopRequested: requested(record, stops) },
      findings: [{ reason: 'deadline-stop-tasks', outcome: 'acted', sentence }],
    };
  }
  if (openHooks(record).length === 0) {
    const sentence = `The deadline of ${record.instanceId} passed with ${left(record)}, and no hook of ours is open; it stays DRAINING.${blockedTail(record)}`;
    return {
      actions: [],
      next: { ...record, deadlineActedAt: now },
      findings: [{ reason: 'deadline-without-hook', outcome: 'held', sentence }],
    };
  }
  return policy.atDeadline === 'abandon'
    ? complete(record, 'ABANDON', 'deadline-abandon')
    : complete(record, 'CONTINUE', 'deadline-continue');
}

/** What the policy does at the deadline of a drain that never began: no task can be told to stop on its way. */
export function giveUpBeforeDraining(record: DrainRecord, status: string, policy: ClusterPolicy): Decision {
  const state = `before it could be set DRAINING (it is ${status})`;
  return policy.atDeadline === 'abandon'
    ? complete(record, 'ABANDON', 'deadline-abandon', state)
    : complete(record, 'CONTINUE', 'deadline-continue', state);
}

function complete(
  record: DrainRecord,
  result: 'CONTINUE' | 'ABANDON',
  reason: 'deadline-continue' | 'deadline-abandon',
  state = `with ${left(record)}`,
): Decision {
  const what =
    result === 'CONTINUE'
      ? 'the termination goes on'
      : 'the hook is abandoned: the group keeps the instance (Terminating:Retained) only if its instance lifecycle policy has TerminateHookAbandon=retain, and terminates it otherwise';
  const sentence = `The deadline of ${record.instanceId} passed ${state}; ${what}.${blockedTail(record)}`;
  return {
    actions: openHooks(record).map((hook) => ({ kind: 'complete', hook, result })),
    next: { ...record, phase: 'leaving' },
    findings: [{ reason, outcome: 'acted', sentence, facts: { tasks: remainingArns(record) } }],
  };
}

function wait(record: DrainRecord, snapshot: Snapshot, policy: ClusterPolicy, now: EpochMs): Decision {
  const findings: Finding[] = [];
  const standaloneAt = standaloneStopAt(record, policy);
  const spotAt = spotStopAt(record, policy);
  const stops = new Map<string, Extract<Action, { kind: 'stop-task' }>>();
  if (standaloneAt !== undefined && standaloneAt <= now) {
    const actions = stopTasks(
      record,
      (task) => !task.service,
      'Stevedore: standalone task on a draining instance',
    );
    for (const stop of actions) stops.set(stop.task, stop);
    if (actions.length > 0) {
      const sentence = `${actions.length} standalone task(s) on ${record.instanceId} outlived the grace of standaloneTasks.stopAfter and were told to stop.`;
      findings.push({ reason: 'standalone-tasks-stopped', outcome: 'acted', sentence });
    }
  }
  if (spotAt !== undefined && lastChanceBefore(spotAt, now)) {
    const actions = stopTasks(record, () => true, 'Stevedore: EC2 is about to reclaim the Spot instance');
    for (const stop of actions) stops.set(stop.task, stop);
    if (actions.length > 0) {
      const sentence = `EC2 reclaims ${record.instanceId} at ${iso(record.reclaimAt)}; ${actions.length} task(s) were told to stop in time to end cleanly.`;
      findings.push({ reason: 'spot-tasks-stopped', outcome: 'acted', sentence });
    }
  }
  const actions = [...stops.values()];
  const next = { ...record, stopRequested: requested(record, actions) };
  if (snapshot.blockers === undefined || actions.length > 0) {
    if (actions.length === 0 && snapshot.tasks) {
      const sentence = `${left(record)} on ${record.instanceId} not yet STOPPED.`;
      findings.push({ reason: 'tasks-leaving', outcome: 'held', sentence });
    }
    return { actions, next, findings };
  }
  const names = snapshot.blockers.map((blocker) => blocker.sentence);
  const seconds = Math.round((now - record.lastProgressAt) / SECOND);
  const sentence =
    `No task has left ${record.instanceId} for ${seconds} s, ${left(record)} to go. ${names.join(' ')}`.trim();
  findings.push({
    reason: 'drain-blocked',
    outcome: 'held',
    sentence,
    facts: { blockers: snapshot.blockers.map(({ kind, name }) => `${kind}:${name}`), seconds },
  });
  return { actions, next: { ...next, blockedBy: snapshot.blockers, lastDiagnosisAt: now }, findings };
}

/** StopTask has no force, so a task whose desired status is STOPPED already is left to its own stop timeout. */
function stopTasks(record: DrainRecord, which: (task: RemainingTask) => boolean, why: string) {
  return (record.remaining ?? [])
    .filter(
      (task) => task.desiredStatus !== 'STOPPED' && which(task) && !record.stopRequested.includes(task.task),
    )
    .map(({ task }) => ({ kind: 'stop-task', task, why }) as const);
}

const requested = (record: DrainRecord, stops: readonly { task: RemainingTask['task'] }[]) => [
  ...record.stopRequested,
  ...stops.map(({ task }) => task),
];

const remainingArns = (record: DrainRecord) => (record.remaining ?? []).map(({ task }) => task);

function left(record: DrainRecord): string {
  if (record.remaining) return `${record.remaining.length} task(s)`;
  return `about ${Math.max(0, (record.expectedTasks ?? 0) - record.stopped.length)} task(s)`;
}

const blockedTail = (record: DrainRecord) =>
  record.blockedBy.length === 0 ? '' : ` ${record.blockedBy.map(({ sentence }) => sentence).join(' ')}`;

const iso = (at: EpochMs | undefined) => (at === undefined ? 'an unknown time' : utc(at));
