import { utc } from '../clock.ts';
import type { Finding, ServiceDecision } from './decision.ts';
import { isBudgetSpent, rateOf } from './guards.ts';
import { startSpending } from './limits.ts';
import type { Phase, ServiceRecord } from './record.ts';
import { deficitOf, signalOf } from './signals.ts';
import {
  closedRecord,
  finding,
  notApplicable,
  type Question,
  type Situation,
  stay,
  withoutOrder,
  withRecord,
} from './situation.ts';
import type { ServiceView } from './snapshot.ts';

type Paired = Extract<Phase, { readonly name: 'paired' }>;

/**
 * A service that cannot be flipped: while its tasks are missing, as many run in its on-demand pair, and never more than it
 * is to have in all. It goes on trying Spot by itself, so that its own tasks are the probe.
 */
export function decidePaired(question: Question): ServiceDecision {
  const { before: _, ...record } = question.record;
  const { service, paired } = question.snapshot;
  const pair = paired === 'missing' || paired?.status !== 'ACTIVE' ? undefined : paired;
  if (paired === undefined) return stay(record);
  if (pair === undefined) return withoutPair(question);
  const { phase } = record;
  const primary = service === 'missing' || service.status !== 'ACTIVE' ? undefined : service;
  if (primary === undefined || primary.desired === 0) {
    const gone = 'is gone, or none of its tasks is desired';
    return phase.name === 'paired'
      ? end({ ...question, record }, phase, pair, gone, 'paired-count-set')
      : idle(question);
  }
  const situation: Situation = { ...question, record, view: primary };
  return phase.name === 'paired' ? follow(situation, phase, pair) : watch(situation, pair);
}

function withoutPair(question: Question): ServiceDecision {
  const { record, policy, now } = question;
  const sentence = `has no active service ${policy.paired ?? ''} beside it in cluster ${policy.cluster}, which is to take its missing tasks. Create it with a desired count of 0 on FARGATE, or take paired out of the policy.`;
  const next = record.phase.name === 'paired' ? closedRecord(record, now) : withoutOrder(record);
  return stay(next, finding(question, 'paired-missing', 'refused', sentence));
}

function idle(question: Question): ServiceDecision {
  const { record, now } = question;
  if (record.heard.order) return notApplicable(question, 'is gone, or none of its tasks is desired');
  if (record.phase.name === 'closed') return stay(record);
  const sentence = 'is gone, or none of its tasks is desired: there is nothing to make up for.';
  return stay(closedRecord(record, now), finding(question, 'service-gone', 'done', sentence));
}

/** Closed or under suspicion: the same signals and grace as for a flip. */
function watch(situation: Situation, pair: ServiceView): ServiceDecision {
  const { record, view, policy, now } = situation;
  const { order } = record.heard;
  const missing = deficitOf(view);
  if (order?.verb === 'fail-over') {
    return missing > 0
      ? raise(situation, pair, missing, `${order.by} ordered it`)
      : notApplicable(situation, 'misses no task');
  }
  if (order?.verb === 'fail-back') return notApplicable(situation, 'has no tasks in its pair');
  if (order) {
    const rest = watch(withRecord(situation, { ...withoutOrder(record), opened: [] }), pair);
    const sentence = `goes on as the policy says: ${order.by} has reset it.`;
    return { ...rest, findings: [finding(situation, 'breaker-reset', 'done', sentence), ...rest.findings] };
  }
  const signal = record.phase.name === 'suspect' ? record.phase : signalOf(record, view, policy, now);
  if (signal === undefined) return stay(record);
  const suspect = withRecord(situation, {
    ...record,
    phase: { name: 'suspect', since: signal.since, why: signal.why },
  });
  const until = signal.since + policy.graceMs;
  if (now < until && view.running > 0) {
    const sentence = `waits until ${utc(until)} whether tasks come back by themselves: ${signal.why}.`;
    return stay(suspect.record, finding(situation, 'grace', 'held', sentence));
  }
  if (missing > 0) return raise(suspect, pair, missing, signal.why);
  const sentence = `has all its tasks again within the grace. What was seen: ${signal.why}.`;
  return stay(
    closedRecord(suspect.record, now),
    finding(situation, 'recovered-within-grace', 'done', sentence),
  );
}

