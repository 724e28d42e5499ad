import type { EpochMs } from '../clock.ts';
import type { Change, Intent, ScalingRecord } from './record.ts';

// As in Application Auto Scaling (user guide, step scaling, cooldown period): a cooldown starts with a change that
// succeeded, one record per direction.

/** When the cooldown of a change is over. */
export const endOf = ({ at, cooldownMs }: Change) => at + cooldownMs;
const running = (change: Change | undefined, now: EpochMs) =>
  change !== undefined && endOf(change) > now ? change : undefined;

/**
 * The scale-out whose cooldown still runs. A metric whose whole period lies before the change shows nothing of it
 * yet, so that counts as running too: else a cooldown shorter than the metric's delay would step twice for one breach.
 */
export function outCooldown(
  record: ScalingRecord,
  now: EpochMs,
  measuredUntil?: EpochMs,
): Change | undefined {
  const { lastOut } = record;
  const isStale = lastOut !== undefined && measuredUntil !== undefined && measuredUntil <= lastOut.at;
  return isStale ? lastOut : running(lastOut, now);
}

/** The scale-in whose cooldown still runs. */
export const inCooldown = (record: ScalingRecord, now: EpochMs) => running(record.lastIn, now);

/**
 * The record after a policy's change was applied. A scale-out ends the cooldown of a scale-in, which does not resume.
 * Within a running cooldown `from` stays: of +2 and then +3 only the difference is added, and what came between counts.
 */
export function withChange(record: ScalingRecord, intent: Intent, now: EpochMs): ScalingRecord {
  const { desired: to, from, policy, cooldownMs } = intent;
  const isOut = to > from;
  const last = running(isOut ? record.lastOut : record.lastIn, intent.decidedAt);
  // A schedule or a person has taken back what was added: the count begins anew.
  const before = isOut && last !== undefined && from < last.from ? undefined : last;
  const change: Change = {
    at: now,
    from: before ? before.from : from,
    to,
    policy,
    // A policy with a shorter cooldown does not end a longer one that runs.
    cooldownMs: Math.max(cooldownMs, last ? endOf(last) - now : 0),
  };
  if (!isOut) return { ...record, lastIn: change };
  const { lastIn: _, ...rest } = record;
  return { ...rest, lastOut: change };
}

/** How many the target was meant to have at a moment of the last hour, by the changes since then. */
export function countAt(record: ScalingRecord, moment: EpochMs, desired: number): number {
  return record.changes.find(({ at }) => at >= moment)?.from ?? desired;
}
