import { type EpochMs, MINUTE, utc } from '../clock.ts';
import type { ServicePolicy } from './policy.ts';
import type { ServiceRecord } from './record.ts';
import type { ServiceView } from './snapshot.ts';

/** That a service lacks Spot capacity, as far as can be told from outside. */
export interface Signal {
  /** From when the grace counts. */
  readonly since: EpochMs;
  readonly why: string;
}

/** A Spot task is warned two minutes before it is stopped (ECS developer guide, Fargate Spot termination notice). */
export const SPOT_WARNING = 2 * MINUTE;

/** An event and the service's message about the same failure are not of the same second. */
const SAME_FAILURE = MINUTE;

/** How many tasks are missing. */
export const deficitOf = ({ desired, running }: ServiceView): number => Math.max(0, desired - running);

/** The record with the moment since when tasks are missing, as looks have seen it. */
export function withDeficit(record: ServiceRecord, view: ServiceView, now: EpochMs): ServiceRecord {
  const { deficitSince, ...heard } = record.heard;
  if (deficitOf(view) === 0) return deficitSince === undefined ? record : { ...record, heard };
  return deficitSince === undefined ? { ...record, heard: { ...heard, deficitSince: now } } : record;
}

/** The signal, if any of those that the policy wants is there and has not been judged before. An order is apart. */
export function signalOf(
  { heard }: ServiceRecord,
  view: ServiceView,
  { signals }: ServicePolicy,
  now: EpochMs,
): Signal | undefined {
  const isNew = (at: EpochMs | undefined): at is EpochMs =>
    at !== undefined && at > (heard.judgedAt ?? Number.NEGATIVE_INFINITY);
  if (signals.placementFailure && isNew(heard.spotFailureAt)) {
    return { since: now, why: `FARGATE_SPOT had no capacity at ${utc(heard.spotFailureAt)}` };
  }
  const reclaimed = signals.interruptions
    ? interruptionsSince({ heard }, now - signals.interruptions.windowMs)
    : [];
  const last = reclaimed.at(-1)?.at;
  if (signals.interruptions && reclaimed.length >= signals.interruptions.count && isNew(last)) {
    return { since: now, why: `Spot has reclaimed ${reclaimed.length} tasks, the last at ${utc(last)}` };
  }
  const { deficitSince = now, alarmSince } = heard;
  if (signals.deficit && deficitOf(view) > 0 && now - deficitSince >= signals.deficit.forMs) {
    const at = capacityMessageOf({ heard }, view);
    if (at !== undefined) {
      return {
        since: deficitSince,
        why: `fewer tasks run than desired since ${utc(deficitSince)}, and ECS said at ${utc(at)} that capacity is unavailable`,
      };
    }
  }
  // An alarm that lasts while nothing is missing is judged once; with tasks missing it counts again.
  if (alarmSince !== undefined && isInAlarm({ heard }) && (isNew(alarmSince) || deficitOf(view) > 0)) {
    return { since: now, why: `alarm ${signals.alarm} is in ALARM since ${utc(alarmSince)}` };
  }
  return undefined;
}

const isInAlarm = ({ heard }: Pick<ServiceRecord, 'heard'>) =>
  heard.alarmSince !== undefined && heard.alarmSince > (heard.alarmOverAt ?? Number.NEGATIVE_INFINITY);

/** Each task once, oldest first. */
export const interruptionsSince = ({ heard }: Pick<ServiceRecord, 'heard'>, since: EpochMs) =>
  heard.interruptions.filter(({ at }) => at >= since);

/**
 * When ECS said that Spot capacity is unavailable, if that still holds: it has said neither that the service is steady
 * since, nor that its tasks fail to start, nor was it FARGATE that lacked capacity. The events of a service repeat a message at
 * most every 6 hours (ECS developer guide, service event messages), so that it may be old and true.
 */
export function capacityMessageOf(
  { heard }: Pick<ServiceRecord, 'heard'>,
  { messages }: ServiceView,
): EpochMs | undefined {
  const { capacityUnavailableAt: at, steadyAt, impairedAt } = messages;
  if (at === undefined || at <= (steadyAt ?? Number.NEGATIVE_INFINITY)) return undefined;
  if (impairedAt !== undefined && impairedAt > at) return undefined;
  const isOf = (failure: EpochMs | undefined) =>
    failure !== undefined && Math.abs(failure - at) <= SAME_FAILURE;
  return isOf(heard.onDemandFailureAt) && !isOf(heard.spotFailureAt) ? undefined : at;
}
