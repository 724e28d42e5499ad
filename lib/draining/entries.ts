import type { EpochMs } from '../clock.ts';
import type { Cause, JournalEntry } from '../journal/journal.ts';
import type { StoredRecord } from '../state/store.ts';
import type { ActionOutcome } from './act.ts';
import type { Action, Finding } from './decision.ts';
import type { Heard } from './notice.ts';
import { type DrainingReason, drainingReasons } from './reasons.ts';
import type { DrainRecord } from './record.ts';

/** Journal entries for what was found about one record. What holds on unchanged is written out once, then routine. */
export function entriesFor(
  { state, inbox }: StoredRecord<DrainRecord, Heard>,
  findings: readonly Finding[],
  outcomes: readonly ActionOutcome[],
  at: EpochMs,
): JournalEntry[] {
  const calls = [...new Set(outcomes.filter(({ error }) => !error).map(({ call }) => call))];
  const cause = inbox.at(-1)?.cause;
  return findings.map((finding) => {
    const changes = finding.outcome === 'acted' || finding.outcome === 'done';
    const repeated = !changes && state.lastReason === fingerprint(finding);
    return {
      at,
      capability: 'draining',
      outcome: finding.outcome,
      reason: finding.reason,
      sentence: finding.sentence,
      cluster: state.cluster,
      subject: state.instanceId,
      weight: repeated ? 'routine' : drainingReasons[finding.reason],
      ...(changes && calls.length > 0 ? { calls } : {}),
      ...(cause ? { cause } : {}),
      ...(finding.facts ? { facts: finding.facts } : {}),
    };
  });
}

/** An entry about an event that led to no record. */
export function entryWithoutRecord(
  finding: Finding,
  subject: string,
  cause: Cause,
  at: EpochMs,
): JournalEntry {
  const { reason, outcome, sentence } = finding;
  return {
    at,
    capability: 'draining',
    outcome,
    reason,
    sentence,
    subject,
    cause,
    weight: drainingReasons[reason],
  };
}

/** Two findings with the same fingerprint say the same thing again. */
export function fingerprint({ reason, outcome, facts }: Finding): string {
  const blockers = facts?.blockers;
  return [reason, outcome, ...(Array.isArray(blockers) ? blockers : [])].join(' ');
}

/** What observe mode journals in place of acting. */
export function wouldDo(actions: readonly Action[]): Finding[] {
  return actions.map((action) => {
    const [reason, what] = inWords(action);
    return { reason, outcome: 'observed', sentence: `Mode observe: would ${what}; nothing was changed.` };
  });
}

function inWords(action: Action): [DrainingReason, string] {
  switch (action.kind) {
    case 'begin-drain':
      return ['drain-begun', `set ${action.arn} DRAINING`];
    case 'reactivate':
      return ['reactivated', `set ${action.arn} ACTIVE`];
    case 'heartbeat':
      return ['heartbeat-sent', `extend hook ${action.hook.hook} of group ${action.hook.group}`];
    case 'complete':
      return [
        'hook-completed',
        `complete hook ${action.hook.hook} of group ${action.hook.group} with ${action.result}`,
      ];
    case 'stop-task':
      return ['deadline-stop-tasks', `stop task ${action.task}`];
    case 'deregister':
      return ['ghost-deregistered', `deregister ${action.arn}`];
    default:
      return action satisfies never;
  }
}
