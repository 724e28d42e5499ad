import type { EpochMs } from '../clock.ts';
import { entriesFor as entriesOf } from '../journal/findings.ts';
import type { JournalEntry } from '../journal/journal.ts';
import type { StoredRecord } from '../state/store.ts';
import type { Finding } from './decision.ts';
import type { Heard } from './notice.ts';
import { retaggingReasons } from './reasons.ts';
import type { TagRecord } from './record.ts';

/** Journal entries for what was found about one destination tag; `calls`: by which AWS was changed. */
export function entriesFor(
  { state, inbox }: StoredRecord<TagRecord, Heard>,
  findings: readonly Finding[],
  calls: readonly string[],
  at: EpochMs,
): JournalEntry[] {
  const subject = {
    capability: 'retagging',
    id: state.id,
    cluster: null,
    cause: inbox.at(-1)?.cause,
    lastReason: state.lastReason,
    weights: retaggingReasons,
    calls,
  } as const;
  return entriesOf(subject, findings, at);
}
