import { type EpochMs, SECOND, utc } from '../clock.ts';
import { decideDraining, giveUpBeforeDraining } from './decide-draining.ts';
import { decideLeaving } from './decide-leaving.ts';
import type { Decision, Finding } from './decision.ts';
import { byWhom } from './intake.ts';
import { isAllVoluntary, isHostOver } from './look.ts';
import type { ClusterPolicy } from './policy.ts';
import type { DrainRecord } from './record.ts';
import { hookKey, type InstanceView, type Snapshot, type StandDown } from './snapshot.ts';
import { actBy, heartbeatDueAt, lastChanceBefore, openHooks, TICK } from './timing.ts';

/**
 * Decides what to do about one instance. Pure: the record has taken in all notices, the snapshot is what was read
 * from AWS, `now` is in epoch milliseconds. `room` is true once the caps have admitted a drain of our own choice.
 */
export function decide(
  heard: DrainRecord,
  snapshot: Snapshot,
  policy: ClusterPolicy,
  now: EpochMs,
  room = false,
): Decision {
  const learnt = learn(heard, snapshot, now);
  const { record } = learnt;
  const decision = decidePhase(record, snapshot, policy, now, room);
  const kept = withHeartbeats(decision, record, now);
  return { ...kept, findings: [...learnt.findings, ...kept.findings] };
}

function decidePhase(
  record: DrainRecord,
  snapshot: Snapshot,
  policy: ClusterPolicy,
  now: EpochMs,
  room: boolean,
): Decision {
  if (record.phase === 'closed') return nothing(record);
  if (snapshot.standDown && !isLeftBehind(snapshot)) return standDown(record, snapshot.standDown);
  if (record.unlisted || snapshot.instance === 'gone') return gone(record);
  // What EC2 says now, not what an event said: the instance may have been started again since.
  if (isHostOver(snapshot.ec2)) {
    return decideLeaving({ ...record, phase: 'leaving', blockedBy: [] }, snapshot, policy, now);
  }
  switch (record.phase) {
    case 'requested':
      return decideRequested(record, snapshot, policy, now, room);
    case 'draining':
      return decideDraining(record, snapshot, policy, now);
    case 'leaving':
      return decideLeaving(record, snapshot, policy, now);
    default:
      return record.phase satisfies never;
  }
}

/** ECS drains it under managed draining; a host that has ended is nobody's to drain, and may stay registered all the same. */
const isLeftBehind = ({ standDown, ec2 }: Snapshot) => standDown === 'managed-draining' && isHostOver(ec2);

const nothing = (next: DrainRecord, ...findings: Finding[]): Decision => ({ actions: [], next, findings });

/** Keeps the facts of the snapshot that outlive it: hook timeouts, EC2's word, the container instance's ARN. */
function learn(
  record: DrainRecord,
  snapshot: Snapshot,
  now: EpochMs,
): { record: DrainRecord; findings: Finding[] } {
  const findings: Finding[] = [];
  const hooks = record.hooks.map((hook) => {
    const view = hook.state === 'open' ? snapshot.hooks?.get(hookKey(hook.group, hook.hook)) : undefined;
    if (view === undefined || hook.heartbeatTimeoutMs !== undefined) return hook;
    if (view === 'missing') {
      const sentence = `Group ${hook.group} has no lifecycle hook ${hook.hook} any more; nothing waits for us.`;
      findings.push({ reason: 'hook-missing', outcome: 'done', sentence });
      return { ...hook, state: 'expired' as const };
    }
    if (view.heartbeatTimeoutMs < 2 * TICK) {
      const seconds = view.heartbeatTimeoutMs / SECOND;
      findings.push({
        reason: 'hook-too-short',
        outcome: 'held',
        sentence: `Hook ${hook.hook} of group ${hook.group} times out after ${seconds} s, and the schedule that keeps it alive runs once a minute. Set its heartbeat timeout to 120 s or more.`,
        facts: { heartbeatTimeoutSeconds: seconds },
      });
    }
    return { ...hook, heartbeatTimeoutMs: view.heartbeatTimeoutMs };
  });
  const { instance, ec2 } = snapshot;
  // EC2 forgets a terminated instance after about an hour: the same end, so it is not dated anew.
  const forgotten = ec2 === 'not-found' && record.ec2?.state === 'terminated';
  const changed = ec2 !== undefined && ec2 !== record.ec2?.state && !forgotten;
  const looked = instance !== undefined || snapshot.tasks !== undefined;
  return {
    findings,
    record: {
      ...record,
      hooks,
      ...(changed ? { ec2: { state: ec2, since: now } } : {}),
      ...(instance && instance !== 'gone' ? { containerInstance: instance.arn } : {}),
      ...(looked ? { lastLookAt: now } : {}),
    },
  };
}

