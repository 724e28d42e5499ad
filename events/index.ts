import * as alarmState from './alarm-state-change.ts';
import * as containerInstance from './container-instance-state-change.ts';
import * as drainOrder from './drain-order.ts';
import type { EventPattern, PatternScope } from './envelope.ts';
import * as health from './health-scheduled-change.ts';
import * as instanceState from './instance-state-change.ts';
import * as lifecycle from './lifecycle-terminate.ts';
import * as rebalance from './rebalance-recommendation.ts';
import { parseRecords } from './records.ts';
import { describe, fieldOf, type Reading, type Rejection, reject } from './rejection.ts';
import * as tick from './schedule-tick.ts';
import * as spot from './spot-interruption.ts';
import * as taskState from './task-state-change.ts';

export type ParsedEvent =
  | lifecycle.LifecycleTerminate
  | lifecycle.LifecycleTest
  | spot.SpotInterruption
  | rebalance.RebalanceRecommendation
  | instanceState.InstanceStateChange
  | health.HealthScheduledChange
  | containerInstance.ContainerInstanceStateChange
  | taskState.TaskStateChange
  | drainOrder.DrainOrder
  | alarmState.AlarmStateChange
  | tick.ScheduleTick;

/** What one delivery held. Together, the lists have at least one entry. */
export interface ParsedEvents {
  readonly events: readonly ParsedEvent[];
  readonly rejected: readonly Rejection[];
}

export type EventSourceId =
  | 'lifecycle-terminate'
  | 'spot-interruption'
  | 'rebalance-recommendation'
  | 'instance-state-change'
  | 'health-scheduled-change'
  | 'container-instance-state-change'
  | 'task-state-change'
  | 'drain-order'
  | 'alarm-state-change';

/** A kind of event that rules can be made for. */
export interface EventSource {
  /** Stable: names of rules and sections of the documentation are made of it. */
  readonly id: EventSourceId;
  readonly source: string;
  readonly detailType: string;
  readonly pattern: (scope: PatternScope) => EventPattern;
  readonly parse: (raw: unknown) => Reading<ParsedEvent>;
}

export const sources: readonly EventSource[] = [
  {
    id: 'lifecycle-terminate',
    source: lifecycle.source,
    detailType: lifecycle.detailType,
    pattern: lifecycle.pattern,
    parse: lifecycle.parse,
  },
  {
    id: 'spot-interruption',
    source: spot.source,
    detailType: spot.detailType,
    pattern: spot.pattern,
    parse: spot.parse,
  },
  {
    id: 'rebalance-recommendation',
    source: rebalance.source,
    detailType: rebalance.detailType,
    pattern: rebalance.pattern,
    parse: rebalance.parse,
  },
  {
    id: 'instance-state-change',
    source: instanceState.source,
    detailType: instanceState.detailType,
    pattern: instanceState.pattern,
    parse: instanceState.parse,
  },
  {
    id: 'health-scheduled-change',
    source: health.source,
    detailType: health.detailType,
    pattern: health.pattern,
    parse: health.parse,
  },
  {
    id: 'container-instance-state-change',
    source: containerInstance.source,
    detailType: containerInstance.detailType,
    pattern: containerInstance.pattern,
    parse: containerInstance.parse,
  },
  {
    id: 'task-state-change',
    source: taskState.source,
    detailType: taskState.detailType,
    pattern: taskState.pattern,
    parse: taskState.parse,
  },
  {
    id: 'drain-order',
    source: drainOrder.source,
    detailType: drainOrder.detailType,
    pattern: drainOrder.pattern,
    parse: drainOrder.parse,
  },
  {
    id: 'alarm-state-change',
    source: alarmState.source,
    detailType: alarmState.detailType,
    pattern: alarmState.pattern,
    parse: alarmState.parse,
  },
];

type Parse = (raw: unknown) => Reading<ParsedEvent>;

const key = (source: string, detailType: string) => `${source}\n${detailType}`;

const parsers: ReadonlyMap<string, Parse> = new Map<string, Parse>([
  ...sources.map(({ source, detailType, parse }) => [key(source, detailType), parse] as const),
  [key(tick.source, tick.detailType), tick.parse],
  [key(tick.tickInput.source, tick.tickInput['detail-type']), tick.parseConstant],
]);

const knownSources: ReadonlySet<string> = new Set([
  ...sources.map(({ source }) => source),
  tick.source,
  tick.tickInput.source,
]);

/**
 * Reads whatever invoked the function. Never throws: what cannot be read is rejected with a sentence that names the
 * field, what was found, and what was expected, since to throw would only make Lambda retry the unreadable.
 */
export function parseEvent(raw: unknown): ParsedEvents {
  try {
    const records = fieldOf(raw, 'Records');
    return gather(Array.isArray(records) ? parseRecords(records) : [parseOne(raw)]);
  } catch {
    return gather([reject('malformed', 'The event could not be read: to look at it threw an error')]);
  }
}

function parseOne(raw: unknown): Reading<ParsedEvent> {
  if (alarmState.isAction(raw)) return alarmState.parseAction(raw);
  const source = fieldOf(raw, 'source');
  const detailType = fieldOf(raw, 'detail-type');
  if (typeof source !== 'string' || typeof detailType !== 'string')
    return notAnEvent(raw, source, detailType);
  const parse = parsers.get(key(source, detailType));
  if (parse) return parse(raw);
  return knownSources.has(source)
    ? reject('unknown', `detail-type is ${describe(detailType)}, of which Stevedore reads nothing`, raw)
    : reject('foreign-service', `source is ${describe(source)}, which Stevedore does not listen to`, raw);
}

function notAnEvent(raw: unknown, source: unknown, detailType: unknown): Reading<ParsedEvent> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return reject('malformed', `The event is ${describe(raw)}; expected an object`);
  }
  const [name, found] = typeof source === 'string' ? ['detail-type', detailType] : ['source', source];
  const state = found === undefined ? `${name} is missing` : `${name} is ${describe(found)}`;
  return reject('malformed', `${state}; expected the text that EventBridge puts there`, raw);
}

function gather(readings: readonly Reading<ParsedEvent>[]): ParsedEvents {
  return {
    events: readings.flatMap((reading) => ('event' in reading ? [reading.event] : [])),
    rejected: readings.flatMap((reading) => ('rejected' in reading ? [reading.rejected] : [])),
  };
}
