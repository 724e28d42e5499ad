import Range from 'semver/classes/range.js';
import type SemVer from 'semver/classes/semver.js';
import parse from 'semver/functions/parse.js';
import type { PromotionRule, TagSource } from './policy.ts';
import type { RepositoryView } from './snapshot.ts';

/** Tags that cosign hangs on a digest; they are not releases, whatever a glob says. */
const ATTACHED = /^sha256-[0-9a-f]{64}(\.|$)/;

const ranges = new Map<string, Range>();

/** Throws semver's TypeError for what is not a range; the policy loader has seen to that. */
function rangeOf(text: string): Range {
  const known = ranges.get(text);
  if (known) return known;
  const range = new Range(text);
  ranges.set(text, range);
  return range;
}

/** Whether images under this tag are meant. Prereleases are within a range only if it names one (npm's semver). */
export function matches(source: TagSource, tag: string): boolean {
  switch (source.kind) {
    case 'exact':
      return source.tag === tag;
    case 'glob':
      return !ATTACHED.test(tag) && matchesGlob(source.pattern, tag);
    case 'semver': {
      const version = versionOf(tag);
      return version !== null && rangeOf(source.range).test(version);
    }
    default:
      return source satisfies never;
  }
}

/** `*` stands for any characters, none included; nothing else is special, as in ECR's own filters. */
export function matchesGlob(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}

/** The version that a tag is, with or without `v`; null: none, such as `1.2` or `latest`. */
export const versionOf = (tag: string): SemVer | null => parse(tag);

/** One destination tag and the id of its record. */
export interface Destination {
  readonly id: string;
  readonly repository: string;
  readonly tag: string;
  readonly region: string | null;
}

export const destinationsOf = ({ destination }: Pick<PromotionRule, 'destination'>): Destination[] =>
  destination.tags.map((tag) => {
    const { repository, region } = destination;
    return { id: recordId(repository, tag, region), repository, tag, region };
  });

/** `REPOSITORY:TAG`, with `@REGION` when that is another one than the deployment's. */
export const recordId = (repository: string, tag: string, region: string | null): string =>
  `${repository}:${tag}${region === null ? '' : `@${region}`}`;

/**
 * Whether ECR refuses to move this tag. The exclusions of a repository invert its mode for the tags they match
 * (PutImageTagMutability, ECR API reference).
 */
export function isImmutable({ mutability, exclusions }: RepositoryView, tag: string): boolean {
  const excluded = exclusions.some((pattern) => matchesGlob(pattern, tag));
  switch (mutability) {
    case 'MUTABLE':
      return false;
    case 'IMMUTABLE':
      return true;
    case 'IMMUTABLE_WITH_EXCLUSION':
      return !excluded;
    case 'MUTABLE_WITH_EXCLUSION':
      return excluded;
    default:
      return mutability satisfies never;
  }
}

/** A digest for a sentence: as many characters as docker shows. */
export const short = (digest: string): string => digest.slice(0, 'sha256:'.length + 12);
