import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { ParsedEvent } from '../events/parsed-event.ts';
import { createReader, type EventKind } from '../events/reader.ts';
import type { Clock } from '../lib/clock.ts';
import type { Capability, Cause, Journal, JournalEntry, Outcome } from '../lib/journal/journal.ts';
import type { Invocation } from '../lib/state/lead.ts';
import type { IgnoreReason } from './ignore-reasons.ts';

/** Every event but the tick, which is about nothing in particular. */
export type CapabilityEvent = Exclude<ParsedEvent, { readonly kind: 'schedule-tick' }>;

/** What an event comes to: notices to deliver, or the reason why there are none. */
export type Mapping<Arrival> =
  | { readonly arrivals: readonly Arrival[]; readonly remarks?: readonly Remark[] }
  | { readonly ignored: { readonly reason: IgnoreReason; readonly sentence: string } };

/** Something about an event that changes nothing but that a person may want to read in the journal. */
export interface Remark {
  readonly reason: 'warm-pool-return' | 'metadata-disagrees';
  readonly sentence: string;
}

/** What the handler of a capability needs besides what all have. */
export interface Handling<Arrival> {
  readonly capability: Capability;
  /** What its rules send, and what may come to it besides. */
  readonly events: readonly EventKind[];
  /** Detail type of its orders. Whoever gave one wants to know that it led to nothing; of other events that is noise. */
  readonly orders?: string;
  readonly mappingOf: (event: CapabilityEvent) => Mapping<Arrival>;
  readonly handle: (arrivals: readonly Arrival[], invocation: Invocation) => Promise<void>;
  readonly tick: (invocation: Invocation) => Promise<void>;
}

interface Ground {
  readonly logger: Logger;
  readonly journal: Journal;
  readonly clock: Clock;
}

/**
 * The Lambda handler of a capability: reads the event, journals what is of no interest, and hands on the rest.
 * @throws when a handling failed; Lambda then tries again, and after that the failure queue has the event
 */
export function createHandler<Arrival>({ logger, journal, clock }: Ground, of: Handling<Arrival>) {
  const read = createReader(of.events);
  const handler = async (raw: unknown, context: Context): Promise<void> => {
    const invocation: Invocation = {
      id: context.awsRequestId,
      remainingMs: () => context.getRemainingTimeInMillis(),
    };
    const { events, rejected } = read(raw);
    const note = noteOf(of, clock.now());
    const notes = rejected.map(({ why, sentence, ...event }) => note(why, 'ignored', sentence, event));
    const arrivals: Arrival[] = [];
    for (const event of events) {
      if (event.kind === 'schedule-tick') continue;
      const mapping = of.mappingOf(event);
      if ('ignored' in mapping) {
        notes.push(note(mapping.ignored.reason, 'ignored', mapping.ignored.sentence, event));
        continue;
      }
      arrivals.push(...mapping.arrivals);
      for (const { reason, sentence } of mapping.remarks ?? [])
        notes.push(note(reason, 'held', sentence, event));
    }
    if (notes.length > 0) await journal.write(notes);
    if (arrivals.length > 0) await of.handle(arrivals, invocation);
    if (events.some(({ kind }) => kind === 'schedule-tick')) await of.tick(invocation);
  };

  return middy(handler, { timeoutEarlyInMillis: 0 }).use(injectLambdaContext(logger, { resetKeys: true }));
}

/** Makes entries about events that lead to nothing else, or about how they were read. */
function noteOf({ capability, orders }: Pick<Handling<never>, 'capability' | 'orders'>, at: number) {
  return (
    reason: string,
    outcome: Outcome,
    sentence: string,
    { eventId = 'none', detailType = 'unknown' }: Partial<Cause>,
  ): JournalEntry => {
    const isOrder = outcome === 'ignored' && detailType === orders;
    return {
      at,
      capability,
      outcome: isOrder ? 'refused' : outcome,
      reason,
      sentence,
      cause: { eventId, detailType },
      weight: isOrder ? 'notable' : 'routine',
    };
  };
}
