import type { EpochMs } from '../clock.ts';
import type { ClusterName, ContainerInstanceArn, InstanceId, TaskArn } from '../ids.ts';
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
      return tighten(withReason(record, { kind: 'spot-interruption', at: notice.at }), reclaimAt, reclaimAt);
    }
    case 'rebalance':
      return withReason(record, { kind: 'rebalance', at: notice.at });
    case 'maintenance':
      return notice.status === 'withdrawn'
        ? withdraw(record, notice.eventArn, notice.at)
        : withReason(record, {
            kind: 'maintenance',
            eventArn: notice.eventArn,
            startAt: notice.startAt,
            at: notice.at,
          });
    case 'order':
      return notice.verb === 'release'
        ? release(record, notice.by, notice.at)
        : withReason(record, { kind: 'order', by: notice.by, at: notice.at });
    case 'ec2-state':
      return takeInEc2State(record, notice, policy);
    case 'task-stopped':
      return record.stopped.includes(notice.task) ? record : withStopped(record, notice.task, notice.at);
    case 'unlisted':
      return { ...record, unlisted: true };
    default:
      return notice satisfies never;
  }
}

function withStopped(record: DrainRecord, task: TaskArn, at: EpochMs): DrainRecord {
  const pause = record.drainingSince === undefined ? 0 : at - record.lastProgressAt;
  return {
    ...record,
    stopped: [...record.stopped, task],
    ...(record.remaining && { remaining: record.remaining.filter((one) => one.task !== task) }),
    lastProgressAt: Math.max(record.lastProgressAt, at),
    longestPauseMs: Math.max(record.longestPauseMs ?? 0, pause),
  };
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
    // The sweep found the waiting instance before its event arrived: the event brings the token and the true time.
    const token = known.token ?? notice.token;
    const openedAt = Math.min(known.openedAt, notice.at);
    const told = { ...known, openedAt, ...(token === undefined ? {} : { token }) };
    const next = { ...record, hooks: record.hooks.map((hook) => (hook === known ? told : hook)) };
    return known.state === 'open' ? tighten(next, notice.at + policy.deadlineMs) : next;
  }
  const fresh = reopen(record, notice.at);
  const hook: HookAction = {
    group: notice.group,
    hook: notice.hook,
    openedAt: notice.at,
    state: 'open',
    // Nobody knows for how long a hook that the sweep found has been waiting: its first heartbeat is sent at once.
    lastHeartbeatAt: notice.token === undefined ? 0 : notice.at,
    ...(notice.token === undefined ? {} : { token: notice.token }),
  };
  const opened = { ...fresh, hooks: [...fresh.hooks, hook] };
  return tighten(withReason(opened, { kind: 'hook', at: notice.at }), notice.at + policy.deadlineMs);
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
  { state, at, listed }: Extract<Notice, { kind: 'ec2-state' }>,
  { triggers }: ClusterPolicy,
): DrainRecord {
  const known = record.ec2;
  // An instance that goes while it starts registers after we have found it unlisted and let it go.
  if (listed && record.closedAs === 'gone') {
    const ec2 = known?.state === state ? known : { state, since: at };
    return withReason({ ...record, ec2 }, { kind: 'ghost', at });
  }
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
  // What we drain is expected to go; only an instance that goes unannounced gives a reason of its own. What ECS drains
  // goes without us, but may stay registered when it is gone.
  const isOver = state === 'stopped' || state === 'terminated';
  const expected =
    record.phase === 'closed'
      ? record.closedAs === 'gone' || (record.closedAs === 'stood-down' && !isOver)
      : record.reasons.length > 0;
  if (expected) return seen;
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
  if (isWithdrawn(record, reason)) return record;
  const same = (other: DrainReason) =>
    other.kind === reason.kind &&
    (other.kind !== 'maintenance' || (reason.kind === 'maintenance' && other.eventArn === reason.eventArn));
  const known = record.reasons.find(same);
  if (known && known.at >= reason.at) return record;
  // The newest of a kind stands: AWS may move a maintenance date, and a drain may be ordered again.
  const reasons = known
    ? record.reasons.map((other) => (other === known ? reason : other))
    : [...record.reasons, reason];
  const told = { ...record, reasons };
  return known && record.phase !== 'closed' ? told : reopen(told, reason.at);
}

/** Under this key of `withdrawn` an operator's release of all drains of choice is kept. */
const RELEASE = 'release';

/** Of two at the same moment it does not matter which came first. */
function release(record: DrainRecord, by: string, at: EpochMs): DrainRecord {
  const before = record.withdrawn?.[RELEASE] ?? Number.NEGATIVE_INFINITY;
  const isNewest = at > before || (at === before && by > (record.releasedBy ?? ''));
  return withdraw(isNewest ? { ...record, releasedBy: by } : record, RELEASE, at);
}

/** Who withdrew a drain by choice, to follow "was withdrawn"; nothing if it was AWS Health that did so last. */
export function byWhom({ releasedBy, withdrawn = {} }: DrainRecord): string {
  const isLast = withdrawn[RELEASE] === Math.max(...Object.values(withdrawn));
  return isLast && releasedBy !== undefined ? ` by ${releasedBy}` : '';
}

function withdraw(record: DrainRecord, what: string, at: EpochMs): DrainRecord {
  const latest = Math.max(at, record.withdrawn?.[what] ?? at);
  const next = { ...record, withdrawn: { ...record.withdrawn, [what]: latest } };
  return { ...next, reasons: record.reasons.filter((reason) => !isWithdrawn(next, reason)) };
}

function isWithdrawn({ withdrawn = {} }: DrainRecord, reason: DrainReason): boolean {
  if (!isVoluntary(reason)) return false;
  const ended = [withdrawn[RELEASE], reason.kind === 'maintenance' ? withdrawn[reason.eventArn] : undefined];
  return ended.some((at) => at !== undefined && reason.at <= at);
}

function tighten(record: DrainRecord, deadline: EpochMs, reclaimAt?: EpochMs): DrainRecord {
  return {
    ...record,
    deadline: Math.min(record.deadline ?? deadline, deadline),
    ...(reclaimAt === undefined ? {} : { reclaimAt: Math.min(record.reclaimAt ?? reclaimAt, reclaimAt) }),
  };
}

/**
 * A new reason for an instance whose drain is over starts from the truth again: it is looked at as if new. After a
 * closed drain nothing of that one may count, least of all its deadline, which has passed; and what was a ghost may
 * have been started again.
 */
function reopen(record: DrainRecord, at: EpochMs): DrainRecord {
  if (record.phase === 'leaving') return { ...record, phase: 'requested' };
  if (record.phase !== 'closed') return record;
  const { instanceId, cluster, reasons, withdrawn, releasedBy, hooks, stopped, ec2 } = record;
  return {
    ...newRecord(instanceId, cluster, at),
    reasons: reasons.filter((reason) => reason.kind !== 'ghost' || reason.at === at),
    hooks,
    stopped,
    ...(withdrawn && { withdrawn }),
    ...(releasedBy !== undefined && { releasedBy }),
    ...(ec2 && { ec2 }),
  };
}
