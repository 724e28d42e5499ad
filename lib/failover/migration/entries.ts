import type { EpochMs } from '../../clock.ts';
import { entriesFor as entriesOf } from '../../journal/findings.ts';
import type { JournalEntry } from '../../journal/journal.ts';
import type { Heard } from '../notice.ts';
import { failoverReasons } from '../reasons.ts';
import type { MigrationRecord } from '../record.ts';
import type { MigrationFinding } from './decision.ts';

/** Journal entries for what was found: about the service, where it is about one, else about the migration. */
export function entriesFor(
  { cluster, lastReason }: MigrationRecord,
  inbox: readonly Heard[],
  findings: readonly MigrationFinding[],
  call: string | undefined,
  at: EpochMs,
): JournalEntry[] {
  return findings.flatMap((finding) => {
    const { service } = finding;
    const subject = {
      capability: 'failover',
      id: service === undefined ? `migration/${cluster}` : `service/${cluster}/${service}`,
      cluster,
      cause: inbox.at(-1)?.cause,
      lastReason,
      weights: failoverReasons,
      calls: call === undefined ? [] : [call],
    } as const;
    return entriesOf(subject, [finding], at);
  });
}
