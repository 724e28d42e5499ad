import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { parseEvent } from '../events/index.ts';
import type { JournalEntry } from '../lib/journal/journal.ts';
import type { Arrival } from '../lib/scaling/notice.ts';
import { createScaler } from '../lib/scaling/reconcile.ts';
import type { ScalingDependencies } from '../lib/scaling/worker.ts';
import type { Invocation } from '../lib/state/lead.ts';
import { noteFor } from './note.ts';
import { toArrival } from './scale-notices.ts';

export interface ScaleHandlerDependencies extends Omit<ScalingDependencies, 'known'> {
  readonly logger: Logger;
}

const note = noteFor('scaling');

/**
 * The Lambda handler of scaling: reads the event, journals what is of no interest, and hands on the rest.
 * @throws when a handling failed; Lambda then tries again, and after that the failure queue has the event
 */
export function createScaleHandler(deps: ScaleHandlerDependencies) {
  const scaler = createScaler(deps);

  const handler = async (raw: unknown, context: Context): Promise<void> => {
    const invocation: Invocation = {
      id: context.awsRequestId,
      remainingMs: () => context.getRemainingTimeInMillis(),
    };
    const { events, rejected } = parseEvent(raw);
    const at = deps.clock.now();
    const notes: JournalEntry[] = rejected.map(({ why, sentence, ...event }) =>
      note(at, why, 'ignored', sentence, event),
    );
    const arrivals: Arrival[] = [];
    for (const event of events) {
      if (event.kind === 'schedule-tick') continue;
      const mapping = toArrival(event, deps.policy);
      if ('arrival' in mapping) arrivals.push(mapping.arrival);
      else notes.push(note(at, mapping.ignored.reason, 'ignored', mapping.ignored.sentence, event));
    }
    if (notes.length > 0) await deps.journal.write(notes);
    if (arrivals.length > 0) await scaler.handle(arrivals, invocation);
    if (events.some(({ kind }) => kind === 'schedule-tick')) await scaler.tick(invocation);
  };

  return middy(handler, { timeoutEarlyInMillis: 0 }).use(
    injectLambdaContext(deps.logger, { resetKeys: true }),
  );
}
