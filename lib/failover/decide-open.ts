import { utc } from '../clock.ts';
import { nextStep, probeByShare } from './decide-returning.ts';
import type { Finding, ServiceDecision } from './decision.ts';
import { afterFailedFlip } from './drift.ts';
import type { Phase } from './record.ts';
import {
  finding,
  notApplicable,
  type OpenSituation,
  primaryOf,
  rolloutOf,
  stay,
  withoutOrder,
  withRecord,
} from './situation.ts';
import { inWords } from './strategy.ts';

type Open = Extract<Phase, { readonly name: 'flipping' | 'open' | 'latched' }>;

/** A service that is on demand. That it is steady says nothing of Spot: it waits for its breaker, or for an order. */
export function decideOpen(situation: OpenSituation, phase: Open): ServiceDecision {
  const { record, now } = situation;
  const { order } = record.heard;
  if (order === undefined) return withQuota(goOn(situation, phase), situation);
  switch (order.verb) {
    case 'fail-over':
      return notApplicable(situation, `has failed over already (${inWords(situation.written.strategy)})`);
    case 'fail-back':
      return nextStep(situation, `${order.by} ordered it`);
    case 'reset': {
      const unlatched: Phase = phase.name === 'latched' ? { name: 'open', since: now } : phase;
      const sentence = `has its openings and the cool-off of its breaker reset by ${order.by}; a probe comes next.`;
      return stay(
        { ...withoutOrder(record), opened: [], phase: unlatched, resetAt: now },
        finding(situation, 'breaker-reset', 'done', sentence),
      );
    }
    default:
      return order.verb satisfies never;
  }
}

function goOn(situation: OpenSituation, phase: Open): ServiceDecision {
  switch (phase.name) {
    case 'flipping':
      return followFlip(situation, phase.since);
    case 'open':
      return awaitBreaker(situation);
    case 'latched':
      return stay(situation.record, latched(situation));
    default:
      return phase satisfies never;
  }
}

function followFlip(situation: OpenSituation, since: number): ServiceDecision {
  const { record, policy, view, now } = situation;
  const rollout = rolloutOf(situation);
  if (rollout === 'FAILED') {
    return afterFailedFlip(situation, primaryOf(situation)?.reason ?? 'no reason given');
  }
  const strategy = inWords(view.strategy);
  if (rollout === 'COMPLETED') {
    const next = { ...record, rollbacks: { count: 0, retryAt: 0 } };
    const done = finding(situation, 'flip-completed', 'done', `runs with ${strategy}.`);
    return opened(withRecord(situation, next), done);
  }
  const minutes = policy.stepTimeoutMs / 60_000;
  if (now - since > policy.stepTimeoutMs) {
    const sentence = `has not come to run with ${strategy} in ${minutes} minutes: ${view.running} of ${view.desired} tasks run. The deployment is left to go on, since to begin anew would lose what it has; look at its events, and at FARGATE's capacity and quota.`;
    return opened(situation, finding(situation, 'rollout-in-progress', 'held', sentence));
  }
  const sentence = `is being moved to ${strategy} since ${utc(since)}; ${view.running} of ${view.desired} tasks run.`;
  return stay(record, finding(situation, 'rollout-in-progress', 'held', sentence));
}

/** The flip is as far as it gets. One opening too many within the window, and only a person ends it. */
function opened(situation: OpenSituation, said: Finding): ServiceDecision {
  const { record, policy, now } = situation;
  const { most, windowMs } = policy.flaps;
  const isFlapping = record.opened.filter((at) => at > now - windowMs).length >= most;
  const phase: Phase = { name: isFlapping ? 'latched' : 'open', since: now };
  return stay({ ...record, phase }, said, ...(isFlapping ? [latched(situation)] : []));
}

function latched(situation: OpenSituation): Finding {
  const { record, policy } = situation;
  const sentence = `has failed over ${record.opened.length} times in ${policy.flaps.windowMs / 3_600_000} hours, and stays with ${inWords(situation.written.strategy)}. Order fail-back or reset to end that.`;
  return finding(situation, 'flap-latched', 'held', sentence);
}

function awaitBreaker(situation: OpenSituation): ServiceDecision {
  const { record, pool, whole, written } = situation;
  const { probe } = whole.breaker;
  if (pool?.state.name === 'closed' && pool.state.since > written.at) {
    return nextStep(situation, 'there is Spot capacity again');
  }
  const asked = pool?.state.name === 'half-open' && pool.state.prober === record.service;
  if (asked && probe.kind === 'share' && (record.verdict?.at ?? 0) < pool.state.since) {
    return probeByShare(situation, probe.percent);
  }
  const when = pool?.state.name === 'open' ? `, which probes at ${utc(pool.state.probeAt)}` : '';
  const sentence = `stays with ${inWords(written.strategy)} and waits for breaker ${record.pool?.id ?? ''}${when}.`;
  return stay(record, finding(situation, 'waiting-for-breaker', 'held', sentence));
}

/** What the account's quota does not let start is not missing for lack of Spot. */
function withQuota(decision: ServiceDecision, situation: OpenSituation): ServiceDecision {
  const { quotaAt } = situation.view.messages;
  if (decision.action || decision.needs || quotaAt === undefined || quotaAt < situation.written.at) {
    return decision;
  }
  const sentence = `cannot start all its tasks on FARGATE: ECS said at ${utc(quotaAt)} that the account's limit is reached. Raise the quota of Fargate On-Demand vCPUs, or lower its onDemand.share.`;
  return {
    ...decision,
    findings: [...decision.findings, finding(situation, 'on-demand-quota', 'held', sentence)],
  };
}
