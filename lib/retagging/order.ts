import type SemVer from 'semver/classes/semver.js';
import compareVersions from 'semver/functions/compare.js';
import type { EpochMs } from '../clock.ts';
import type { PromotionRule } from './policy.ts';
import type { ImageView } from './snapshot.ts';
import { matches, versionOf } from './tags.ts';

/** An image's place among the others of its rule. */
export interface Rank {
  readonly digest: string;
  /** `imagePushedAt` in the source repository; null: unknown, before all others. */
  readonly pushedAt: EpochMs | null;
  /** The highest version among the tags that match; null: none of them is one. */
  readonly version: SemVer | null;
}

/** An image of the source, with the tag by which it is one. */
export interface Ranked extends Rank {
  readonly image: ImageView;
  readonly pushedAt: EpochMs;
  readonly tag: string;
}

type Ordering = Pick<PromotionRule, 'source' | 'order'>;

/** Those that match the source, the newest (or highest version) first. */
export function rankImages(images: readonly ImageView[], rule: Ordering): Ranked[] {
  return images
    .flatMap((image): Ranked[] => {
      const [tag] = matchingTags(image.tags, rule);
      if (tag === undefined) return [];
      return [{ image, tag, digest: image.digest, pushedAt: image.pushedAt, version: versionOf(tag) }];
    })
    .sort((a, b) => compareRanks(b, a, rule));
}

/** The highest version first; tags that are none come last. */
function matchingTags(tags: readonly string[], { source }: Ordering): string[] {
  const versions = tags
    .filter((tag) => matches(source, tag))
    .map((tag) => ({ tag, version: versionOf(tag) }));
  versions.sort((a, b) => {
    if (a.version && b.version) return compareVersions(b.version, a.version);
    return a.version ? -1 : b.version ? 1 : 0;
  });
  return versions.map(({ tag }) => tag);
}

/** The highest version among tags that match the source. */
export function versionAmong(tags: readonly string[], rule: Ordering): SemVer | null {
  const [tag] = matchingTags(tags, rule);
  return tag === undefined ? null : versionOf(tag);
}

/**
 * Below 0 when `a` comes before `b`. A retag does not change `imagePushedAt`, and events may come in any order
 * (aws/containers-roadmap#2746), so that nothing else tells which image is newer. It counts whole seconds: the digest
 * decides between images of the same one, so that every look finds the same.
 */
export function compareRanks(a: Rank, b: Rank, { order }: Pick<PromotionRule, 'order'>): number {
  if (order === 'highest-version' && a.version && b.version) {
    const byVersion = compareVersions(a.version, b.version);
    if (byVersion !== 0) return byVersion;
  }
  const byTime = (a.pushedAt ?? 0) - (b.pushedAt ?? 0);
  if (byTime !== 0) return byTime;
  return a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0;
}
