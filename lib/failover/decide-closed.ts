import { utc } from '../clock.ts';
import { nextStep } from './decide-returning.ts';
import type { ServiceDecision } from './decision.ts';
import { flip } from './flip.ts';
import type { ServiceRecord } from './record.ts';
import { deficitOf, interruptionsSince, SPOT_WARNING, signalOf } from './signals.ts';
import {
  asOpen,
  closedRecord,
  finding,
  notApplicable,
  type Situation,
  stay,
  withoutOrder,
  withRecord,
} from './situation.ts';

/**
 * A service on its own strategy, perhaps under suspicion; or one whose flip has failed without being taken back, which
 * is under suspicion with an original to return to.
 */
export function decideClosed(situation: Situation): ServiceDecision {
  const { record } = situation;
  const { order } = record.heard;
  if (order === undefined) return judge(situation);
  switch (order.verb) {
    case 'fail-over':
      return flip(withRecord(situation, withoutRollbacks(record)), {
        reason: 'failed-over',
        why: `${order.by} ordered it at ${utc(order.at)}`,
        opens: true,
      });
    case 'fail-back': {
      const open = asOpen(situation);
      return open
        ? nextStep(open, `${order.by} ordered it`)
        : notApplicable(situation, 'is on its own strategy');
    }
    case 'reset': {
      const reset = { ...withoutOrder(withoutRollbacks(record)), opened: [] };
      const rest = judge(withRecord(situation, reset));
      const said = finding(
        situation,
        'breaker-reset',
        'done',
        `goes on as the policy says: ${order.by} has reset its openings and cool-off.`,
      );
      return { ...rest, findings: [said, ...rest.findings] };
    }
    default:
      return order.verb satisfies never;
  }
}

const withoutRollbacks = (record: ServiceRecord): ServiceRecord => ({
  ...record,
  rollbacks: { count: 0, retryAt: 0 },
});

function judge(situation: Situation): ServiceDecision {
  const { record, view, policy, now } = situation;
  if (record.phase.name === 'suspect') return judgeSuspect(situation, record.phase);
  const signal = signalOf(record, view, policy, now);
  if (signal === undefined) return stay(record);
  const phase = { name: 'suspect' as const, ...signal };
  return judgeSuspect(withRecord(situation, { ...record, phase }), phase);
}

function judgeSuspect(
  situation: Situation,
  { since, why }: Extract<ServiceRecord['phase'], { readonly name: 'suspect' }>,
): ServiceDecision {
  const { record } = situation;
  const until = graceEnd(situation, since);
  if (until !== undefined) {
    const sentence = `waits until ${utc(until)} whether tasks come back by themselves: ${why}. ${howMany(situation)}.`;
    return stay(record, finding(situation, 'grace', 'held', sentence));
  }
  if (deficitOf(situation.view) > 0) {
    // What was opened before and not closed since is one opening.
    const opens = record.original === undefined;
    return flip(situation, { reason: 'failed-over', why, opens });
  }
  return recovered(situation, why);
}

/** Undefined: nothing is waited for any more, since the grace is over or no task runs. */
function graceEnd({ record, view, policy, now }: Situation, since: number): number | undefined {
  if (view.running === 0) return undefined;
  if (now < since + policy.graceMs) return since + policy.graceMs;
  // A task that Spot reclaims still runs while it is warned: only then is it missing.
  const last = interruptionsSince(record, now - SPOT_WARNING).at(-1)?.at;
  const warned = last !== undefined && deficitOf(view) === 0 && now < last + SPOT_WARNING;
  return warned ? last + SPOT_WARNING : undefined;
}

const howMany = ({ view }: Situation) => `${view.running} of ${view.desired} tasks run`;

function recovered(situation: Situation, why: string): ServiceDecision {
  const { record, policy, now } = situation;
  const minutes = `${policy.graceMs / 60_000} minutes`;
  const said = finding(
    situation,
    'recovered-within-grace',
    'done',
    `has all its tasks again after ${minutes} of grace (${howMany(situation)}), and nothing is changed. What was seen: ${why}.`,
  );
  if (record.original === undefined) return stay(closedRecord(record, now), said);
  return stay({ ...record, phase: { name: 'open', since: now } }, said);
}
