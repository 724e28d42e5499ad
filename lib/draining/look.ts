import { type EpochMs, MINUTE } from '../clock.ts';
import { isVoluntary, takeIn } from './intake.ts';
import type { Heard } from './notice.ts';
import type { ClusterPolicy } from './policy.ts';
import type { DrainRecord } from './record.ts';
import type { Look, Snapshot } from './snapshot.ts';
import {
  actBy,
  diagnosisDueAt,
  heartbeatDueAt,
  isDeadlineDue,
  lastChanceBefore,
  openHooks,
  spotStopAt,
  TICK,
} from './timing.ts';

/**
 * What must be read to decide on the record now. `record` has already taken in what was heard. Every flag costs API
 * calls, so each is asked for only where the decision depends on it.
 */
export function whatToLookAt(record: DrainRecord, policy: ClusterPolicy, now: EpochMs): Look {
  const nothing: Look = { instance: false, tasks: false, hooks: [], ec2: false, diagnosis: false };
  if (record.phase === 'closed' || record.unlisted) return nothing;
  const groups = openHooks(record).filter((hook) => hook.heartbeatTimeoutMs === undefined);
  const hooks = [...new Set(groups.map(({ group }) => group))];
  const over = isHostOver(record.ec2?.state);
  switch (record.phase) {
    case 'requested':
      return {
        ...nothing,
        instance: true,
        hooks,
        ec2: over,
        tasks: policy.standaloneTasks.kind === 'refuse' && isAllVoluntary(record),
      };
    case 'draining': {
      const diagnosis = diagnosisDueAt(record) <= now;
      const settled = settlesAt(record, policy) <= now;
      const tasks = settled && (diagnosis || mayBeEmpty(record) || isTimeToStopTasks(record, policy, now));
      // The first diagnosis is about tasks; a later one also asks whether somebody set the instance ACTIVE.
      const instance = over || (diagnosis && record.lastDiagnosisAt !== undefined);
      return { ...nothing, instance, tasks, hooks, ec2: over, diagnosis };
    }
    case 'leaving': {
      // Leaving needs no polling, since ECS announces INACTIVE; the rare look is for what nobody announced.
      const look = ghostDueAt(record, policy) <= now || (record.lastLookAt ?? 0) + RARE_LOOK <= now;
      return { ...nothing, instance: look, hooks, ec2: look };
    }
    default:
      return record.phase satisfies never;
  }
}

/** True when EC2 has ended the host, so that nothing runs on it, whatever ECS still shows. */
export const isHostOver = (state: Snapshot['ec2']) =>
  state === 'stopped' || state === 'terminated' || state === 'not-found';

/** ECS announces the end of tasks and instances; this look is for the case that nobody announces anything. */
const RARE_LOOK = 30 * MINUTE;

/**
 * Whether what was just heard may change a decision now. Of a hundred tasks that stop, only the last one does;
 * the others wait in the inbox and cost nothing more.
 */
export function isWorthWorking(record: DrainRecord, heard: readonly Heard[], policy: ClusterPolicy): boolean {
  if (heard.some(({ notice }) => notice.kind !== 'task-stopped')) return true;
  // A late duplicate must be taken in all the same: a record with unread notices is never forgotten.
  if (record.phase === 'closed') return true;
  return record.phase === 'draining' && mayBeEmpty(takeIn(record, heard, policy));
}

/** Withdrawn reasons leave none, so an empty list counts as voluntary: nothing forces the drain any more. */
export const isAllVoluntary = (record: DrainRecord) => record.reasons.every(isVoluntary);

/** True when, by what is known, the last task may have stopped. The truth is then listed. */
export function mayBeEmpty(record: DrainRecord): boolean {
  if (record.remaining) return record.remaining.length === 0;
  return record.stopped.length >= (record.expectedTasks ?? 0);
}

/** Until then a task that was being placed when the instance became DRAINING may still appear. */
export function settlesAt(record: DrainRecord, policy: ClusterPolicy): EpochMs {
  return (record.drainingSince ?? record.openedAt) + policy.settleMs;
}

