import { type EpochMs, HOUR } from '../clock.ts';
import type { Finding, TagDecision } from './decision.ts';
import { compareRanks, type Rank, versionAmong } from './order.ts';
import type { PromotionRule } from './policy.ts';
import type { Intent, Pointed, TagRecord } from './record.ts';
import type { ImageView, TagSnapshot } from './snapshot.ts';
import { isImmutable } from './tags.ts';
import { MOST_TAGS } from './warnings.ts';

/** What there is to decide on, once it is known what the tag is on. */
export interface Situation {
  /** Without an intent. */
  readonly record: TagRecord;
  readonly rule: PromotionRule;
  readonly snapshot: TagSnapshot;
  /** Null: there is no such tag. */
  readonly on: Pointed | null;
  readonly now: EpochMs;
}

/** An immutable tag stays so until somebody changes its repository, which no event tells. */
const CONFLICT_HOLDS = 24 * HOUR;

/** The decision to give the tag to an image: the record with the intent, and the action that carries it out. */
export function intending(
  { record, now }: Situation,
  wanted: Omit<Intent, 'at'>,
  finding: Finding,
): TagDecision & { readonly next: TagRecord } {
  const intent: Intent = { ...wanted, at: now };
  return { next: { ...record, intent }, action: actionOf(intent), findings: [finding] };
}

export const actionOf = ({ digest, sourceTag, copy }: Intent): NonNullable<TagDecision['action']> => ({
  kind: 'put-tag',
  digest,
  sourceTag,
  copy,
});

/** Whether layers and children have to be copied: they belong to one repository of one Region. */
export const isCopied = ({ repository, destination }: PromotionRule): boolean =>
  repository !== destination.repository || destination.region !== null;

/** What ECR would answer no to, as far as that can be known beforehand. `ordered`: somebody asks for another try. */
export function hindrance(
  { record, snapshot, on, now }: Situation,
  image: Pick<ImageView, 'digest' | 'tags'>,
  ordered: boolean,
): Finding | undefined {
  const refused = (reason: Finding['reason'], why: string): Finding => ({
    reason,
    outcome: 'refused',
    sentence: `${record.id} is not given to ${image.digest}: ${why}`,
    facts: { digest: image.digest },
  });
  if (image.tags.length >= MOST_TAGS)
    return refused('too-many-tags', `it has ${image.tags.length} tags, and ECR allows no more. Untag some.`);
  if (on === null || on.digest === image.digest) return undefined;
  const { repository } = snapshot;
  const why =
    'the tag is immutable and on another image. Exclude it from immutability in the repository, or take it out of the policy.';
  if (repository) return isImmutable(repository, record.tag) ? refused('tag-immutable', why) : undefined;
  const { conflict } = record;
  const held = conflict?.current === on.digest && now - conflict.at < CONFLICT_HOLDS;
  return held && !ordered ? refused('tag-immutable', why) : undefined;
}

/** Where the image that the tag is on stands among those of the source. */
export function rankOf({ digest, pushedAt }: Pointed, { snapshot, rule }: Situation): Rank {
  const { destination, images } = snapshot;
  const there = destination !== 'absent' && destination.digest === digest ? destination.tags : [];
  const inSource = images.find((image) => image.digest === digest)?.tags ?? [];
  return { digest, pushedAt, version: versionAmong([...inSource, ...there], rule) };
}

/** Whether an image comes after the one that the tag is on. */
export const isNewer = (image: Rank, than: Pointed, situation: Situation): boolean =>
  compareRanks(image, rankOf(than, situation), situation.rule) > 0;
