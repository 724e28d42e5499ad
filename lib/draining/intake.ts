import type { EpochMs } from '../clock.ts';
import type { ClusterName, ContainerInstanceArn, InstanceId } from '../ids.ts';
import type { Ec2State, Heard, Notice } from './notice.ts';
import type { ClusterPolicy } from './policy.ts';
import type { DrainReason, DrainRecord, HookAction } from './record.ts';
import { SPOT_NOTICE } from './timing.ts';

/** A record for an instance of which nothing is known but that somebody spoke of it. */
export function newRecord(
  instanceId: InstanceId,
  cluster: ClusterName,
  at: EpochMs,
  containerInstance?: ContainerInstanceArn,
): DrainRecord {
  return {
    instanceId,
    cluster,
    phase: 'requested',
    openedAt: at,
    reasons: [],
    hooks: [],
    stopped: [],
    stopRequested: [],
    lastProgressAt: at,
    blockedBy: [],
    ...(containerInstance === undefined ? {} : { containerInstance }),
  };
}

/**
 * Takes in what has been heard. Pure and idempotent: the same notices twice, or in another order, leave the same
 * reasons, hooks and deadline, since each only adds what is missing and only tightens what is there.
 */
export function takeIn(record: DrainRecord, inbox: readonly Heard[], policy: ClusterPolicy): DrainRecord {
  return inbox.reduce((state, { notice }) => takeInOne(state, notice, policy), record);
}

function takeInOne(record: DrainRecord, notice: Notice, policy: ClusterPolicy): DrainRecord {
  switch (notice.kind) {
    case 'hook':
      return takeInHook(record, notice, policy);
    case 'spot-interruption': {
      const reclaimAt = notice.at + (notice.action === 'hibernate' ? 0 : SPOT_NOTICE);
      return withReason(tighten(record, reclaimAt, reclaimAt), { kind: 'spot-interruption', at: notice.at });
    }
    case 'rebalance':
      return withReason(record, { kind: 'rebalance', at: notice.at });
    case 'maintenance':
      return notice.status === 'withdrawn'
        ? without(record, (reason) => reason.kind === 'maintenance' && reason.eventArn === notice.eventArn)
        : takeInMaintenance(record, notice);
    case 'order':
      return notice.verb === 'release'
        ? without(record, isVoluntary)
        : withReason(record, { kind: 'order', by: notice.by, at: notice.at });
    case 'ec2-state':
      return takeInEc2State(record, notice.state, notice.at, policy);
    case 'task-stopped':
      return record.stopped.includes(notice.task)
        ? record
        : {
            ...record,
            stopped: [...record.stopped, notice.task],
            ...(record.remaining && {
              remaining: record.remaining.filter(({ task }) => task !== notice.task),
            }),
            lastProgressAt: Math.max(record.lastProgressAt, notice.at),
          };
    case 'container-instance':
      return notice.status === 'INACTIVE' ? { ...record, unlisted: true } : record;
    // Says only: look. What to look at follows from the record; see look.ts.
    case 'look':
      return record;
    default:
      return notice satisfies never;
  }
}

/** Reasons that are ours to choose, and so obey the caps, wait their turn and can be withdrawn. */
export function isVoluntary(reason: DrainReason): boolean {
  switch (reason.kind) {
    case 'rebalance':
    case 'maintenance':
    case 'order':
      return true;
    case 'hook':
    case 'spot-interruption':
    case 'direct-termination':
    case 'ghost':
      return false;
    default:
      return reason satisfies never;
  }
}

