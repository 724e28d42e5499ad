import { type EpochMs, HOUR, utc } from '../clock.ts';
import type { Finding } from './decision.ts';
import type { Schedule, TargetPolicy } from './policy.ts';
import type { ScalingRecord } from './record.ts';
import { dueRun } from './schedule.ts';
import { type Bounds, scheduledBounds } from './situation.ts';

/**
 * The bounds after a schedule ran. One of them may be given alone; a min above the max that holds is an error, as in
 * PutScheduledAction (Application Auto Scaling).
 */
export function boundsAfter(
  { min, max }: Pick<Schedule, 'min' | 'max'>,
  before: Bounds,
): Bounds | 'min-above-max' {
  const after = { min: min ?? before.min, max: max ?? before.max };
  return after.min > after.max ? 'min-above-max' : after;
}

/** The count after it: moved only where it is outside the bounds, or where the schedule names one. */
export const countAfter = (count: number, { min, max }: Bounds): number =>
  Math.min(Math.max(count, min), max);

/** What the schedules that are due come to. */
export interface DueSchedules {
  /** Those that ran, in the order of their times, as `schedule A, B`; undefined: none was due. */
  readonly by?: string;
  /** The bounds they set and the moments up to which each was looked at. */
  readonly record: ScalingRecord;
  /** Without a change to wait for, or once it is decided: the same with the runs marked as seen. */
  readonly seen: ScalingRecord;
  /** The count that a schedule names; null: only bounds. */
  readonly desired: number | null;
  readonly findings: readonly Finding[];
}

/** Runs the schedules that fell due since they were last looked at. A schedule never seen before begins now. */
export function runSchedules(record: ScalingRecord, policy: TargetPolicy, now: EpochMs): DueSchedules {
  const findings: Finding[] = [];
  const runs: { at: EpochMs; schedule: Schedule }[] = [];
  const seen: Record<string, EpochMs> = {};
  const waiting: Record<string, EpochMs> = {};
  for (const schedule of policy.schedules) {
    const since = record.schedulesSeen[schedule.name] ?? now;
    const due = dueRun(schedule, since, now);
    // While a run waits for its change to be made, `waiting` keeps it due.
    // Without a run nothing changes, so that a quiet look writes nothing; only an old moment is brought forward, lest
    // a schedule that was written anew would seem to have missed what it never had.
    const brought = due === undefined && now - since < HOUR ? since : now;
    waiting[schedule.name] = due && 'at' in due ? since : brought;
    seen[schedule.name] = brought;
    if (due === undefined) continue;
    if ('at' in due) runs.push({ at: due.at, schedule });
    else findings.push(missed(schedule, due.missed, policy));
  }
  runs.sort((a, b) => a.at - b.at);
  let bounds = scheduledBounds(record, policy);
  let set = record.bounds ?? {};
  let desired: number | null = null;
  const names: string[] = [];
  for (const { schedule } of runs) {
    const after = boundsAfter(schedule, bounds);
    if (after === 'min-above-max') {
      findings.push(minAboveMax(schedule, bounds, policy));
      continue;
    }
    bounds = after;
    set = {
      ...set,
      ...(schedule.min === null ? {} : { min: after.min }),
      ...(schedule.max === null ? {} : { max: after.max }),
    };
    desired = schedule.desired ?? desired;
    names.push(schedule.name);
  }
  const changed = names.length > 0 ? { ...record, bounds: set } : record;
  return {
    ...(names.length > 0 ? { by: `schedule ${names.join(', ')}` } : {}),
    record: { ...changed, schedulesSeen: waiting },
    seen: { ...changed, schedulesSeen: seen },
    desired,
    findings,
  };
}

function missed({ name, makeUpMs }: Schedule, at: EpochMs, { target }: TargetPolicy): Finding {
  const sentence = `${target.id}: schedule ${name} was due ${utc(at)} and could not run for longer than its makeUp of ${makeUpMs / 60_000} min; it is not made up for.`;
  return { reason: 'schedule-missed', outcome: 'refused', sentence };
}

function minAboveMax({ name, min, max }: Schedule, bounds: Bounds, { target }: TargetPolicy): Finding {
  const sentence = `${target.id}: schedule ${name} would make min ${min ?? bounds.min} larger than max ${max ?? bounds.max}, so it did not run. Give it both.`;
  return { reason: 'schedule-missed', outcome: 'refused', sentence };
}
