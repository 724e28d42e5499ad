import { type EpochMs, HOUR } from '../clock.ts';
import { failureReason } from '../journal/findings.ts';
import { withChange } from './cooldown.ts';
import type { Finding } from './decision.ts';
import { withOrderMet, withoutOrder } from './ordered.ts';
import type { ScalingReason } from './reasons.ts';
import type { ScalingRecord } from './record.ts';

/**
 * What came of applying an intent. `retry`: AWS said no for a reason that may pass. `refused`: it will say no again.
 * `gone`: the target does not exist.
 */
export interface ScalingOutcome {
  readonly result: 'done' | 'retry' | 'refused' | 'gone';
  readonly error?: { readonly code: string; readonly sentence: string };
}

/**
 * The record after its intent was applied, or was not. Pure. Only a success is a change and starts a cooldown. An
 * intent that may still come about stays, and is replayed; the findings then take the place of the decision's `acted`
 * ones, since nothing was.
 */
export function settleOutcome(
  record: ScalingRecord,
  outcome: ScalingOutcome,
  now: EpochMs,
): { record: ScalingRecord; findings: Finding[] } {
  const { intent, ...rest } = record;
  if (intent === undefined) return { record, findings: [] };
  const failed = (reason: ScalingReason, sentence: string): Finding[] => [
    { reason, outcome: 'failed', sentence },
  ];
  const change = `${record.target} from ${intent.from} to ${intent.desired}`;
  switch (outcome.result) {
    case 'done':
      return { record: withApplied(rest, intent, now), findings: [] };
    case 'retry':
    case 'refused': {
      const reason = failureReason(outcome.error?.code ?? '');
      const next =
        outcome.result === 'retry' ? 'It is tried again.' : 'It is decided afresh at the next look.';
      const sentence = `${change}: ${outcome.error?.sentence ?? 'AWS refused the change.'} ${next}`;
      return {
        record: outcome.result === 'retry' ? record : rest,
        findings: failed(reason, sentence),
      };
    }
    case 'gone': {
      const { lastDesired: _, ...gone } = rest;
      const sentence = `${change}: it does not exist any more. Correct its name in the policy file, or take it out.`;
      return {
        record: withoutOrder(gone),
        findings: failed('target-missing', sentence),
      };
    }
    default:
      return outcome.result satisfies never;
  }
}

function withApplied(
  record: ScalingRecord,
  intent: NonNullable<ScalingRecord['intent']>,
  now: EpochMs,
): ScalingRecord {
  const { desired: to, from, policy, cooldownMs } = intent;
  const met = withOrderMet(record, to);
  if (to === from) return { ...met, lastDesired: to };
  const recent = record.changes.filter(({ at }) => at > now - HOUR);
  const applied = {
    ...met,
    lastDesired: to,
    changes: [...recent, { at: now, from, to, policy, cooldownMs }],
  };
  // A schedule neither starts nor ends a cooldown (Application Auto Scaling user guide).
  return isSchedule(policy) ? applied : withChange(applied, intent, now);
}

/** Names of policies have no blank. */
const isSchedule = (policy: string) => policy.startsWith('schedule ');
