import { type EpochMs, HOUR, MINUTE } from '../clock.ts';
import type { Room } from './decision.ts';
import type { FailoverPolicy } from './policy.ts';
import type { ServiceRecord } from './record.ts';
import type { ServiceView } from './snapshot.ts';
import { onDemandShareOf } from './strategy.ts';

/** `2026-11-21`: task-hours are limited by the UTC day. */
const dayOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10);

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** What the limits over all services leave for one more change, counted from their records. Pure. */
export function roomOf(records: readonly ServiceRecord[], policy: FailoverPolicy, now: EpochMs): Room {
  const { tasksPerMinute, onDemandVcpus, taskHoursPerDay } = policy.limits;
  const launched = records.flatMap(({ launched: last }) =>
    last !== undefined && now - last.at < MINUTE ? last.tasks : [],
  );
  // Once: a pass over a fleet asks for the room of every service, each time over all records.
  const today = dayOf(now);
  const spent = records.map((record) => (record.spent.day === today ? record.spent.taskHours : 0));
  const left = (limit: number | null, used: number) => (limit === null ? null : Math.max(0, limit - used));
  return {
    tasks: Math.max(0, tasksPerMinute - sum(launched)),
    vcpus: left(onDemandVcpus, sum(records.map(onDemandVcpusOf))),
    taskHours: left(taskHoursPerDay, sum(spent)),
  };
}

/** On-demand vCPUs that a service may use because it has failed over. */
function onDemandVcpusOf({ written, phase }: ServiceRecord): number {
  if (phase.name === 'paired') return phase.desired * phase.vcpus;
  return written?.onDemandVcpus ?? 0;
}

/** On-demand task-hours of the UTC day of `now` that failing over has cost so far. */
export const spentOn = ({ spent }: ServiceRecord, now: EpochMs): number =>
  spent.day === dayOf(now) ? spent.taskHours : 0;

/**
 * The record with the on-demand task-hours since the last look counted: of the tasks that run as many as the flip has
 * moved to FARGATE. A new UTC day starts at 0. Untouched while the service is on its own strategy.
 */
export function spend(record: ServiceRecord, view: ServiceView | undefined, now: EpochMs): ServiceRecord {
  if (record.original === undefined && record.phase.name !== 'paired') return record;
  const day = dayOf(now);
  const from = Math.max(record.spent.asOf, Date.parse(day));
  const hours = (Math.max(0, now - from) / HOUR) * movedTasks(record, view?.running ?? 0);
  return { ...record, spent: { day, taskHours: spentOn(record, now) + hours, asOf: now } };
}

/** The account of a service that begins to cost: nothing is counted of the time before. */
export const startSpending = (record: ServiceRecord, now: EpochMs): ServiceRecord['spent'] => ({
  day: dayOf(now),
  taskHours: spentOn(record, now),
  asOf: now,
});

function movedTasks({ phase, original, written }: ServiceRecord, running: number): number {
  if (phase.name === 'paired') return phase.desired;
  if (original === undefined || written === undefined) return 0;
  const more = onDemandShareOf(written.strategy, running) - onDemandShareOf(original.strategy, running);
  return running * Math.max(0, more);
}
