import { change } from './change.ts';
import type { Finding, ServiceDecision } from './decision.ts';
import { guardFlip } from './guards.ts';
import type { Phase, ServiceRecord } from './record.ts';
import {
  finding,
  ownStrategy,
  primaryOf,
  type Situation,
  stay,
  stopped,
  withoutOrder,
  withRecord,
} from './situation.ts';
import type { Circumstances } from './snapshot.ts';
import { flipped, inWords, sameStrategy } from './strategy.ts';

/** Why a service goes to on-demand. */
export interface FlipCause {
  readonly reason: 'failed-over' | 'backed-out';
  /** Goes on from "since". */
  readonly why: string;
  /** Whether it counts for the flip limit. */
  readonly opens: boolean;
}

/** Writes the on-demand strategy, if every guard lets it pass. */
export function flip(situation: Situation, cause: FlipCause): ServiceDecision {
  const verdict = guardFlip(situation);
  if (verdict.kind === 'needs') return { ...stay(situation.record), needs: 'circumstances' };
  if (verdict.kind === 'stop') return stopped(situation, verdict.why);
  const { view, policy, now } = situation;
  const { share, circumstances } = verdict;
  const pooled = withRecord(situation, inPool(situation, circumstances));
  const original = ownStrategy(situation);
  const strategy = flipped(original, share);
  const phase: Phase = { name: 'flipping', since: now };
  // ECS has taken a step of the return back to this by itself: nothing is to be written.
  if (sameStrategy(view.strategy, strategy) && primaryOf(situation)?.rollout !== 'FAILED')
    return asItIs(pooled, cause, phase);
  const from = sameStrategy(view.strategy, original)
    ? inWords(original)
    : `${inWords(view.strategy)} (original ${inWords(original)})`;
  const sentence = `goes from ${from} to ${inWords(strategy)}, since ${cause.why}. ${view.running} of ${view.desired} tasks run.`;
  const facts = { from: inWords(view.strategy), to: inWords(strategy), share };
  const findings: Finding[] = [finding(situation, cause.reason, 'acted', sentence, facts)];
  if (share < policy.onDemandShare) findings.push(inPart(situation, share));
  return change(pooled, { purpose: 'flip', strategy, phase, opens: cause.opens, findings }, verdict);
}

/** Services of the same zones and architecture lack the same capacity, and share a breaker. */
function inPool({ record, view }: Situation, { architecture, zones }: Circumstances): ServiceRecord {
  const { subnets } = view.network;
  return {
    ...record,
    pool: { id: `pool/${architecture}/${zones.join('+')}`, subnets, taskDefinition: view.taskDefinition },
  };
}

const inPart = (situation: Situation, share: number): Finding =>
  finding(
    situation,
    'failed-over-in-part',
    'acted',
    `gets ${share} percent of its tasks on FARGATE and not ${situation.policy.onDemandShare}: limits.onDemandVcpus ${situation.whole.limits.onDemandVcpus ?? 0} leaves room for no more. Raise it if the account's quota allows.`,
    { share },
  );

function asItIs(situation: Situation, cause: FlipCause, phase: Phase): ServiceDecision {
  const { record, view, now } = situation;
  const { written, before: _, ...rest } = withoutOrder(record);
  if (written === undefined) return stay(rest);
  const { deploymentId: _old, byOthers: _others, pin: _pin, ...what } = written;
  const primary = primaryOf(situation);
  const next: ServiceRecord = {
    ...rest,
    phase,
    opened: cause.opens ? [...record.opened, now] : record.opened,
    written: {
      ...what,
      purpose: 'flip',
      strategy: view.strategy,
      taskDefinition: view.taskDefinition,
      at: now,
      ...(primary ? { deploymentId: primary.id } : {}),
    },
  };
  const sentence = `has ${inWords(view.strategy)} already, and stays on it, since ${cause.why}.`;
  return stay(next, finding(situation, cause.reason, 'done', sentence));
}
