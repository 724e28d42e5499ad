import type { EpochMs } from '../clock.ts';
import type { Finding } from './decision.ts';
import type { Heard, Notice, Order } from './notice.ts';
import type { PromotionRule } from './policy.ts';
import type { TagRecord } from './record.ts';
import { type Destination, matches, short } from './tags.ts';

type Push = Extract<Notice, { readonly kind: 'push' }>;
type Ordered = Extract<Notice, { readonly kind: 'order' }>;

/** A record with its inbox taken in. */
export interface TakenIn {
  readonly record: TagRecord;
  /** Whether anything asks for a look now. */
  readonly news: boolean;
  readonly findings: readonly Finding[];
}

const REMEMBERED_EVENTS = 50;
const MOST_CANDIDATES = 20;
const MOST_APPROVALS = 20;

export const newTagRecord = (rule: PromotionRule, { id, repository, tag }: Destination): TagRecord => ({
  id,
  rule: rule.id,
  repository,
  tag,
  history: [],
  candidates: [],
  rejected: [],
  approvals: [],
  seen: [],
  warned: {},
});

/** Takes notices in, in the order in which they came. Pure. What they claim is looked up afterwards. */
export function takeIn(record: TagRecord, inbox: readonly Heard[], rule: PromotionRule): TakenIn {
  let taken: TakenIn = { record, news: false, findings: [] };
  for (const { notice } of inbox) taken = takeInOne(taken, notice, rule);
  return taken;
}

function takeInOne(before: TakenIn, notice: Notice, rule: PromotionRule): TakenIn {
  const { triggers, gates } = rule;
  switch (notice.kind) {
    case 'push':
      return once(before, notice.eventId, () => takeInPush(before, notice, rule));
    case 'order':
      return once(before, notice.eventId, () => takeInOrder(before, notice));
    case 'scan':
      // Its push may have been lost. The digest of an index's child is found to have no matching tag, and goes again.
      return triggers.scan || gates.scan
        ? { ...before, record: withCandidate(before.record, notice.digest, null, notice.at), news: true }
        : before;
    case 'deployment':
      return { ...before, news: before.news || triggers.deployment || gates.running !== null };
    case 'removed':
    case 'tick':
      return { ...before, news: true };
    default:
      return notice satisfies never;
  }
}

/** EventBridge delivers at least once, and a rule may fire twice for one event (EventBridge user guide). */
function once(before: TakenIn, eventId: string, take: () => TakenIn): TakenIn {
  const { record, findings } = before;
  if (record.seen.includes(eventId)) {
    const sentence = `${record.id}: event ${eventId} has been handled before; nothing is done twice.`;
    return {
      ...before,
      findings: [...findings, { reason: 'event-repeated', outcome: 'ignored', sentence }],
    };
  }
  const taken = take();
  const seen = [...taken.record.seen, eventId].slice(-REMEMBERED_EVENTS);
  return { ...taken, record: { ...taken.record, seen } };
}

function takeInPush(before: TakenIn, push: Push, rule: PromotionRule): TakenIn {
  const { record, findings } = before;
  const { repository, tag, digest } = push;
  const { destination } = rule;
  if (repository === destination.repository && destination.region === null && tag === record.tag) {
    const ours = digest === record.current?.digest || digest === record.intent?.digest;
    const sentence = `${record.id}: the event of our own write to ${short(digest)}; it is looked whether that still holds.`;
    const finding: Finding = { reason: 'own-write', outcome: 'ignored', sentence };
    return { record, news: true, findings: ours ? [...findings, finding] : findings };
  }
  if (repository === rule.repository && tag !== null && matches(rule.source, tag)) {
    const taken = withCandidate(record, digest, tag, push.at);
    return { ...before, record: taken, news: before.news || rule.triggers.push };
  }
  if (repository === rule.repository && maySign(push, rule, record)) return { ...before, news: true };
  // Children of an index and pushes by digest have no tag; a tag that is given to one later has an event of its own.
  const what = tag === null ? `${short(digest)} was pushed without a tag` : `the tag ${tag} was pushed`;
  const sentence = `${record.id}: ${what}, which the rule does not take.`;
  const finding: Finding = { reason: 'no-matching-image', outcome: 'ignored', sentence };
  return { ...before, findings: [...findings, finding] };
}

/** Signatures come without a tag, or under one that names the digest, and after the image that waits for them. */
function maySign({ tag }: Push, { gates }: PromotionRule, { candidates }: TagRecord): boolean {
  if (!gates.signature) return false;
  if (tag === null) return candidates.length > 0;
  return candidates.some(({ digest }) => tag.startsWith(digest.replace(':', '-')));
}

/** The newest knowledge of a digest counts, and it then is the last. */
function withCandidate(record: TagRecord, digest: string, tag: string | null, at: EpochMs): TagRecord {
  const known = record.candidates.find((one) => one.digest === digest);
  const others = record.candidates.filter((one) => one !== known);
  const candidate = { digest, tag: tag ?? known?.tag ?? null, at };
  return { ...record, candidates: [...others, candidate].slice(-MOST_CANDIDATES) };
}

function takeInOrder(before: TakenIn, { order, by, at }: Ordered): TakenIn {
  const { record, findings } = before;
  const heard = (next: TagRecord, finding?: Finding): TakenIn => ({
    record: next,
    news: true,
    findings: finding ? [...findings, finding] : findings,
  });
  switch (order.verb) {
    case 'promote':
    case 'rollback': {
      const kept = { ...record, order: { order, by, at } };
      return heard(kept, record.order ? supersededBy(record, order, by) : undefined);
    }
    case 'approve': {
      const others = record.approvals.filter(({ digest }) => digest !== order.digest);
      const approvals = [...others, { digest: order.digest, by, at }].slice(-MOST_APPROVALS);
      const sentence = `${record.id}: ${by} has approved ${order.digest}.`;
      // Its push may have been lost, as that of a scan.
      const named = withCandidate({ ...record, approvals }, order.digest, null, at);
      return heard(named, { reason: 'approved', outcome: 'done', sentence });
    }
    case 'release': {
      const { newerThan: _, ...rest }: TagRecord = record;
      const left = record.rejected.map(short).join(', ') || 'nothing';
      const sentence = `${record.id}: ${by} has released what was rolled back from (${left}); the rule may promote it again.`;
      const named = record.rejected.reduce((one, digest) => withCandidate(one, digest, null, at), rest);
      return heard({ ...named, rejected: [] }, { reason: 'released', outcome: 'done', sentence });
    }
    default:
      return order satisfies never;
  }
}

function supersededBy({ id, order: old }: TagRecord, { verb }: Order, by: string): Finding {
  const sentence = `${id}: the order to ${old?.order.verb} by ${old?.by} had not been carried out, and gives way to the order to ${verb} by ${by}.`;
  return { reason: 'order-not-applicable', outcome: 'refused', sentence };
}
