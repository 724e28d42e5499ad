import type { EpochMs } from '../clock.ts';
import type { Cause, JournalEntry } from '../journal/journal.ts';
import type { StoredRecord } from '../state/store.ts';
import type { ActionOutcome } from './act.ts';
import type { Finding } from './decision.ts';
import type { Heard } from './notice.ts';
import type { Target } from './policy.ts';
import { scalingReasons } from './reasons.ts';
import type { ScalingRecord } from './record.ts';

const SCHEDULE: Cause = { eventId: 'tick', detailType: 'Scheduled Event' };

/** Journal entries for what was found about one target. What holds on unchanged is notable once, then routine. */
export function entriesFor(
  target: Target,
  { state, inbox }: StoredRecord<ScalingRecord, Heard>,
  findings: readonly Finding[],
  outcome: ActionOutcome | undefined,
  at: EpochMs,
): JournalEntry[] {
  const cause = inbox.at(-1)?.cause ?? SCHEDULE;
  const before = new Set(state.lastReason?.split('\n'));
  return findings.map((finding) => {
    const acted = finding.outcome === 'acted' || finding.outcome === 'done';
    const repeats = !acted && before.has(fingerprint(finding));
    return {
      at,
      capability: 'scaling',
      outcome: finding.outcome,
      reason: finding.reason,
      sentence: finding.sentence,
      ...(target.cluster === null ? {} : { cluster: target.cluster }),
      subject: target.id,
      weight: repeats ? 'routine' : scalingReasons[finding.reason],
      cause,
      ...(finding.outcome === 'acted' && outcome ? { calls: [outcome.call] } : {}),
      ...(finding.facts ? { facts: finding.facts } : {}),
    };
  });
}

/** The record with what was found remembered. */
export function remembering(record: ScalingRecord, findings: readonly Finding[]): ScalingRecord {
  if (findings.length === 0) return record;
  return { ...record, lastReason: [...new Set(findings.map(fingerprint))].join('\n') };
}

/** Two findings with the same fingerprint say the same thing again, of the same policy. */
function fingerprint({ reason, outcome, facts }: Finding): string {
  return [reason, outcome, ...(typeof facts?.policy === 'string' ? [facts.policy] : [])].join(' ');
}

/** What observe mode journals in place of acting. */
export function asObserved(finding: Finding): Finding {
  if (finding.outcome !== 'acted') return finding;
  const sentence = `Mode observe, so that nothing was changed: ${finding.sentence}`;
  return { ...finding, outcome: 'observed', sentence };
}
