import type { EpochMs } from '../clock.ts';
import { changesOf, entriesFor } from '../journal/findings.ts';
import type { JournalEntry } from '../journal/journal.ts';
import type { StoredRecord } from '../state/store.ts';
import type { Finding } from './decision.ts';
import type { Heard } from './notice.ts';
import type { ActionOutcome } from './outcome.ts';
import type { ServicePolicy } from './policy.ts';
import { failoverReasons } from './reasons.ts';
import type { PoolRecord, ServiceRecord } from './record.ts';

/** Journal entries for what was found about one service. */
export function entriesForService(
  { id, cluster }: ServicePolicy,
  { state, inbox }: StoredRecord<ServiceRecord, Heard>,
  findings: readonly Finding[],
  outcome: ActionOutcome | undefined,
  at: EpochMs,
): JournalEntry[] {
  const subject = {
    capability: 'failover',
    id,
    cluster,
    cause: inbox.at(-1)?.cause,
    lastReason: state.lastReason,
    weights: failoverReasons,
    calls: changesOf(outcome),
  } as const;
  return entriesFor(subject, findings, at);
}

/** And about a breaker, which services of several clusters may share. */
export function entriesForPool(
  { id, lastReason }: PoolRecord,
  findings: readonly Finding[],
  outcome: ActionOutcome | undefined,
  at: EpochMs,
): JournalEntry[] {
  const subject = {
    capability: 'failover',
    id,
    cluster: null,
    cause: undefined,
    lastReason,
    weights: failoverReasons,
    calls: changesOf(outcome),
  } as const;
  return entriesFor(subject, findings, at);
}
