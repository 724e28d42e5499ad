import type { EpochMs } from '../../lib/clock.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import type { PauseReason } from '../../lib/state/pause-reasons.ts';
import { aboutOf } from './scopes.ts';

/** The kill switch for one scope, put on or off by somebody. */
export interface Switching {
  readonly verb: 'pause' | 'resume';
  readonly scope: string;
  readonly by: string;
  readonly at: EpochMs;
  readonly orderId: string;
}

/** What the journal is told: an entry for each capability that the scope is about. Pure. */
export function entriesFor({ verb, scope, by, at, orderId }: Switching): JournalEntry[] {
  const reason: PauseReason = verb === 'pause' ? 'paused-by-hand' : 'resumed-by-hand';
  return aboutOf(scope).map(({ capability, part }): JournalEntry => {
    const what = part === null ? capability : `${capability} of ${part}`;
    return {
      at,
      capability,
      outcome: 'done',
      reason,
      sentence:
        verb === 'pause'
          ? `${by} paused ${what}: nothing is changed until stevedore resume ${scope}.`
          : `${by} resumed ${what}, as far as no wider scope is paused.`,
      subject: part ?? capability,
      cause: { eventId: orderId, detailType: verb === 'pause' ? 'Stevedore Pause' : 'Stevedore Resume' },
      facts: { scope, by },
      weight: 'notable',
    };
  });
}
