import type { EpochMs } from '../clock.ts';
import type { ClusterName } from '../ids.ts';
import { entriesFor as entriesOf } from '../journal/findings.ts';
import type { JournalEntry } from '../journal/journal.ts';
import type { StoredRecord } from '../state/store.ts';
import type { ActionOutcome } from './act.ts';
import type { Finding } from './decision.ts';
import type { Heard } from './notice.ts';
import { capacityReasons } from './reasons.ts';
import type { CapacityRecord } from './record.ts';

/**
 * Journal entries for what was found: about an instance where that is so, so that its history says who let it go, and
 * else about the cluster. What holds on unchanged is notable once, then routine.
 */
export function entriesFor(
  cluster: ClusterName,
  { state, inbox }: StoredRecord<CapacityRecord, Heard>,
  findings: readonly Finding[],
  outcomes: readonly ActionOutcome[],
  at: EpochMs,
): JournalEntry[] {
  return findings.flatMap((finding) => {
    const { host, facts } = finding;
    const subject = {
      capability: 'capacity',
      id: host ?? cluster,
      cluster,
      cause: inbox.at(-1)?.cause,
      lastReason: state.lastReason,
      weights: capacityReasons,
      calls: callsFor(outcomes, host, facts?.group),
    } as const;
    return entriesOf(subject, [finding], at);
  });
}

/** Those that were carried out for the instance, or for the group that the finding is about. */
function callsFor(outcomes: readonly ActionOutcome[], host: string | undefined, group: unknown): string[] {
  const own = outcomes.filter(({ action }) =>
    action.kind === 'set-desired' ? action.group === group : action.host === host,
  );
  return [...new Set(own.filter(({ result }) => result === 'done').map(({ call }) => call))];
}