function decideRequested(
  record: DrainRecord,
  snapshot: Snapshot,
  policy: ClusterPolicy,
  now: EpochMs,
  room: boolean,
): Decision {
  const { instance } = snapshot;
  const id = record.instanceId;
  if (instance === undefined || instance === 'gone') return nothing(record);
  if (record.reasons.length === 0) {
    const sentence = `The reason to drain ${id} was withdrawn${byWhom(record)} before anything was done.`;
    return nothing(
      { ...record, phase: 'closed', closedAs: 'withdrawn' },
      { reason: 'withdrawn-before-start', outcome: 'done', sentence },
    );
  }
  const isGhost = record.reasons.every(({ kind }) => kind === 'ghost');
  if (isGhost) return decideLeaving({ ...record, phase: 'leaving' }, snapshot, policy, now);
  if (instance.status === 'DRAINING') return adopt(record, instance, policy, now);
  // An instance that never becomes ACTIVE, or whose draining AWS keeps refusing, must not hold its group for 48 hours.
  const tried = instance.status !== 'ACTIVE' || record.drainRequestedAt !== undefined;
  const by = actBy(record, policy);
  if (tried && by !== undefined && by <= now && openHooks(record).length > 0) {
    return giveUpBeforeDraining(record, instance.status, policy);
  }
  if (instance.status !== 'ACTIVE') {
    const sentence = `ECS drains only ACTIVE instances, and ${id} is ${instance.status}. Looked at again every minute.`;
    return nothing(record, { reason: 'instance-not-active-yet', outcome: 'held', sentence });
  }
  if (isAllVoluntary(record)) {
    const held = holdVoluntary(record, snapshot, policy, now);
    if (held) return held;
    if (!room) return { ...nothing(record), wantsRoom: true };
  }
  const begun: DrainRecord = {
    ...record,
    drainRequestedAt: record.drainRequestedAt ?? now,
    ...(record.deadline === undefined ? { deadline: now + policy.deadlineMs } : {}),
  };
  return { actions: [{ kind: 'begin-drain', arn: instance.arn }], next: begun, findings: [] };
}

function holdVoluntary(
  record: DrainRecord,
  snapshot: Snapshot,
  policy: ClusterPolicy,
  now: EpochMs,
): Decision | undefined {
  const starts = record.reasons.map((reason) =>
    reason.kind === 'maintenance' ? reason.startAt - (policy.triggers.maintenanceLeadMs ?? 0) : now,
  );
  const drainAt = Math.min(...starts);
  if (drainAt > now) {
    const sentence = `Maintenance of ${record.instanceId} is announced; draining begins ${utc(drainAt)}.`;
    return nothing(record, { reason: 'maintenance-not-near', outcome: 'held', sentence });
  }
  const standalone = (snapshot.tasks ?? []).filter((task) => !task.service && task.lastStatus !== 'STOPPED');
  if (policy.standaloneTasks.kind !== 'refuse' || standalone.length === 0) return undefined;
  return nothing(record, {
    reason: 'standalone-tasks-refused',
    outcome: 'refused',
    sentence: `${record.instanceId} runs ${standalone.length} standalone task(s), which no drain moves, and the policy says standaloneTasks: refuse. Looked at again every minute.`,
    facts: { tasks: standalone.map(({ task }) => task) },
  });
}

// Somebody else (a person, the agent's own Spot draining, a crash of ours in between) was first: first DRAINING wins.
function adopt(
  record: DrainRecord,
  { runningTasks }: InstanceView,
  policy: ClusterPolicy,
  now: EpochMs,
): Decision {
  const next: DrainRecord = {
    ...record,
    phase: 'draining',
    drainingSince: now,
    expectedTasks: runningTasks,
    lastProgressAt: now,
    ...(record.deadline === undefined ? { deadline: now + policy.deadlineMs } : {}),
  };
  const whose = record.drainRequestedAt === undefined ? 'by somebody else' : 'by our own earlier request';
  const sentence = `${record.instanceId} is DRAINING already, ${whose}, with ${runningTasks} task(s); we wait for them.`;
  return nothing(next, { reason: 'already-draining', outcome: 'held', sentence });
}

function standDown(record: DrainRecord, why: StandDown): Decision {
  const id = record.instanceId;
  const sentences: Record<StandDown, string> = {
    'managed-draining': `ECS managed draining is on for the capacity provider of ${id}, so ECS drains it. Our hook is continued at once; take it off the group or turn managed draining off.`,
    'managed-instance': `${id} is an ECS Managed Instance, which ECS replaces by itself.`,
    'external-instance': `${id} is an ECS Anywhere instance; nothing in EC2 or Auto Scaling terminates it.`,
  };
  return {
    actions: openHooks(record).map((hook) => ({ kind: 'complete', hook, result: 'CONTINUE' })),
    next: { ...record, phase: 'closed', closedAs: 'stood-down' },
    findings: [{ reason: `stood-down-${why}`, outcome: 'refused', sentence: sentences[why] }],
  };
}

function gone(record: DrainRecord): Decision {
  const sentence = `Cluster ${record.cluster} does not list ${record.instanceId} (any more), so there is nothing to wait for.`;
  return {
    actions: openHooks(record).map((hook) => ({ kind: 'complete', hook, result: 'CONTINUE' })),
    next: { ...record, phase: 'closed', closedAs: 'gone', blockedBy: [] },
    findings: [{ reason: 'instance-gone', outcome: 'done', sentence }],
  };
}

// A hook that is about to be completed needs no heartbeat; any other open one is kept alive, also while we wait.
function withHeartbeats(decision: Decision, record: DrainRecord, now: EpochMs): Decision {
  const completing = decision.actions.some((action) => action.kind === 'complete');
  if (completing || decision.next.phase === 'closed') return decision;
  const due = openHooks(record).filter(
    (hook) => hook.heartbeatTimeoutMs !== undefined && lastChanceBefore(heartbeatDueAt(hook), now),
  );
  return {
    ...decision,
    actions: [...decision.actions, ...due.map((hook) => ({ kind: 'heartbeat', hook }) as const)],
  };
}
