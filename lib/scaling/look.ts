import { type EpochMs, MINUTE } from '../clock.ts';
import type { MetricPolicy, TargetPolicy } from './policy.ts';
import type { ScalingRecord } from './record.ts';
import { dueRun, nextRun } from './schedule.ts';
import type { ScalingSnapshot } from './snapshot.ts';
import { isAbove } from './steps.ts';

/** How often the schedule of the functions looks. */
export const LOOK_EVERY = MINUTE;

/** What is to be read to decide on a target now; the present count is asked for by the decision, where it matters. */
export interface Look {
  /** Names of CloudWatch alarms. One DescribeAlarms takes 100, so all are asked for: that also finds lost events. */
  readonly alarms: readonly string[];
  /** Names of the policies whose metric is needed. A step policy's is, besides, when its alarm is found in ALARM. */
  readonly metrics: readonly string[];
}

/** What to read, by the alarms that are known to be in ALARM. */
export function whatToLookAt(record: ScalingRecord, policy: TargetPolicy): Look {
  const alarms = policy.policies.flatMap((one) => (one.kind === 'step' ? one.alarm.name : []));
  return {
    alarms: [...new Set(alarms)],
    metrics: metricsFor(record, policy).map(({ name }) => name),
  };
}

function metricsFor(record: ScalingRecord, { policies, holdFlapping }: TargetPolicy): MetricPolicy[] {
  const needed = policies.filter((one) => one.kind !== 'step' || record.inAlarm.includes(one.alarm.name));
  const mayScaleIn = needed.some((one) => one.kind !== 'step' || !isAbove(one.alarm.comparison));
  if (!holdFlapping || !mayScaleIn) return needed;
  // A scale-in is held against the thresholds for scaling out, whatever state their alarms are in.
  return policies.filter(
    (one) => needed.includes(one) || (one.kind === 'step' && isAbove(one.alarm.comparison)),
  );
}

/** True when something may call for a change now, so that the present count must be known. */
export const isLive = (record: ScalingRecord, policy: TargetPolicy, now: EpochMs): boolean =>
  record.intent !== undefined ||
  record.order !== undefined ||
  metricsFor(record, policy).length > 0 ||
  isScheduleDue(record, policy, now);

const isScheduleDue = (record: ScalingRecord, { schedules }: TargetPolicy, now: EpochMs) =>
  schedules.some((schedule) => {
    const due = dueRun(schedule, record.schedulesSeen[schedule.name] ?? now, now);
    return due !== undefined && 'at' in due;
  });

/** The record with the alarms that are in ALARM by what was read; one that was not read stays as it was. */
export function withAlarmStates(record: ScalingRecord, alarms: ScalingSnapshot['alarms']): ScalingRecord {
  const kept = record.inAlarm.filter((name) => !alarms.has(name));
  const found = [...alarms].flatMap(([name, view]) =>
    view !== 'missing' && view.state === 'ALARM' ? name : [],
  );
  return { ...record, inAlarm: [...kept, ...found] };
}

/**
 * When time alone may bring a change: at the next look while an alarm lasts or a policy reads its metric by itself,
 * else at the next run of a schedule. Infinity: only an alarm can.
 */
export function nextLookAt(record: ScalingRecord, policy: TargetPolicy, now: EpochMs): EpochMs {
  if (isLive(record, policy, now)) return now + LOOK_EVERY;
  const runs = policy.schedules.map((schedule) => nextRun(schedule, now) ?? Number.POSITIVE_INFINITY);
  return Math.min(Number.POSITIVE_INFINITY, ...runs);
}
