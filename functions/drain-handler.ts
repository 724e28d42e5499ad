import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { detailType as DRAIN_ORDER } from '../events/drain-order.ts';
import { type ParsedEvent, parseEvent } from '../events/index.ts';
import type { Arrival } from '../lib/draining/notice.ts';
import { createDrainer } from '../lib/draining/reconcile.ts';
import type { Standing } from '../lib/draining/sweep.ts';
import type { DrainDependencies } from '../lib/draining/worker.ts';
import type { Cause, JournalEntry } from '../lib/journal/journal.ts';
import type { Invocation } from '../lib/state/lead.ts';
import { toArrivals } from './drain-notices.ts';
import { noteFor } from './note.ts';

export interface DrainHandlerDependencies extends DrainDependencies {
  readonly logger: Logger;
  /** Publishes how the drains of each cluster stand, once a minute. */
  readonly report: (standing: Standing) => void;
}

const note = noteFor('draining');

/**
 * The Lambda handler of draining: reads the event, journals what is of no interest, and hands on the rest.
 * @throws when a handling failed; Lambda then tries again, and after that the failure queue has the event
 */
export function createDrainHandler(deps: DrainHandlerDependencies) {
  const drainer = createDrainer(deps);

  const handler = async (raw: unknown, context: Context): Promise<void> => {
    const invocation: Invocation = {
      id: context.awsRequestId,
      remainingMs: () => context.getRemainingTimeInMillis(),
    };
    const { events, rejected } = parseEvent(raw);
    const read = events.map((event) => readEvent(event, deps));
    const at = deps.clock.now();
    const notes = [
      ...rejected.map(({ why, sentence, ...event }) => noteRejected(at, why, sentence, event)),
      ...read.flatMap(({ notes }) => notes),
    ];
    if (notes.length > 0) await deps.journal.write(notes);
    if (read.some(({ tick }) => tick)) await drainer.tick(invocation, deps.report);
    const arrivals = read.flatMap(({ arrivals }) => arrivals);
    if (arrivals.length > 0) await drainer.handle(arrivals, invocation);
  };

  return middy(handler, { timeoutEarlyInMillis: 0 }).use(
    injectLambdaContext(deps.logger, { resetKeys: true }),
  );
}

/** Whoever gave an order wants to know that it was not understood; anything else unreadable is mere noise. */
function noteRejected(at: number, why: string, sentence: string, event: Partial<Cause>): JournalEntry {
  const entry = note(at, why, 'ignored', sentence, event);
  const ordered = event.detailType === DRAIN_ORDER;
  return ordered ? { ...entry, outcome: 'refused', weight: 'notable' } : entry;
}

interface Reading {
  readonly tick: boolean;
  readonly arrivals: readonly Arrival[];
  readonly notes: readonly JournalEntry[];
}

function readEvent(event: ParsedEvent, { policy, clock }: DrainDependencies): Reading {
  if (event.kind === 'schedule-tick') return { tick: true, arrivals: [], notes: [] };
  const mapping = toArrivals(event, policy);
  if ('ignored' in mapping) {
    const { reason, sentence } = mapping.ignored;
    return { tick: false, arrivals: [], notes: [note(clock.now(), reason, 'ignored', sentence, event)] };
  }
  const notes = mapping.remarks.map(({ reason, sentence }) =>
    note(clock.now(), reason, 'held', sentence, event),
  );
  return { tick: false, arrivals: mapping.arrivals, notes };
}
