import { type EpochMs, MINUTE } from '../clock.ts';
import type { Heard, Notice } from './notice.ts';
import type { PromotionRule, RetaggingPolicy } from './policy.ts';
import type { TagRecord } from './record.ts';
import type { RepositoryRecord } from './repository-record.ts';
import type { Destination } from './tags.ts';
import { isRunDue } from './timing.ts';

export type ImageId = { readonly imageTag: string } | { readonly imageDigest: string };

/** What is to be read in one repository. */
export interface Wanted {
  /** All images that have tags. */
  readonly all: boolean;
  /** They exist, as far as we know: asked for in one call. */
  readonly certain: readonly ImageId[];
  /** They may not exist, and DescribeImages fails as a whole if one does not: asked for apart from the others. */
  readonly doubtful: readonly ImageId[];
  /** Asked for whatever has been listed: they may have no tag. */
  readonly untagged: readonly ImageId[];
}

export interface Question {
  readonly record: TagRecord;
  readonly rule: PromotionRule;
  readonly destination: Destination;
  /** What was heard since the last look. */
  readonly inbox: readonly Heard[];
  /** Whether all is compared, in case that events were lost. */
  readonly reconciling: boolean;
  readonly now: EpochMs;
}

/** As many as a record remembers: there may have been more, of which the newest is not among them. */
const MANY_CANDIDATES = 20;

/** What has to be read of the source repository for one tag. Pure. */
export function wantedOfSource({ record, rule, destination, inbox, reconciling, now }: Question): Wanted {
  const { source } = rule;
  const { candidates, order, current } = record;
  const isElsewhere = rule.repository !== destination.repository || destination.region !== null;
  const all =
    source.kind !== 'exact' &&
    (reconciling ||
      isRunDue(record, rule.triggers, now) ||
      candidates.length >= MANY_CANDIDATES ||
      inbox.some(({ notice }) => frees(notice)));
  const exact: ImageId[] = source.kind === 'exact' ? [{ imageTag: source.tag }] : [];
  const isThere =
    current !== undefined || candidates.some(({ tag }) => source.kind === 'exact' && tag === source.tag);
  const ordered = order?.order.verb === 'promote' ? order.order.image : (order?.order.to ?? null);
  const version = isElsewhere && rule.order === 'highest-version' && current ? [idOf(current.digest)] : [];
  return {
    all,
    certain: [...candidates.map(({ digest }) => idOf(digest)), ...(isThere ? exact : [])],
    doubtful: isThere ? [] : exact,
    untagged: [...(ordered === null ? [] : [idOf(ordered)]), ...version],
  };
}

/** What the tag is on. The record knows whether there is such a tag. */
export const wantedOfDestination = ({ record, destination: { tag } }: Question): Wanted => ({
  all: false,
  certain: record.current ? [{ imageTag: tag }] : [],
  doubtful: record.current ? [] : [{ imageTag: tag }],
  untagged: [],
});

/** Whether it may make the rule choose another image than those that are waiting. */
const frees = (notice: Notice): boolean =>
  notice.kind === 'removed' || (notice.kind === 'order' && notice.order.verb === 'release');

/** A digest or a tag, as an order names it. */
export const idOf = (name: string): ImageId =>
  name.startsWith('sha256:') ? { imageDigest: name } : { imageTag: name };

export function isReconcileDue(
  record: RepositoryRecord | undefined,
  { reconcileEveryMs }: RetaggingPolicy,
  now: EpochMs,
): boolean {
  // Ticks come a little early or late; what is due half a minute from now is not left for the tick after that.
  const { reconciledAt = Number.NEGATIVE_INFINITY } = record ?? {};
  return reconciledAt + reconcileEveryMs - MINUTE / 2 <= now;
}

/** Whether the one-minute tick has to look at the repository's tags at all. */
export const isLookDue = (
  record: RepositoryRecord | undefined,
  policy: RetaggingPolicy,
  now: EpochMs,
): boolean => isReconcileDue(record, policy, now) || (record?.lookAt ?? Number.POSITIVE_INFINITY) <= now;

/** The repository's record after a pass. `whole`: it was over all tags, so that only what it found out counts. */
export function afterPass(
  record: RepositoryRecord,
  {
    whole,
    reconciled,
    lookAt,
    now,
  }: {
    readonly whole: boolean;
    readonly reconciled: boolean;
    readonly lookAt: readonly EpochMs[];
    readonly now: EpochMs;
  },
): RepositoryRecord {
  const { lookAt: before, ...rest } = record;
  const moments = [...lookAt, ...(whole || before === undefined ? [] : [before])];
  return {
    ...rest,
    ...(reconciled && { reconciledAt: now }),
    ...(moments.length > 0 && { lookAt: Math.min(...moments) }),
  };
}
