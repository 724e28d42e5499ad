import { type EpochMs, MINUTE } from '../clock.ts';
import type { Finding } from './decision.ts';
import type { PromotionRule } from './policy.ts';
import type { RetaggingReason } from './reasons.ts';
import type { Intent, Pointed, TagRecord } from './record.ts';
import { short } from './tags.ts';

/** So many digests are remembered of each kind. */
const REMEMBERED = 20;

/** What came of giving the tag to an image. `call` is the ECR operation that decided it, as `ECR:PutImage`. */
export type ActionOutcome = Before & Result;

interface Before {
  /** By which AWS was changed before that, as `Service:Operation`: a copy that fails may have uploaded layers. */
  readonly wrote?: readonly string[];
}

type Result =
  /** `digest` as PutImage answered; `copied`: layers had to be copied first, and what that was in words. */
  | {
      readonly result: 'done';
      readonly call: string;
      readonly digest: string;
      readonly copied?: string;
    }
  /** ImageAlreadyExistsException: the tag is on that digest already, as it is when a write is repeated. */
  | { readonly result: 'already'; readonly call: string }
  /** ImageTagAlreadyExistsException, and the tag is on another digest: it is immutable. Never retried. */
  | { readonly result: 'conflict'; readonly call: string; readonly error: ActionError }
  /** ImageTagDoesNotMatchDigest: the source tag went to another image after it was decided. */
  | { readonly result: 'moved'; readonly call: string; readonly error: ActionError }
  /** The image to be tagged does not exist any more. */
  | { readonly result: 'gone'; readonly call: string; readonly error: ActionError }
  /** AWS will say no again, or the bytes are not what they should be. */
  | {
      readonly result: 'refused';
      readonly call: string;
      readonly reason?: RefusalReason;
      readonly error: ActionError;
    }
  /** It may pass by itself; the intent stays and is carried out once more. */
  | { readonly result: 'retry'; readonly call: string; readonly error: ActionError };

export interface ActionError {
  /** As in lib/aws/explain.ts. */
  readonly code: string;
  readonly sentence: string;
}

/** Refusals with a reason of their own; without one, the error's code tells. */
export type RefusalReason = Extract<
  RetaggingReason,
  'digest-mismatch' | 'copy-too-large' | 'too-many-tags' | 'archived' | 'access-denied' | 'action-refused'
>;

export interface Settled {
  readonly record: TagRecord;
  /** In place of the decision's `acted` ones unless the result is `done`. */
  readonly findings: readonly Finding[];
  readonly lookAt?: EpochMs;
}

/** The record after its intent was carried out, or was not. Pure. Only what is in ECR counts as where the tag is. */
export function settleTag(
  record: TagRecord,
  rule: PromotionRule,
  outcome: ActionOutcome,
  now: EpochMs,
): Settled {
  const { intent, ...rest } = record;
  if (intent === undefined) return { record, findings: [] };
  const what = `${record.id} to ${short(intent.digest)}`;
  const without = rest.candidates.filter(({ digest }) => digest !== intent.digest);
  switch (outcome.result) {
    case 'done': {
      if (outcome.digest !== intent.digest) return unexpected(record, rule, outcome.digest, now);
      const sentence = `${what}: layers and manifests were copied to ${record.repository} first (${outcome.copied}).`;
      const copied: Finding[] = outcome.copied ? [{ reason: 'copied', outcome: 'acted', sentence }] : [];
      return { record: pointing(rest, rule, intent, now), findings: copied };
    }
    case 'already': {
      const sentence = `${what}: it was there already; nothing was written.`;
      const finding: Finding = { reason: 'already-there', outcome: 'done', sentence };
      return { record: pointing(rest, rule, intent, now), findings: [finding] };
    }
    case 'conflict': {
      const conflict = { current: rest.current?.digest ?? '', at: now };
      return {
        record: { ...rest, conflict },
        findings: [failed('tag-immutable', `${what}: ${outcome.error.sentence}`)],
      };
    }
    case 'moved': {
      const sentence = `${what}: the source tag ${intent.sourceTag} went to another image meanwhile; that one is looked at.`;
      return {
        record: { ...rest, candidates: without },
        findings: [{ reason: 'source-tag-moved', outcome: 'held', sentence }],
        lookAt: now,
      };
    }
    case 'gone': {
      const sentence = `${what}: the image is not there any more. ${outcome.error.sentence}`;
      return {
        record: { ...rest, candidates: without },
        findings: [failed('image-gone', sentence)],
        lookAt: now + MINUTE,
      };
    }
    case 'refused': {
      const reason = outcome.reason ?? refusalOf(outcome.error.code);
      const sentence = `${what}: ${outcome.error.sentence} It is decided afresh at the next look.`;
      return { record: rest, findings: [failed(reason, sentence)] };
    }
    case 'retry': {
      const reason = outcome.error.code === 'aws-throttled' ? 'throttled' : 'acting-failed';
      const sentence = `${what}: ${outcome.error.sentence} It is tried again.`;
      return { record, findings: [failed(reason, sentence)], lookAt: now + MINUTE };
    }
    default:
      return outcome satisfies never;
  }
}

