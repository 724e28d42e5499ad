import type { ParsedEvent } from './parsed-event.ts';
import { type ParseMessage, parseRecords } from './records.ts';
import { describe, fieldOf, type Reading, type Rejection, reject } from './rejection.ts';
import * as tick from './schedule-tick.ts';

/**
 * What reads one kind of event; the modules of this folder are such. A function is given those that its rules send, so
 * that the others are not in its bundle.
 */
export interface EventKind {
  readonly source: string;
  readonly detailType: string;
  readonly parse: (raw: unknown) => Reading<ParsedEvent>;
  /** For what comes past EventBridge, without its envelope. */
  readonly isAction?: (raw: unknown) => boolean;
  readonly parseAction?: (raw: unknown) => Reading<ParsedEvent>;
  /** For what comes as a message of SNS or SQS. */
  readonly isMessage?: (message: unknown) => boolean;
  readonly parseMessage?: ParseMessage;
}

/** What one delivery held. Together, the lists have at least one entry. */
export interface ParsedEvents {
  readonly events: readonly ParsedEvent[];
  readonly rejected: readonly Rejection[];
}

export type ReadEvent = (raw: unknown) => ParsedEvents;

const key = (source: string, detailType: string) => `${source}\n${detailType}`;

/**
 * Reads whatever invoked the function. Never throws: what cannot be read is rejected with a sentence that names the
 * field, what was found, and what was expected, since to throw would only make Lambda retry the unreadable.
 */
export function createReader(kinds: readonly EventKind[]): ReadEvent {
  const parsers = new Map([
    ...kinds.map(({ source, detailType, parse }) => [key(source, detailType), parse] as const),
    [key(tick.source, tick.detailType), tick.parse] as const,
    [key(tick.tickInput.source, tick.tickInput['detail-type']), tick.parseConstant] as const,
  ]);
  const sources = new Set([...kinds.map(({ source }) => source), tick.source, tick.tickInput.source]);

  const parseMessage: ParseMessage = (message, id, where) => {
    const kind = kinds.find(({ isMessage }) => isMessage?.(message));
    if (kind?.parseMessage) return kind.parseMessage(message, id, where);
    return reject('unknown', `${where} is a message of which this function reads nothing`);
  };

  const parseOne = (raw: unknown): Reading<ParsedEvent> => {
    const direct = kinds.find(({ isAction }) => isAction?.(raw));
    if (direct?.parseAction) return direct.parseAction(raw);
    const source = fieldOf(raw, 'source');
    const detailType = fieldOf(raw, 'detail-type');
    if (typeof source !== 'string' || typeof detailType !== 'string')
      return notAnEvent(raw, source, detailType);
    const parse = parsers.get(key(source, detailType));
    if (parse) return parse(raw);
    return sources.has(source)
      ? reject('unknown', `detail-type is ${describe(detailType)}, of which this function reads nothing`, raw)
      : reject(
          'foreign-service',
          `source is ${describe(source)}, which this function does not listen to`,
          raw,
        );
  };

  return (raw) => {
    try {
      const records = fieldOf(raw, 'Records');
      return gather(Array.isArray(records) ? parseRecords(records, parseMessage) : [parseOne(raw)]);
    } catch {
      return gather([reject('malformed', 'The event could not be read: to look at it threw an error')]);
    }
  };
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
