import { type EpochMs, utc } from '../clock.ts';
import { change } from './change.ts';
import type { ServiceDecision } from './decision.ts';
import { flip } from './flip.ts';
import { guardReturn } from './guards.ts';
import type { FailoverReason } from './reasons.ts';
import type { Phase, ServiceRecord, Strategy } from './record.ts';
import { capacityMessageOf, deficitOf, interruptionsSince } from './signals.ts';
import {
  closedRecord,
  finding,
  notApplicable,
  type OpenSituation,
  primaryOf,
  rolloutOf,
  stay,
  stopped,
  withoutOrder,
  withRecord,
} from './situation.ts';
import { inWords, onDemandCount, probePercent, sameStrategy, stepped } from './strategy.ts';

type OnTheWay = Extract<Phase, { readonly name: 'probing' | 'returning' }>;

/** A service of which a share is on Spot again: for a probe, or by steps. */
export function decideReturning(situation: OpenSituation, phase: OnTheWay): ServiceDecision {
  const { order } = situation.record.heard;
  if (order === undefined) return goOn(situation, phase);
  switch (order.verb) {
    case 'fail-over':
      return flip(situation, { reason: 'failed-over', why: `${order.by} ordered it`, opens: false });
    case 'fail-back':
      return phase.name === 'probing'
        ? nextStep(situation, `${order.by} ordered it`)
        : notApplicable(situation, 'is going back already');
    case 'reset': {
      const record = { ...withoutOrder(situation.record), opened: [] };
      const rest = goOn(withRecord(situation, record), phase);
      const sentence = `goes on with its return: ${order.by} has reset its openings.`;
      return { ...rest, findings: [finding(situation, 'breaker-reset', 'done', sentence), ...rest.findings] };
    }
    default:
      return order.verb satisfies never;
  }
}

function goOn(situation: OpenSituation, phase: OnTheWay): ServiceDecision {
  const failure = failureOf(situation, phase);
  if (failure !== undefined) return backOut(situation, phase, failure);
  const { record, now, view } = situation;
  if (rolloutOf(situation) !== 'COMPLETED') {
    const sentence = `is being moved to ${inWords(view.strategy)} since ${utc(phase.since)}; ${view.running} of ${view.desired} tasks run.`;
    const { completedAt: _, ...running } = phase;
    return stay({ ...record, phase: running }, finding(situation, 'rollout-in-progress', 'held', sentence));
  }
  const { completedAt = now } = phase;
  const soaking = withRecord(situation, { ...record, phase: { ...phase, completedAt } });
  const until = completedAt + soakOf(situation, phase);
  if (now < until) {
    const sentence = `must hold with ${inWords(view.strategy)} until ${utc(until)}, then it goes on.`;
    return stay(soaking.record, finding(situation, 'soaking', 'held', sentence));
  }
  return phase.name === 'probing' ? probePassed(soaking, phase.since) : stepHeld(soaking);
}

const soakOf = ({ policy, whole }: OpenSituation, { name }: OnTheWay): number =>
  name === 'probing' ? whole.breaker.probe.soakMs : policy.soakMs;

const timeoutOf = ({ policy, whole }: OpenSituation, { name }: OnTheWay): number =>
  name === 'probing' ? whole.breaker.probe.timeoutMs : policy.stepTimeoutMs;

/** Why this step has failed; undefined while it has not. */
function failureOf(situation: OpenSituation, phase: OnTheWay): string | undefined {
  const { record, view, policy, now } = situation;
  const { since } = phase;
  const { spotFailureAt } = record.heard;
  if (spotFailureAt !== undefined && spotFailureAt >= since) {
    return `FARGATE_SPOT had no capacity at ${utc(spotFailureAt)}`;
  }
  const message = capacityMessageOf(record, view);
  if (message !== undefined && message > since && deficitOf(view) > 0) {
    return `ECS said at ${utc(message)} that capacity is unavailable`;
  }
  const reclaimed = interruptionsSince(record, since).length;
  const most = policy.signals.interruptions?.count;
  if (most !== undefined && reclaimed >= most) {
    return `Spot has reclaimed ${reclaimed} tasks since ${utc(since)}`;
  }
  const rollout = rolloutOf(situation);
  if (rollout === 'FAILED') {
    return `deployment ${situation.written.deploymentId} has failed (${primaryOf(situation)?.reason ?? ''})`;
  }
  if (rollout === 'IN_PROGRESS' && now - since > timeoutOf(situation, phase)) {
    return `its deployment of ${utc(since)} has not completed in ${timeoutOf(situation, phase) / 60_000} minutes`;
  }
  return undefined;
}

/** Back to on-demand: a step that fails is an opening, a probe is not, for to fail is what it is there for. */
export function backOut(situation: OpenSituation, phase: OnTheWay, why: string): ServiceDecision {
  const isProbe = phase.name === 'probing' && verdictOf(situation.record, phase.since)?.passed !== true;
  const decision = isProbe
    ? probeFailed(situation, phase.since, why)
    : flip(situation, { reason: 'backed-out', why, opens: true });
  const isRefused =
    decision.action === undefined && decision.findings.some(({ outcome }) => outcome === 'refused');
  // It stays on Spot, so that this failure is judged, and only a new one counts.
  return isRefused ? { ...decision, next: begunAnew(decision.next, phase, situation.now) } : decision;
}

