import { type EpochMs, HOUR, MINUTE, SECOND } from '../clock.ts';
import type { ClusterPolicy } from './policy.ts';
import type { DrainRecord, HookAction } from './record.ts';

/** How often the schedule looks. What must not be late is done at the last tick before it would be. */
export const TICK = MINUTE;

/** EC2 gives a Spot instance two minutes (EC2 user guide, Spot interruption notices); hibernation starts at once. */
export const SPOT_NOTICE = 2 * MINUTE;

/** Auto Scaling's own limits: 48 hours or 100 heartbeats, whichever is shorter (Auto Scaling user guide). */
const HOOK_LIMIT = 48 * HOUR;
const HOOK_HEARTBEATS = 100;

/** Time kept free before a hook's own end, for one tick and the calls that end it. */
const HOOK_MARGIN = 2 * TICK;

/** A drain is called blocked after so long without a task leaving: with the tick, diagnosed within two minutes. */
export const BLOCKED_AFTER = MINUTE;

/** A closed record stays so long, so that an event replayed by Lambda or EventBridge (24 h) finds it. */
export const REMEMBER_CLOSED = 25 * HOUR;

/** Assumed while DescribeLifecycleHooks has not answered: the shortest that Auto Scaling allows. */
const SHORTEST_HOOK = 30 * SECOND;

/** When Auto Scaling ends the action whatever we send: min(48 h, 100 x heartbeat timeout) after it began. */
export function hookEndsAt(hook: HookAction): EpochMs {
  const timeout = hook.heartbeatTimeoutMs;
  return (
    hook.openedAt + (timeout === undefined ? HOOK_LIMIT : Math.min(HOOK_LIMIT, HOOK_HEARTBEATS * timeout))
  );
}

/** When the next heartbeat must be sent at the latest: half of the hook's timeout after the last one. */
export function heartbeatDueAt(hook: HookAction): EpochMs {
  return hook.lastHeartbeatAt + (hook.heartbeatTimeoutMs ?? SHORTEST_HOOK) / 2;
}

/** True when waiting for the next tick would miss `moment`. */
export const lastChanceBefore = (moment: EpochMs, now: EpochMs) => now + TICK > moment;

/** Hooks that wait for us. */
export const openHooks = (record: DrainRecord) => record.hooks.filter((hook) => hook.state === 'open');

/**
 * The moment at which the policy's `atDeadline` is carried out: the record's own deadline, or earlier where a
 * hook would end by itself before that. With `stop-tasks` the grace for stopping them is kept free too.
 */
export function actBy(record: DrainRecord, policy: ClusterPolicy): EpochMs | undefined {
  const reserve = HOOK_MARGIN + (policy.atDeadline === 'stop-tasks' ? policy.stopGraceMs : 0);
  const ends = openHooks(record).map((hook) => Math.max(hook.openedAt, hookEndsAt(hook) - reserve));
  const all = record.deadline === undefined ? ends : [record.deadline, ...ends];
  return all.length === 0 ? undefined : Math.min(...all);
}

/**
 * True when the policy's `atDeadline` is to be carried out. `stop-tasks` is done once; ending the hooks is all there is
 * to the others, so that is done again for a hook that is still open, because AWS refused or because it came later.
 */
export function isDeadlineDue(record: DrainRecord, policy: ClusterPolicy, now: EpochMs): boolean {
  const deadline = actBy(record, policy);
  if (deadline === undefined || deadline > now) return false;
  const endsHooks = policy.atDeadline !== 'stop-tasks' && openHooks(record).length > 0;
  return record.deadlineActedAt === undefined || endsHooks;
}

/**
 * When a stalled drain is diagnosed next: after a minute without progress (or twice the longest pause that it has
 * already come out of, since some services simply move slowly), then at doubling distances up to 1 h. Never when all
 * that is left has been told to stop: only its end is news then, and ECS announces that.
 */
export function diagnosisDueAt(record: DrainRecord): EpochMs {
  const { lastDiagnosisAt, lastProgressAt, longestPauseMs = 0, remaining = [] } = record;
  const ending = remaining.length > 0 && remaining.every(({ desiredStatus }) => desiredStatus === 'STOPPED');
  if (ending) return Number.POSITIVE_INFINITY;
  // Before the first list of its tasks nobody knows how many are left, so that the first look is not put off.
  const patience = record.remaining ? Math.max(BLOCKED_AFTER, 2 * longestPauseMs) : BLOCKED_AFTER;
  if (lastDiagnosisAt === undefined || lastDiagnosisAt < lastProgressAt) return lastProgressAt + patience;
  return lastDiagnosisAt + Math.min(HOUR, Math.max(5 * MINUTE, lastDiagnosisAt - lastProgressAt));
}

/** When Spot tasks are stopped by force, if the policy wants that. */
export function spotStopAt(record: DrainRecord, policy: ClusterPolicy): EpochMs | undefined {
  if (record.reclaimAt === undefined || policy.spotStopLeadMs === null) return undefined;
  return record.reclaimAt - policy.spotStopLeadMs;
}
