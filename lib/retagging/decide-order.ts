import { type EpochMs, HOUR, MINUTE, utc } from '../clock.ts';
import { OTHERS } from './current.ts';
import type { Finding, Need, TagDecision } from './decision.ts';
import { evaluateGates } from './gates.ts';
import { hindrance, intending, isCopied, isNewer, type Situation } from './intent.ts';
import { versionAmong } from './order.ts';
import type { OrderKept, TagRecord } from './record.ts';
import type { ImageView } from './snapshot.ts';
import { short } from './tags.ts';

/** What becomes of an order now. */
export type OrderDecision =
  | { readonly kind: 'act'; readonly decision: TagDecision }
  | { readonly kind: 'needs'; readonly needs: readonly Need[] }
  /** It stays in the record. */
  | { readonly kind: 'wait'; readonly finding: Finding; readonly lookAt?: EpochMs }
  /** Carried out already, or it cannot be. */
  | { readonly kind: 'over'; readonly finding: Finding; readonly accepted?: string };

type Order<Verb extends OrderKept['verb']> = Extract<OrderKept, { readonly verb: Verb }>;

/** Nobody expects an order of yesterday to be carried out any more. */
export const ORDER_LIFE = 24 * HOUR;

/** Decides on the order of the record. Pure. */
export function decideOrder(
  situation: Situation,
  { order, by, at }: NonNullable<TagRecord['order']>,
): OrderDecision {
  const { record, now } = situation;
  if (now - at > ORDER_LIFE) {
    const sentence = `${record.id}: the order to ${order.verb} by ${by} of ${utc(at)} could not be carried out within a day and is dropped. Give it again.`;
    return over('order-not-applicable', 'refused', sentence);
  }
  return order.verb === 'promote'
    ? decidePromotion(situation, order, `order by ${by}`)
    : decideRollback(situation, order, `order by ${by}`);
}

function decidePromotion(
  situation: Situation,
  { image: wanted, skipGates }: Order<'promote'>,
  by: string,
): OrderDecision {
  const { record, rule, snapshot, now } = situation;
  const image =
    snapshot.images.find(({ digest }) => digest === wanted) ??
    snapshot.images.find(({ tags }) => tags.includes(wanted));
  if (image === undefined) {
    const sentence = `${record.id}: ${rule.repository} has no image ${wanted}, so the ${by} is dropped. Give the digest, or a tag of that repository.`;
    return over('order-not-applicable', 'refused', sentence);
  }
  const unfit = unfitOf(situation, image, by);
  if (unfit) return unfit;
  const gates = skipGates ? { open: true } : evaluateGates(image, rule, record, snapshot, now);
  if ('needs' in gates) return { kind: 'needs', needs: gates.needs };
  if ('finding' in gates) {
    const { finding, lookAt } = gates;
    if (finding.outcome === 'refused') return { kind: 'over', finding };
    return { kind: 'wait', finding, ...(lookAt === undefined ? {} : { lookAt }) };
  }
  const { digest, pushedAt } = image;
  const left = situation.on ?? record.current;
  const rank = { digest, pushedAt, version: versionAmong(image.tags, rule) };
  const sentence = `${record.id}: from ${onto(situation)} to ${short(digest)} (${wanted}), by ${by}${skipGates ? ', past the gates' : ''}.`;
  const decision = intending(
    withoutOrder(situation),
    {
      kind: 'order',
      digest,
      pushedAt,
      sourceTag: wanted === digest ? null : wanted,
      copy: isCopied(rule),
      // The rule would otherwise go back to what it takes for newer.
      rejects: left !== undefined && (rule.allowOlder || !isNewer(rank, left, situation)),
      by,
    },
    acted('promoted', sentence, situation, digest),
  );
  return { kind: 'act', decision };
}