function probeFailed(situation: OpenSituation, since: EpochMs, why: string): ServiceDecision {
  const isNew = verdictOf(situation.record, since) === undefined;
  const judged = withVerdict(situation, since, false);
  const decision = flip(judged, { reason: 'backed-out', why, opens: false });
  if (decision.needs || !isNew) return decision;
  const said = finding(situation, 'probe-failed', 'done', `has failed to run on FARGATE_SPOT: ${why}.`);
  return { ...decision, findings: [said, ...decision.findings] };
}

function begunAnew(record: ServiceRecord, phase: OnTheWay, now: EpochMs): ServiceRecord {
  const { failedDeployment: _failed, ...heard } = record.heard;
  if (phase.name === 'probing') return { ...record, heard, phase: { name: 'open', since: now } };
  return { ...record, heard, phase: { name: 'returning', step: phase.step, since: now } };
}

/** The verdict of the probe that began then; it is given once. */
function verdictOf({ verdict }: ServiceRecord, since: EpochMs) {
  return verdict !== undefined && verdict.at >= since ? verdict : undefined;
}

function withVerdict(situation: OpenSituation, since: EpochMs, passed: boolean): OpenSituation {
  const { record, now } = situation;
  const given = verdictOf(record, since);
  return given?.passed === passed
    ? situation
    : withRecord(situation, { ...record, verdict: { at: now, passed } });
}

function probePassed(situation: OpenSituation, since: EpochMs): ServiceDecision {
  const isNew = verdictOf(situation.record, since) === undefined;
  const judged = withVerdict(situation, since, true);
  const decision = nextStep(judged, 'its probe has passed');
  if (decision.needs || !isNew) return decision;
  const sentence = `has held on FARGATE_SPOT with ${inWords(situation.view.strategy)}: there is Spot capacity again.`;
  return {
    ...decision,
    findings: [finding(situation, 'probe-passed', 'done', sentence), ...decision.findings],
  };
}

function stepHeld(situation: OpenSituation): ServiceDecision {
  const { written } = situation;
  if (written.purpose === 'restore') return close(situation);
  return nextStep(situation, 'the step before has held');
}

/** It is on its original strategy: that need not be kept any longer. */
function close(situation: OpenSituation): ServiceDecision {
  const { record, original, now } = situation;
  const sentence = `is back on its original strategy, ${inWords(original.strategy)}.`;
  const next = { ...closedRecord(record, now), rollbacks: { count: 0, retryAt: 0 } };
  return stay(next, finding(situation, 'restored', 'done', sentence));
}

/** The first step of the return that brings more tasks to Spot than it has now; the last is the original, verbatim. */
export function nextStep(situation: OpenSituation, why: string): ServiceDecision {
  const { policy, view, original, now } = situation;
  const last = policy.steps.length - 1;
  const before = onDemandCount(view.strategy, view.desired);
  const found = policy.steps.findIndex(
    (percent) => onDemandCount(stepped(original.strategy, percent), view.desired) < before,
  );
  const step = found === -1 ? last : found;
  const isLast = step === last;
  const strategy = isLast ? original.strategy : stepped(original.strategy, policy.steps[step] ?? 100);
  const sentence = `goes from ${inWords(view.strategy)} to ${inWords(strategy)}, ${isLast ? 'its original strategy' : `step ${step + 1} of ${last + 1}`}, since ${why}.`;
  const purpose = isLast ? 'restore' : 'step';
  const phase: Phase = { name: 'returning', step, since: now };
  return write(situation, { purpose, strategy, phase, reason: 'return-step', sentence });
}

/** The original at once, without steps: the on-demand task-hours are spent, or no task is desired. */
export function restoreNow(situation: OpenSituation, reason: FailoverReason, why: string): ServiceDecision {
  const { policy, original, view, now } = situation;
  if (sameStrategy(view.strategy, original.strategy)) return close(situation);
  const sentence = `goes from ${inWords(view.strategy)} back to ${inWords(original.strategy)} at once: ${why}.`;
  const phase: Phase = { name: 'returning', step: policy.steps.length - 1, since: now };
  return write(situation, { purpose: 'restore', strategy: original.strategy, phase, reason, sentence });
}

/** A share of the tasks is tried on Spot, for all services that wait for the same breaker. */
export function probeByShare(situation: OpenSituation, percent: number): ServiceDecision {
  const { original, view, now } = situation;
  const enough = probePercent(original.strategy, percent, view.desired);
  const strategy = stepped(original.strategy, enough);
  const sentence = `tries Spot with ${inWords(strategy)} for all services that share its breaker.`;
  const phase: Phase = { name: 'probing', since: now };
  return write(situation, { purpose: 'probe', strategy, phase, reason: 'probe-started', sentence });
}

function write(
  situation: OpenSituation,
  towardsSpot: {
    readonly purpose: 'probe' | 'step' | 'restore';
    readonly strategy: Strategy;
    readonly phase: Phase;
    readonly reason: FailoverReason;
    readonly sentence: string;
  },
): ServiceDecision {
  const { purpose, strategy, phase, reason, sentence } = towardsSpot;
  const verdict = guardReturn(situation);
  if (verdict.kind === 'needs') return { ...stay(situation.record), needs: 'circumstances' };
  if (verdict.kind === 'stop') return stopped(situation, verdict.why);
  const facts = { from: inWords(situation.view.strategy), to: inWords(strategy) };
  const findings = [finding(situation, reason, 'acted', sentence, facts)];
  return change(situation, { purpose, strategy, phase, findings }, verdict);
}

export const isOnTheWay = (phase: Phase): phase is OnTheWay =>
  phase.name === 'probing' || phase.name === 'returning';
