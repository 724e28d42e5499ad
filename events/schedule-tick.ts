import * as z from 'zod/mini';
import { baseOf, type EventBase, envelope } from './envelope.ts';
import { isoTime, present, text } from './fields.ts';
import { type Reading, read } from './rejection.ts';

export const source = 'aws.events';
export const detailType = 'Scheduled Event';

/** The constant input that a schedule may send instead of EventBridge's own event. */
export const tickInput = { source: 'stevedore.schedule', 'detail-type': 'Stevedore Tick' } as const;

/** Time to look at what is due. `at` is missing from the constant input: it is the same at every tick. */
export interface ScheduleTick extends Omit<EventBase, 'at'> {
  readonly kind: 'schedule-tick';
  readonly at?: number;
}

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
});

const constantInput = z.object({
  id: z.optional(text('the id of the tick')),
  source: z.literal(tickInput.source),
  'detail-type': z.literal(tickInput['detail-type']),
  time: z.optional(isoTime),
});

/** Reads the event of a scheduled rule. There is no pattern: the rule has a schedule in its place. */
export function parse(raw: unknown): Reading<ScheduleTick> {
  return read(schema, raw, (event) => ({ event: { kind: 'schedule-tick', ...baseOf(event) } }));
}

export function parseConstant(raw: unknown): Reading<ScheduleTick> {
  return read(constantInput, raw, (event) => ({
    event: {
      kind: 'schedule-tick',
      eventId: event.id ?? 'tick',
      detailType: event['detail-type'],
      ...present({ at: event.time }),
    },
  }));
}
