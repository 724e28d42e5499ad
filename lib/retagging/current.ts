import { type EpochMs, SECOND, utc } from '../clock.ts';
import type { Finding } from './decision.ts';
import { leaving, settleTag } from './outcome.ts';
import type { PromotionRule } from './policy.ts';
import type { Pointed, TagRecord } from './record.ts';
import type { ImageView, TagSnapshot } from './snapshot.ts';
import { short } from './tags.ts';

/** What the tag is on, set against what the record believes. */
export type Present =
  | {
      readonly kind: 'known';
      readonly record: TagRecord;
      /** Null: there is no such tag. */
      readonly on: Pointed | null;
      readonly findings: readonly Finding[];
    }
  /** What was read may be from before our own write. */
  | { readonly kind: 'doubtful'; readonly lookAt: EpochMs; readonly finding: Finding };

/** A read so soon after our write that shows what was there before may be an old answer, and not somebody's doing. */
const OWN_WRITE_SHOWS = 30 * SECOND;

/** Takes over what the destination tag is on: our own write, somebody else's, or nothing any more. */
export function takeOver(
  record: TagRecord,
  rule: PromotionRule,
  snapshot: TagSnapshot,
  now: EpochMs,
): Present {
  const { destination } = snapshot;
  const { current, intent } = record;
  if (destination === 'absent') return { kind: 'known', record, on: null, findings: [] };
  if (intent && intent.digest === destination.digest) return written(record, rule, now);
  if (current === undefined) return adopted(record, destination, snapshot, now);
  if (current.digest === destination.digest) return known(record, current);
  const before = record.history.at(-1);
  if (current.by !== OTHERS && now - current.at < OWN_WRITE_SHOWS && before?.digest === destination.digest) {
    const sentence = `${record.id} shows ${short(destination.digest)}, which it was on before our write of ${utc(current.at)}. It is looked at again, in case that answer was an old one.`;
    const finding: Finding = { reason: 'own-write', outcome: 'held', sentence };
    return { kind: 'doubtful', lookAt: current.at + OWN_WRITE_SHOWS, finding };
  }
  return moved(record, destination, snapshot, now);
}

/** In `Pointed.by`: neither a rule of ours nor an order. */
export const OTHERS = 'others';

const known = (record: TagRecord, on: Pointed, findings: readonly Finding[] = []): Present => ({
  kind: 'known',
  record,
  on,
  findings,
});

/** The write was carried out, but its end was not recorded. */
function written(record: TagRecord, rule: PromotionRule, now: EpochMs): Present {
  const settled = settleTag(record, rule, { result: 'already', call: 'ECR:DescribeImages' }, now).record;
  const { current = null } = settled;
  const sentence = `${record.id} is on ${short(current?.digest ?? '')}, as was decided ${utc(record.intent?.at ?? now)}; that it was done had not been recorded.`;
  const finding: Finding = { reason: 'intent-replayed', outcome: 'done', sentence };
  return { kind: 'known', record: settled, on: current, findings: [finding] };
}

function adopted(record: TagRecord, image: ImageView, snapshot: TagSnapshot, now: EpochMs): Present {
  const on = pointedAt(image, snapshot, now);
  const next = { ...record, current: on };
  // The first look ever: there was nothing that it could have been moved from.
  if (record.history.length === 0) return known(next, on);
  const sentence = `${record.id} was deleted, and somebody else has given it to ${short(on.digest)}.`;
  return known(next, on, [{ reason: 'moved-by-others', outcome: 'done', sentence }]);
}

function moved(record: TagRecord, image: ImageView, snapshot: TagSnapshot, now: EpochMs): Present {
  const { intent: _, ...rest } = record;
  const on = pointedAt(image, snapshot, now);
  const next = leaving(rest, on, true);
  const from = short(record.current?.digest ?? '');
  const sentence = `${record.id} was moved from ${from} to ${short(on.digest)} by somebody else. That is left alone until something newer is pushed, or \`release\` is ordered.`;
  const finding: Finding = { reason: 'moved-by-others', outcome: 'done', sentence };
  return known(next, on, [finding]);
}

/** The source's image has the time that counts: a copy was pushed when it was copied. */
function pointedAt({ digest, pushedAt }: ImageView, { images }: TagSnapshot, now: EpochMs): Pointed {
  const inSource = images.find((image) => image.digest === digest);
  return { digest, pushedAt: inSource?.pushedAt ?? pushedAt, at: now, by: OTHERS };
}