/** ECR has made another image of the bytes: the tag is on something that nobody pushed. */
function unexpected(record: TagRecord, rule: PromotionRule, digest: string, now: EpochMs): Settled {
  const { intent, ...rest } = record;
  if (intent === undefined) return { record, findings: [] };
  const sentence = `${record.id}: ECR gave the tag to ${digest} in place of ${intent.digest}. Roll back, and report it with both digests.`;
  return {
    record: pointing(rest, rule, { ...intent, digest, pushedAt: null }, now),
    findings: [failed('digest-mismatch', sentence)],
  };
}

/** The tag is where the intent wanted it: what it was on becomes history, and what follows from a rollback is noted. */
function pointing(record: TagRecord, rule: PromotionRule, intent: Intent, now: EpochMs): TagRecord {
  const { conflict: _, current: before, ...rest } = record;
  const { digest, pushedAt, by } = intent;
  const current: Pointed = { digest, pushedAt, at: now, by };
  const kept = { ...rest, current, candidates: rest.candidates.filter((one) => one.digest !== digest) };
  const changed =
    before === undefined ? kept : leaving({ ...kept, current: before }, current, intent.rejects);
  const services = rule.deploy.map(({ cluster, service }) => `${cluster}/${service}`);
  if (services.length === 0 || intent.kind === 'healing') return changed;
  return { ...changed, deploying: { digest, services, since: now } };
}

/**
 * The record when its tag has gone from `record.current` to `to`. `rejects`: somebody chose to leave the image, so that
 * the rule does not go back to it.
 */
export function leaving(record: TagRecord, to: Pointed, rejects: boolean): TagRecord {
  const { current: left, newerThan, ...rest } = record;
  if (left === undefined || left.digest === to.digest) return { ...record, current: to };
  const others = record.history.filter(({ digest }) => digest !== to.digest && digest !== left.digest);
  const rejected = record.rejected.filter(
    (digest) => digest !== to.digest && !(rejects && digest === left.digest),
  );
  const floor = rejects ? Math.max(left.pushedAt ?? 0, newerThan ?? 0) : (newerThan ?? 0);
  const overtaken = (to.pushedAt ?? 0) > floor;
  return {
    ...rest,
    current: to,
    history: [...others, left].slice(-REMEMBERED),
    rejected: rejects ? [...rejected, left.digest].slice(-REMEMBERED) : rejected,
    ...(floor === 0 || overtaken ? {} : { newerThan: floor }),
  };
}

const failed = (reason: RetaggingReason, sentence: string): Finding => ({
  reason,
  outcome: 'failed',
  sentence,
});

/** The journal's reason for an AWS error, by its code in lib/aws/explain.ts. */
const refusalOf = (code: string): RetaggingReason =>
  code === 'aws-access-denied' ? 'access-denied' : 'action-refused';
