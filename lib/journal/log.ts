import { Logger } from '@aws-lambda-powertools/logger';
import type { JournalSink, SinkFailure } from './create.ts';
import { publishable } from './facts.ts';
import type { Outcome } from './journal.ts';

/** The one logger of a function: JSON lines, service `stevedore`, level from POWERTOOLS_LOG_LEVEL. */
export const createLogger = (): Logger => new Logger({ serviceName: 'stevedore' });

/** Writes every decision as one JSON line, its sentence as the message. */
export function createLogSink(logger: Logger): JournalSink {
  return {
    name: 'log',
    takes: 'all',
    async write(entries) {
      for (const entry of entries) {
        const { sentence, ...fields } = publishable(entry);
        logger[levelOf(entry.outcome)](String(sentence), { decision: fields });
      }
    },
  };
}

/** For createJournal's `onFailure`. */
export function reportSinkFailure(logger: Logger, { sink, error, entries }: SinkFailure): void {
  const cause = error instanceof Error ? error : new Error(String(error));
  logger.error(`The journal could not write ${entries} entries to its ${sink} sink: ${cause.message}`, cause);
}

function levelOf(outcome: Outcome): 'error' | 'warn' | 'info' {
  switch (outcome) {
    case 'failed':
      return 'error';
    case 'refused':
      return 'warn';
    case 'acted':
    case 'held':
    case 'observed':
    case 'ignored':
    case 'done':
      return 'info';
  }
}