/** When standalone tasks are stopped by the policy. */
export function standaloneStopAt(record: DrainRecord, policy: ClusterPolicy): EpochMs | undefined {
  if (policy.standaloneTasks.kind !== 'stop' || record.drainingSince === undefined) return undefined;
  return record.drainingSince + policy.standaloneTasks.afterMs;
}

function isTimeToStopTasks(record: DrainRecord, policy: ClusterPolicy, now: EpochMs): boolean {
  const standalone = standaloneStopAt(record, policy);
  const spot = spotStopAt(record, policy);
  const anyLeft =
    record.remaining === undefined || record.remaining.some((t) => !record.stopRequested.includes(t.task));
  return (
    isDeadlineDue(record, policy, now) ||
    (anyLeft &&
      ((standalone !== undefined && standalone <= now) ||
        (spot !== undefined && lastChanceBefore(spot, now))))
  );
}

/** When an instance that EC2 has stopped or terminated, and that ECS still lists, counts as a ghost. */
export function ghostDueAt(record: DrainRecord, policy: ClusterPolicy): EpochMs {
  if (!record.ec2) return Number.POSITIVE_INFINITY;
  const { state, since } = record.ec2;
  const grace = state === 'stopped' ? policy.ghosts.stoppedAfterMs : policy.ghosts.terminatedAfterMs;
  return isHostOver(state) && grace !== null ? since + grace : Number.POSITIVE_INFINITY;
}

/**
 * When the record must be looked at again: the earliest of everything that time alone can bring. Infinity when
 * only an event can change anything.
 */
export function nextLookAt(record: DrainRecord, policy: ClusterPolicy, now: EpochMs): EpochMs {
  // The schedule comes once a minute and a little late: who waits for the very moment may see it a minute after.
  const heartbeats = openHooks(record).map((hook) => heartbeatDueAt(hook) - TICK / 2);
  const never = Number.POSITIVE_INFINITY;
  switch (record.phase) {
    case 'requested': {
      const lead = policy.triggers.maintenanceLeadMs ?? 0;
      const dates = record.reasons.map((reason) =>
        reason.kind === 'maintenance' ? reason.startAt - lead : now,
      );
      return Math.min(...heartbeats, dates.length === 0 ? now : Math.max(now + TICK, Math.min(...dates)));
    }
    case 'draining': {
      const settle = settlesAt(record, policy);
      const empty = mayBeEmpty(record) && settle > now ? settle : never;
      const deadline = actBy(record, policy) ?? never;
      return Math.min(
        ...heartbeats,
        empty,
        deadline > now || isDeadlineDue(record, policy, now) ? Math.max(deadline, settle) : never,
        graceEndsAt(record, policy),
        beforeOrNever(standaloneStopAt(record, policy), now),
        beforeOrNever(spotStopAt(record, policy), now),
        Math.max(diagnosisDueAt(record), settle),
        now + RARE_LOOK,
      );
    }
    case 'leaving':
      return Math.min(...heartbeats, Math.max(ghostDueAt(record, policy), now + TICK), now + RARE_LOOK);
    case 'closed':
      return never;
    default:
      return record.phase satisfies never;
  }
}

/** After `stop-tasks` at the deadline: when the hooks are continued whatever still runs. */
export function graceEndsAt(record: DrainRecord, policy: ClusterPolicy): EpochMs {
  const { deadlineActedAt } = record;
  const waiting = policy.atDeadline === 'stop-tasks' && openHooks(record).length > 0;
  return waiting && deadlineActedAt !== undefined
    ? deadlineActedAt + policy.stopGraceMs
    : Number.POSITIVE_INFINITY;
}

const beforeOrNever = (moment: EpochMs | undefined, now: EpochMs) =>
  moment === undefined || moment <= now ? Number.POSITIVE_INFINITY : Math.max(now, moment - TICK);
