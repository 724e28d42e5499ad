import { type EpochMs, MINUTE, SECOND, utc } from '../clock.ts';
import { backOut, isOnTheWay } from './decide-returning.ts';
import type { Finding, ServiceDecision } from './decision.ts';
import { undone, withDeployment } from './outcome.ts';
import type { FailoverReason } from './reasons.ts';
import type { Phase, ServiceRecord, Written } from './record.ts';
import {
  asOpen,
  closedRecord,
  finding,
  type OpenSituation,
  othersDeployment,
  primaryOf,
  type Situation,
  stay,
  withRecord,
} from './situation.ts';
import { inWords, sameStrategy } from './strategy.ts';

/** An intention that could not be carried out for so long is decided afresh. */
const INTENTION_LIFE = 10 * MINUTE;
/** ECS is eventually consistent: for so long DescribeServices may show what was before UpdateService. */
const SETTLING = MINUTE;
/** Our clock and that of ECS need not agree. */
const SKEW = 30 * SECOND;

/** Either nothing is in the way of a decision, about the record as it is now; or this is the decision. */
export type Checked = { readonly situation: Situation } | { readonly decision: ServiceDecision };

/**
 * Compares what AWS has with what we wrote, while there is an original to go back to. Whoever has changed the strategy
 * besides wins; what ECS has taken back is tried again later; an intention without an answer is carried out.
 */
export function checkDrift(situation: Situation): Checked {
  const open = asOpen(situation);
  if (open === undefined) return { situation };
  const isWritten = sameStrategy(open.view.strategy, open.written.strategy);
  if (open.record.before) return checkIntention(open, isWritten);
  if (isWritten) return { situation: withRecord(situation, followPrimary(open)) };
  if (isSettling(open)) {
    const sentence = `was given ${inWords(open.written.strategy)} at ${utc(open.written.at)}, and ECS does not show it yet.`;
    return {
      decision: stay(open.record, finding(open, 'rollout-in-progress', 'held', sentence)),
    };
  }
  return { decision: explainDrift(open) };
}

/** The next record says that a strategy was to be written, and not what came of it. */
function checkIntention(open: OpenSituation, isWritten: boolean): Checked {
  const { record, view, written, now } = open;
  const { before, ...settled } = record;
  const primary = primaryOf(open);
  if (isWritten && primary !== undefined && primary.createdAt >= written.at - SKEW) {
    return { situation: withRecord(open, withDeployment(settled, primary.id, view.taskDefinition)) };
  }
  const was = before?.written?.strategy ?? open.original.strategy;
  if (!isWritten && !sameStrategy(view.strategy, was)) return { decision: changedByOthers(open) };
  const isLate = now - written.at > INTENTION_LIFE;
  const back = undone(record);
  if (isLate || view.desired === 0 || othersDeployment(withRecord(open, back))) {
    return { situation: withRecord(open, back) };
  }
  const { strategy, pin } = written;
  const sentence = `is given ${inWords(strategy)} once more, since it is not known whether ECS took it at ${utc(written.at)}.`;
  return {
    decision: {
      next: record,
      action: { kind: 'set-strategy', strategy, ...(pin ? { pin } : {}) },
      findings: [finding(open, REASON[written.purpose], 'acted', sentence)],
    },
  };
}

const REASON: Readonly<Record<Written['purpose'], FailoverReason>> = {
  flip: 'failed-over',
  probe: 'probe-started',
  step: 'return-step',
  restore: 'return-step',
};

/** A pipeline has shipped new code with our strategy: its deployment is the one that is to complete. */
function followPrimary({ record, view, written, ...open }: OpenSituation): ServiceRecord {
  const primary = view.deployments[0];
  if (primary === undefined || primary.id === written.deploymentId) return record;
  // Ours is not seen yet.
  if (open.now - written.at < SETTLING && primary.createdAt < written.at - SKEW) return record;
  const { phase } = record;
  return {
    ...record,
    phase: isOnTheWay(phase) ? withoutCompletion(phase) : phase,
    written: {
      ...written,
      deploymentId: primary.id,
      taskDefinition: view.taskDefinition,
      byOthers: true,
    },
  };
}

