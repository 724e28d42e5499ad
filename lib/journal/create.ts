import type { Journal, JournalEntry } from './journal.ts';

/** Where journal entries go. It may throw; the journal sees to it that nobody else notices. */
export interface JournalSink {
  readonly name: string;
  readonly takes: 'all' | 'notable';
  write(entries: readonly JournalEntry[]): Promise<void>;
}

export interface SinkFailure {
  readonly sink: string;
  readonly error: unknown;
  /** How many entries did not, or not all, get there. */
  readonly entries: number;
}

/**
 * A journal that writes to all sinks at once; one that fails does not keep the others from their entries.
 * @param onFailure logs and counts (see `reportSinkFailure` in log.ts, `countSinkFailure` in metrics.ts)
 */
export function createJournal(options: {
  readonly sinks: readonly JournalSink[];
  readonly onFailure: (failure: SinkFailure) => void;
}): Journal {
  return {
    async write(entries) {
      const notable = entries.filter(({ weight }) => weight === 'notable');
      await Promise.all(
        options.sinks.map(async (sink) => {
          const wanted = sink.takes === 'all' ? entries : notable;
          if (wanted.length === 0) return;
          try {
            await sink.write(wanted);
          } catch (error) {
            report(options.onFailure, { sink: sink.name, error, entries: wanted.length });
          }
        }),
      );
    },
  };
}

function report(onFailure: (failure: SinkFailure) => void, failure: SinkFailure): void {
  try {
    onFailure(failure);
  } catch {
    // `write` never throws, and there is nobody left to tell.
  }
}
