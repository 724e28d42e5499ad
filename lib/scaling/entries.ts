import type { EpochMs } from '../clock.ts';
import { changesOf, entriesFor as entriesOf } from '../journal/findings.ts';
import type { JournalEntry } from '../journal/journal.ts';
import type { StoredRecord } from '../state/store.ts';
import type { ActionOutcome } from './act.ts';
import type { Finding } from './decision.ts';
import type { Heard } from './notice.ts';
import type { Target } from './policy.ts';
import { scalingReasons } from './reasons.ts';
import type { ScalingRecord } from './record.ts';

/** Journal entries for what was found about one target. What holds on unchanged is notable once, then routine. */
export function entriesFor(
  { id, cluster }: Target,
  { state, inbox }: StoredRecord<ScalingRecord, Heard>,
  findings: readonly Finding[],
  outcome: ActionOutcome | undefined,
  at: EpochMs,
): JournalEntry[] {
  const subject = {
    capability: 'scaling',
    id,
    cluster,
    cause: inbox.at(-1)?.cause,
    lastReason: state.lastReason,
    weights: scalingReasons,
    calls: changesOf(outcome),
  } as const;
  return entriesOf(subject, findings, at);
}