function takeInHook(
  record: DrainRecord,
  notice: Extract<Notice, { kind: 'hook' }>,
  policy: ClusterPolicy,
): DrainRecord {
  const sameHook = (hook: HookAction) => hook.group === notice.group && hook.hook === notice.hook;
  const known = record.hooks.find(
    (hook) =>
      sameHook(hook) &&
      (hook.token === notice.token ||
        hook.token === undefined ||
        (notice.token === undefined && hook.state === 'open')),
  );
  if (known) {
    // The sweep found the waiting instance before its event arrived: the event brings the token.
    if (known.token !== undefined || notice.token === undefined) return record;
    const { token } = notice;
    return { ...record, hooks: record.hooks.map((hook) => (hook === known ? { ...hook, token } : hook)) };
  }
  const hook: HookAction = {
    group: notice.group,
    hook: notice.hook,
    openedAt: notice.at,
    state: 'open',
    lastHeartbeatAt: notice.at,
    ...(notice.token === undefined ? {} : { token: notice.token }),
  };
  const opened = { ...record, hooks: [...record.hooks, hook] };
  return reopen(withReason(tighten(opened, notice.at + policy.deadlineMs), { kind: 'hook', at: notice.at }));
}

function takeInMaintenance(
  record: DrainRecord,
  notice: Extract<Notice, { kind: 'maintenance' }>,
): DrainRecord {
  // AWS may move the date: the newest notice of an event replaces the older one.
  const older = record.reasons.find(
    (reason) => reason.kind === 'maintenance' && reason.eventArn === notice.eventArn,
  );
  if (older && older.at >= notice.at) return record;
  const rest = without(record, (reason) => reason === older);
  const { eventArn, startAt, at } = notice;
  return withReason(rest, { kind: 'maintenance', eventArn, startAt, at });
}

// A late "stopped" must not hide a "terminated" that overtook it; a new "running" after a stop is a new life.
const lifeOrder: Record<Ec2State, number> = {
  pending: 0,
  running: 0,
  stopping: 1,
  stopped: 2,
  'shutting-down': 3,
  terminated: 4,
};

function takeInEc2State(
  record: DrainRecord,
  state: Ec2State,
  at: EpochMs,
  { triggers }: ClusterPolicy,
): DrainRecord {
  const known = record.ec2;
  if (
    known &&
    known.state !== 'not-found' &&
    at <= known.since &&
    lifeOrder[state] <= lifeOrder[known.state]
  ) {
    return record;
  }
  if (known && (known.state === 'not-found' || known.state === state)) return record;
  const seen: DrainRecord = { ...record, ec2: { state, since: at } };
  // What we drain is expected to go; only an instance that goes unannounced gives a reason of its own.
  if (record.closedAs === 'gone' || record.reasons.length > 0) return seen;
  switch (state) {
    case 'pending':
    case 'running':
      return seen;
    case 'stopping':
    case 'shutting-down':
      return triggers.directTermination ? withReason(seen, { kind: 'direct-termination', at }) : seen;
    case 'stopped':
    case 'terminated':
      return withReason(seen, { kind: 'ghost', at });
    default:
      return state satisfies never;
  }
}

function withReason(record: DrainRecord, reason: DrainReason): DrainRecord {
  const same = (other: DrainReason) =>
    other.kind === reason.kind &&
    (other.kind !== 'maintenance' || (reason.kind === 'maintenance' && other.eventArn === reason.eventArn));
  return record.reasons.some(same) ? record : reopen({ ...record, reasons: [...record.reasons, reason] });
}

function without(record: DrainRecord, gone: (reason: DrainReason) => boolean): DrainRecord {
  const reasons = record.reasons.filter((reason) => !gone(reason));
  return reasons.length === record.reasons.length ? record : { ...record, reasons };
}

function tighten(record: DrainRecord, deadline: EpochMs, reclaimAt?: EpochMs): DrainRecord {
  return {
    ...record,
    deadline: Math.min(record.deadline ?? deadline, deadline),
    ...(reclaimAt === undefined ? {} : { reclaimAt: Math.min(record.reclaimAt ?? reclaimAt, reclaimAt) }),
  };
}

// A new reason for an instance whose drain is over starts from the truth again: it is looked at as if new.
function reopen(record: DrainRecord): DrainRecord {
  if (record.phase !== 'closed' && record.phase !== 'leaving') return record;
  const { closedAs: _, ...rest } = record;
  return { ...rest, phase: 'requested' };
}
