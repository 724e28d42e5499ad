import type { Capability, JournalEntry, Outcome } from '../lib/journal/journal.ts';

/** Makes entries about events that lead to nothing else, or about how they were read. */
export function noteFor(capability: Capability) {
  return (
    at: number,
    reason: string,
    outcome: Outcome,
    sentence: string,
    { eventId = 'none', detailType = 'unknown' }: { eventId?: string; detailType?: string },
  ): JournalEntry => ({
    at,
    capability,
    outcome,
    reason,
    sentence,
    cause: { eventId, detailType },
    weight: 'routine',
  });
}