function withoutCompletion(phase: Extract<Phase, { readonly name: 'probing' | 'returning' }>): Phase {
  const { completedAt: _, ...rest } = phase;
  return rest;
}

function isSettling({ view, written, now }: OpenSituation): boolean {
  const newest = view.deployments[0]?.createdAt ?? 0;
  return now - written.at < SETTLING && newest < written.at - SKEW;
}

function explainDrift(open: OpenSituation): ServiceDecision {
  const { record, snapshot, written } = open;
  const { fate } = snapshot;
  if (fate === undefined) return { ...stay(record), needs: 'fate' };
  switch (fate.kind) {
    case 'replaced':
      return changedByOthers(open);
    case 'rolled-back': {
      const { phase } = record;
      const isReturn = written.purpose !== 'flip' && isOnTheWay(phase);
      return isReturn
        ? backOut(asRolledBack(open), phase, `ECS has taken its deployment back (${fate.reason})`)
        : afterFailedFlip(open, fate.reason);
    }
    default:
      return fate satisfies never;
  }
}

/** What AWS has now is what counts, whoever wrote it. */
function asRolledBack(open: OpenSituation): OpenSituation {
  const primary = primaryOf(open);
  const { deploymentId: _, byOthers: _others, pin: _pin, ...rest } = open.written;
  const written = {
    ...rest,
    purpose: 'step' as const,
    strategy: open.view.strategy,
    ...(primary ? { deploymentId: primary.id } : {}),
  };
  return { ...withRecord(open, { ...open.record, written }), written };
}

function changedByOthers(open: OpenSituation): ServiceDecision {
  const { record, view, written, original, now } = open;
  const sentence = `has ${inWords(view.strategy)}, and Stevedore wrote ${inWords(written.strategy)} at ${utc(written.at)}: somebody else has changed it, and theirs stays. Its strategy before the failover was ${inWords(original.strategy)}; have your infrastructure code ignore the strategy if it wrote this.`;
  const facts = { has: inWords(view.strategy), original: inWords(original.strategy) };
  return stay(closedRecord(record, now), finding(open, 'changed-by-others', 'ignored', sentence, facts));
}

/**
 * After a flip that ECS's deployment circuit breaker has taken back, or given up. If the service is on its original again
 * there is nothing to restore any more; either way it is tried again later, a few times.
 */
export function afterFailedFlip(open: OpenSituation, reason: string): ServiceDecision {
  const { record, view, original, whole, now } = open;
  const { coolOffMs, mostMs } = whole.breaker;
  const { count } = record.rollbacks;
  const retryAt = now + Math.min(mostMs, coolOffMs * 2 ** count);
  const rollbacks = { count: count + 1, retryAt };
  const said = flipFailed(open, reason, retryAt);
  const phase: Phase = { name: 'suspect', since: now, why: `the last flip has failed (${reason})` };
  const { failedDeployment: _, ...heard } = record.heard;
  if (!sameStrategy(view.strategy, original.strategy)) {
    return stay({ ...asRolledBack(open).record, rollbacks, phase, heard }, said);
  }
  const { original: _original, written: _written, before: _before, ...rest } = record;
  return stay({ ...rest, rollbacks, phase, heard }, said);
}

function flipFailed(open: OpenSituation, reason: string, retryAt: EpochMs): Finding {
  const { view, written } = open;
  return finding(
    open,
    'flip-rolled-back',
    'failed',
    `did not come to run with ${inWords(written.strategy)}: ${reason}. It has ${inWords(view.strategy)} now, and is failed over again at ${utc(retryAt)} at the earliest. Look at why its tasks do not start on FARGATE.`,
    { retryAt: utc(retryAt) },
  );
}