function decideRollback(situation: Situation, { to }: Order<'rollback'>, by: string): OrderDecision {
  const { record, rule, snapshot } = situation;
  const { kept, images } = snapshot;
  if (kept === undefined) return { kind: 'needs', needs: [{ kind: 'kept' }] };
  const image =
    to === null
      ? lastGood(situation, kept)
      : (kept.find(({ digest }) => digest === to) ?? images.find(({ digest }) => digest === to));
  if (image === undefined) {
    const why =
      to === null
        ? 'nothing that the tag was on before still exists and was not rolled back from'
        : `${to} is not there`;
    const sentence = `${record.id}: ${why}, so the ${by} to roll back is dropped. Order \`promote\` with the digest of an image that exists.`;
    return over('nothing-to-roll-back-to', 'refused', sentence);
  }
  const unfit = unfitOf(situation, image, by);
  if (unfit) return unfit;
  const { digest } = image;
  const pushedAt = record.history.find((one) => one.digest === digest)?.pushedAt ?? image.pushedAt;
  const sentence = `${record.id}: back from ${onto(situation)} to ${short(digest)}, by ${by}. The rule promotes only what was pushed later than what is left, until \`release\` is ordered.`;
  const copy = isCopied(rule) && !kept.includes(image);
  const decision = intending(
    withoutOrder(situation),
    { kind: 'rollback', digest, pushedAt, sourceTag: null, copy, rejects: true, by },
    acted('rolled-back', sentence, situation, digest),
  );
  return { kind: 'act', decision };
}

/**
 * The last that the tag was on before and that can still be pulled. What was rolled back from, or passed over when it was,
 * is no way back; unless somebody else has moved the tag since, and this is to undo it.
 */
function lastGood({ record, on }: Situation, kept: readonly ImageView[]): ImageView | undefined {
  const left = on ?? record.current;
  const undoesOthers = left?.by === OTHERS;
  for (const { digest, pushedAt } of record.history.toReversed()) {
    const passedOver = record.newerThan !== undefined && (pushedAt ?? 0) > (left?.pushedAt ?? 0);
    if (digest === left?.digest) continue;
    if (!undoesOthers && (passedOver || record.rejected.includes(digest))) continue;
    const image = kept.find((one) => one.digest === digest && one.status !== 'ARCHIVED');
    if (image) return image;
  }
  return undefined;
}

function unfitOf(situation: Situation, image: ImageView, by: string): OrderDecision | undefined {
  const { record, on, now } = situation;
  const { digest, status } = image;
  const what = `${record.id}: ${short(digest)}`;
  if (on?.digest === digest) {
    const sentence = `${record.id} is on ${short(digest)} already, so the ${by} asks for nothing.`;
    return over('already-there', 'done', sentence, digest);
  }
  if (status === 'ARCHIVED') {
    const sentence = `${what} is archived, so that it cannot be pulled, and the ${by} is dropped. Restore it with UpdateImageStorageClass and order it again.`;
    return over('archived', 'refused', sentence);
  }
  if (status === 'ACTIVATING') {
    const sentence = `${what} is being restored from the archive; the ${by} waits for that.`;
    const finding: Finding = { reason: 'activating', outcome: 'held', sentence };
    return { kind: 'wait', finding, lookAt: now + MINUTE };
  }
  const hindered = hindrance(situation, image, true);
  return hindered && { kind: 'over', finding: hindered };
}

const over = (
  reason: Finding['reason'],
  outcome: Finding['outcome'],
  sentence: string,
  accepted?: string,
): OrderDecision => ({
  kind: 'over',
  finding: { reason, outcome, sentence },
  ...(accepted === undefined ? {} : { accepted }),
});

function acted(reason: Finding['reason'], sentence: string, { on }: Situation, digest: string): Finding {
  return { reason, outcome: 'acted', sentence, facts: { digest, ...(on ? { previous: on.digest } : {}) } };
}

const onto = ({ on }: Situation) => (on ? short(on.digest) : 'nothing');

function withoutOrder(situation: Situation): Situation {
  const { order: _, ...record } = situation.record;
  return { ...situation, record };
}