function follow(situation: Situation, phase: Paired, pair: ServiceView): ServiceDecision {
  const { record, view, policy, now } = situation;
  const { order } = record.heard;
  if (order?.verb === 'fail-back')
    return end(situation, phase, pair, `${order.by} ordered it`, 'paired-count-set');
  if (order)
    return notApplicable(situation, `has ${phase.desired} tasks in ${policy.paired ?? 'its pair'} already`);
  if (isBudgetSpent(situation)) {
    return end(
      situation,
      phase,
      pair,
      'the on-demand task-hours of this UTC day are used up',
      'budget-spent',
    );
  }
  const missing = deficitOf(view);
  if (missing > phase.desired) return raise(situation, pair, missing, 'more tasks are missing');
  // A call that has failed, or was never made.
  if (pair.desired < phase.desired) return set(situation, phase, pair, 'it has fewer');
  if (missing > 0) {
    const { enoughSince: _, ...short } = phase;
    const sentence = `misses ${missing} tasks, and ${policy.paired} has ${pair.running} of ${phase.desired}.`;
    return stay({ ...record, phase: short }, finding(situation, 'waiting-for-breaker', 'held', sentence));
  }
  const { enoughSince = now } = phase;
  const enough: Paired = { ...phase, enoughSince };
  if (phase.desired > 0 && now < enoughSince + policy.soakMs) {
    const sentence = `has all its own tasks since ${utc(enoughSince)}; ${policy.paired} keeps its ${phase.desired} until ${utc(enoughSince + policy.soakMs)}.`;
    return stay({ ...record, phase: enough }, finding(situation, 'soaking', 'held', sentence));
  }
  return end(
    withRecord(situation, { ...record, phase: enough }),
    enough,
    pair,
    'it has its own tasks again',
    'paired-count-set',
  );
}

/** As many as are missing, within the limits. */
function raise(situation: Situation, pair: ServiceView, missing: number, why: string): ServiceDecision {
  const { record, policy, whole, snapshot, room, now } = situation;
  const { phase } = record;
  const has = phase.name === 'paired' ? phase.desired : 0;
  if (isBudgetSpent(situation)) {
    const sentence = `misses ${missing} tasks, and the on-demand task-hours of this UTC day are used up. Raise taskHoursPerDay to have them run in ${policy.paired}.`;
    return refused(situation, 'budget-spent', sentence);
  }
  const rate = rateOf(situation, missing - has);
  if (rate) return stay(record, rate);
  const { circumstances } = snapshot;
  if (whole.limits.onDemandVcpus !== null && circumstances === undefined) {
    return { ...stay(record), needs: 'circumstances' };
  }
  const vcpus = whole.limits.onDemandVcpus === null ? 0 : (circumstances?.vcpus ?? 0);
  const fits = room.vcpus === null || vcpus === 0 ? missing : has + Math.floor(room.vcpus / vcpus);
  const desired = Math.min(missing, fits);
  if (desired <= has) {
    const sentence = `misses ${missing} tasks, and limits.onDemandVcpus ${whole.limits.onDemandVcpus} leaves no room for more than ${has} of them in ${policy.paired}. Raise it if the account's quota allows.`;
    return refused(situation, 'on-demand-quota', sentence);
  }
  const since = phase.name === 'paired' ? phase.since : now;
  const spent = phase.name === 'paired' ? record.spent : startSpending(record, now);
  const next = { ...withoutOrder(record), spent };
  if (pair.desired >= desired) {
    const sentence = `misses ${missing} tasks, since ${why}; ${policy.paired} has ${pair.desired} already.`;
    const enough: Paired = { name: 'paired', since, desired, vcpus };
    return stay({ ...next, phase: enough }, finding(situation, 'waiting-for-breaker', 'held', sentence));
  }
  return set(withRecord(situation, next), { name: 'paired', since, desired, vcpus }, pair, why);
}

function refused(situation: Situation, reason: Finding['reason'], sentence: string): ServiceDecision {
  return stay(withoutOrder(situation.record), finding(situation, reason, 'refused', sentence));
}

/** None in the pair; the service is closed once ECS says so. */
function end(
  question: Question,
  phase: Paired,
  pair: ServiceView,
  why: string,
  reason: 'paired-count-set' | 'budget-spent',
): ServiceDecision {
  const { now, policy } = question;
  const record = withoutOrder(question.record);
  if (pair.desired === 0) {
    const sentence = `has no tasks in ${policy.paired ?? 'its pair'} any more, since ${why}.`;
    return stay(closedRecord(record, now), finding(question, 'paired-ended', 'done', sentence));
  }
  return set({ ...question, record }, { ...phase, desired: 0 }, pair, why, reason);
}

function set(
  question: Question,
  phase: Paired,
  pair: ServiceView,
  why: string,
  reason: 'paired-count-set' | 'budget-spent' = 'paired-count-set',
): ServiceDecision {
  const { record, policy, now } = question;
  const sentence = `has its pair ${policy.paired ?? ''} go from ${pair.desired} to ${phase.desired} tasks, since ${why}.`;
  const more = Math.max(0, phase.desired - pair.desired);
  const next: ServiceRecord = {
    ...record,
    phase,
    before: { phase: record.phase, opened: record.opened },
    ...(more > 0 ? { launched: { at: now, tasks: more } } : {}),
  };
  return {
    next,
    action: { kind: 'set-paired-count', desired: phase.desired },
    findings: [finding(question, reason, 'acted', sentence, { from: pair.desired, to: phase.desired })],
  };
}
