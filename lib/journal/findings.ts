import { explain } from '../aws/explain.ts';
import type { EpochMs } from '../clock.ts';
import type { Capability, Cause, Finding, JournalEntry, Outcome } from './journal.ts';

/** What findings are about, and what was found about it the last time. */
export interface Subject<Reason extends string> {
  readonly capability: Capability;
  /** An id that the policy gives. */
  readonly id: string;
  readonly cluster: string | null;
  /** The event that led here; without one it was the schedule. */
  readonly cause: Cause | undefined;
  /** As `remembering` has put it into the record. */
  readonly lastReason: string | undefined;
  readonly weights: Readonly<Record<Reason, JournalEntry['weight']>>;
  /** The calls by which AWS was changed, also where the whole failed, as `Service:Operation`. */
  readonly calls: readonly string[];
}

const SCHEDULE: Cause = { eventId: 'tick', detailType: 'Scheduled Event' };

/** Journal entries for what was found about one subject. What holds on unchanged is notable once, then routine. */
export function entriesFor<Reason extends string>(
  subject: Subject<Reason>,
  findings: readonly Finding<Reason>[],
  at: EpochMs,
): JournalEntry[] {
  const { capability, id, cluster, cause = SCHEDULE, lastReason, weights, calls } = subject;
  const before = new Set(lastReason?.split('\n'));
  return findings.map((finding) => {
    const { outcome, reason, sentence, facts } = finding;
    const changes = outcome === 'acted' || outcome === 'done';
    const repeats = !changes && before.has(fingerprint(finding));
    return {
      at,
      capability,
      outcome,
      reason,
      sentence,
      ...(cluster === null ? {} : { cluster }),
      subject: id,
      weight: repeats ? 'routine' : weights[reason],
      cause,
      ...((outcome === 'acted' || outcome === 'failed') && calls.length > 0 ? { calls } : {}),
      ...(facts ? { facts } : {}),
    };
  });
}

interface Remembered {
  readonly lastReason?: string;
}

/** By which calls AWS was changed: of what failed, those that were made before. For `Subject.calls`. */
export function changesOf(outcome: Changing | undefined): string[] {
  if (outcome === undefined) return [];
  const { wrote = [], result, call } = outcome;
  return [...new Set([...wrote, ...(result === 'done' ? [call] : [])])];
}

/** What came of an action, as far as it says what was changed. */
export interface Changing {
  readonly result: string;
  /** The last one, as `Service:Operation`. */
  readonly call: string;
  /** Those before it that were carried out, whatever came of the last. */
  readonly wrote?: readonly string[];
}

/** The record with what was found remembered. Nothing found: what failed before did not fail this time. */
export function remembering<Record extends Remembered>(
  record: Record,
  findings: readonly Finding<string>[],
): Record {
  if (findings.length === 0) return failedLast(record) ? { ...record, lastReason: '' } : record;
  return { ...record, lastReason: [...new Set(findings.map(fingerprint))].join('\n') };
}

/**
 * Whether the last look at the subject ended in a failure. Then the next one looks again, though its event was taken in
 * before: it may be Lambda's retry, which must fail as well for the event to end in the failure queue.
 */
export const failedLast = ({ lastReason }: Remembered): boolean =>
  lastReason?.split('\n').some((line) => line.split(' ')[1] === FAILED) ?? false;

const FAILED: Outcome = 'failed';

/** Two findings with the same fingerprint say the same thing again, of the same policy. */
function fingerprint({ reason, outcome, facts }: Finding<string>): string {
  return [reason, outcome, ...(typeof facts?.policy === 'string' ? [facts.policy] : [])].join(' ');
}

/** What observe mode journals in place of acting. */
export function asObserved<One extends Finding<string>>(finding: One): One {
  if (finding.outcome !== 'acted') return finding;
  const sentence = `Mode observe, so that nothing was changed: ${finding.sentence}`;
  return { ...finding, outcome: 'observed', sentence };
}

type Failed = 'throttled' | 'access-denied' | 'action-failed';

/** The journal's reason for an AWS error, by its code in lib/aws/explain.ts. */
export function failureReason(code: string): Failed {
  switch (code) {
    case 'aws-throttled':
      return 'throttled';
    case 'aws-access-denied':
      return 'access-denied';
    default:
      return 'action-failed';
  }
}

type ReadingFailed = Exclude<Failed, 'action-failed'> | 'observing-failed';

/** What to journal when AWS could not be read, and whether that passes by itself. */
export function couldNotRead(error: unknown): { finding: Finding<ReadingFailed>; passes: boolean } {
  const { code, sentence, retryable } = explain(error);
  const specific = failureReason(code);
  const reason = specific === 'action-failed' ? 'observing-failed' : specific;
  const said = `Could not read the state from AWS. ${sentence}`;
  return { finding: { reason, outcome: 'failed', sentence: said }, passes: retryable };
}
