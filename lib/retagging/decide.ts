import { type EpochMs, utc } from '../clock.ts';
import { takeOver } from './current.ts';
import { decideOrder, ORDER_LIFE } from './decide-order.ts';
import { decideRule } from './decide-rule.ts';
import type { Finding, TagDecision } from './decision.ts';
import { actionOf, type Situation } from './intent.ts';
import type { PromotionRule } from './policy.ts';
import type { Intent, TagRecord } from './record.ts';
import type { TagSnapshot } from './snapshot.ts';
import { short } from './tags.ts';
import { dueWarnings } from './warnings.ts';

export interface Question {
  readonly record: TagRecord;
  readonly rule: PromotionRule;
  readonly snapshot: TagSnapshot;
  readonly now: EpochMs;
}

/** What to do about one destination tag. Pure. Deciding again on what came of it does nothing more. */
export function decideTag({ record, rule, snapshot, now }: Question): TagDecision {
  const present = takeOver(record, rule, snapshot, now);
  if (present.kind === 'doubtful') {
    return { next: record, findings: [present.finding], lookAt: present.lookAt };
  }
  const { intent, ...rest } = present.record;
  const decision = decideOn({ record: rest, rule, snapshot, on: present.on, now }, intent);
  if (decision.needs) return { next: record, findings: [], needs: decision.needs };
  const warned = dueWarnings(decision.next, snapshot, now);
  return {
    ...decision,
    next: warned.record,
    findings: [...present.findings, ...decision.findings, ...warned.findings],
  };
}

function decideOn(situation: Situation, intent: Intent | undefined): TagDecision {
  const { record, now } = situation;
  if (record.order) return decideOrdered(situation, record.order, intent);
  if (intent === undefined) return decideRule(situation, false);
  if (intent.kind === 'order' || intent.kind === 'rollback') {
    if (now - intent.at <= ORDER_LIFE) return replay(record, intent);
    const sentence = `${record.id}: what the ${intent.by} asked for could not be done within a day and is dropped. Give the order again.`;
    const dropped: Finding = { reason: 'order-not-applicable', outcome: 'refused', sentence };
    return after([dropped], decideRule(situation, false));
  }
  // A rule decides afresh: what it had decided comes out again, or something better has come meanwhile.
  const decision = decideRule(situation, intent.kind === 'promotion');
  if (decision.action?.digest !== intent.digest) return decision;
  const findings = decision.findings.map((one) => (one.outcome === 'acted' ? replayed(one, intent) : one));
  return { ...decision, findings };
}

/** What somebody ordered was recorded as a digest, and is carried out as it was, whatever has come since. */
function replay(record: TagRecord, intent: Intent): TagDecision {
  const finding: Finding = {
    reason: 'intent-replayed',
    outcome: 'acted',
    sentence: `${record.id} is given to ${short(intent.digest)} by ${intent.by}, as was decided ${utc(intent.at)}; it may not have been done then.`,
    facts: { digest: intent.digest },
  };
  return { next: { ...record, intent }, action: actionOf(intent), findings: [finding] };
}

const replayed = (finding: Finding, { at }: Intent): Finding => ({
  ...finding,
  reason: 'intent-replayed',
  sentence: `${finding.sentence} It was decided ${utc(at)}, and may not have been done then.`,
});

function decideOrdered(
  situation: Situation,
  order: NonNullable<TagRecord['order']>,
  intent: Intent | undefined,
): TagDecision {
  const { record } = situation;
  const answer = decideOrder(situation, order);
  switch (answer.kind) {
    case 'act':
      return { ...answer.decision, findings: answer.decision.findings.map((one) => ordered(one, order)) };
    case 'needs':
      return { next: record, findings: [], needs: answer.needs };
    case 'wait': {
      const held = {
        findings: [ordered(answer.finding, order)],
        ...(answer.lookAt === undefined ? {} : { lookAt: answer.lookAt }),
      };
      // Who rolls back wants no promotion meanwhile.
      if (order.order.verb === 'rollback') return { next: record, ...held };
      return after(held.findings, decideRule(situation, intent?.kind === 'promotion'), held.lookAt);
    }
    case 'over': {
      const { order: _, ...rest } = record;
      // Somebody wants the tag to be on it, so that it is rejected no more.
      const rejected = rest.rejected.filter((digest) => digest !== answer.accepted);
      const next = rejected.length < rest.rejected.length ? { ...rest, rejected } : rest;
      return after(
        [ordered(answer.finding, order)],
        decideRule({ ...situation, record: next }, intent?.kind === 'promotion'),
      );
    }
    default:
      return answer satisfies never;
  }
}

/** What answers an order says whose it was, so that it can be told from what the rule does in the same pass. */
const ordered = (finding: Finding, { by }: NonNullable<TagRecord['order']>): Finding => ({
  ...finding,
  facts: { ...finding.facts, orderedBy: by },
});

function after(findings: readonly Finding[], decision: TagDecision, lookAt?: EpochMs): TagDecision {
  const moments = [lookAt, decision.lookAt].filter((at) => at !== undefined);
  return {
    ...decision,
    findings: [...findings, ...decision.findings],
    ...(moments.length === 0 ? {} : { lookAt: Math.min(...moments) }),
  };
}
