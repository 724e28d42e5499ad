import { type EpochMs, HOUR } from '../../lib/clock.ts';
import { indexesOf } from './images.ts';
import { invalid } from './lookup.ts';
import type { Image, Repository, Verdict } from './model.ts';
import { wildcard } from './mutability.ts';

const MOST_CHARACTERS = 30_720;

interface Rule {
  readonly rulePriority: number;
  readonly selection: {
    readonly tagStatus: 'tagged' | 'untagged' | 'any';
    readonly tagPrefixList?: readonly string[];
    readonly tagPatternList?: readonly string[];
    readonly storageClass?: 'standard' | 'archive';
    readonly countType:
      | 'imageCountMoreThan'
      | 'sinceImagePushed'
      | 'sinceImagePulled'
      | 'sinceImageTransitioned';
    readonly countNumber: number;
  };
  readonly action: { readonly type: 'expire' | 'transition' };
}

/**
 * What a lifecycle policy would do now. User guide, "Lifecycle policy evaluation rules": rules by priority; the oldest
 * first by time of push, which a retag does not change; an image that an earlier rule selects is out of reach of the
 * later ones, but counts for them; of several prefixes or patterns all must match; what an index refers to stays, and
 * so does an artifact whose subject is there.
 * @throws ApiError InvalidParameterException if the text is not a policy
 */
export function evaluate(repository: Repository, policyText: string, now: EpochMs): readonly Verdict[] {
  const rules = parse(policyText);
  const youngestFirst = [...repository.images.values()].sort(
    (a, b) => b.pushedAt - a.pushedAt || b.order - a.order,
  );
  const claimed = new Set<Image>();
  const verdicts: Verdict[] = [];
  for (const { selection, rulePriority, action } of rules) {
    const selected = youngestFirst.filter((image) => selects(selection, image));
    for (const image of due(selection, selected, now)) {
      if (claimed.has(image) || isHeld(repository, image)) continue;
      verdicts.push({
        order: image.order,
        image,
        action: action.type === 'expire' ? 'EXPIRE' : 'TRANSITION',
        rulePriority,
        tags: [...image.tags],
      });
    }
    for (const image of selected) claimed.add(image);
  }
  return verdicts.sort((a, b) => a.order - b.order);
}

function selects(selection: Rule['selection'], image: Image): boolean {
  const { tagStatus, tagPrefixList = [], tagPatternList = [], storageClass = 'standard' } = selection;
  if ((image.status === 'ARCHIVED') !== (storageClass === 'archive')) return false;
  const tags = [...image.tags];
  switch (tagStatus) {
    case 'any':
      return true;
    case 'untagged':
      return tags.length === 0;
    case 'tagged':
      return (
        tags.length > 0 &&
        tagPrefixList.every((prefix) => tags.some((tag) => tag.startsWith(prefix))) &&
        tagPatternList.every((pattern) => tags.some((tag) => wildcard(pattern).test(tag)))
      );
    default:
      return tagStatus satisfies never;
  }
}

function due({ countType, countNumber }: Rule['selection'], images: readonly Image[], now: EpochMs) {
  const isOld = (at: EpochMs | undefined) => at !== undefined && at <= now - countNumber * 24 * HOUR;
  switch (countType) {
    case 'imageCountMoreThan':
      return images.slice(countNumber);
    case 'sinceImagePushed':
      return images.filter(({ pushedAt }) => isOld(pushedAt));
    case 'sinceImagePulled':
      return images.filter(({ pulledAt, pushedAt }) => isOld(pulledAt ?? pushedAt));
    case 'sinceImageTransitioned':
      return images.filter(({ archivedAt }) => isOld(archivedAt));
    default:
      return countType satisfies never;
  }
}

function isHeld(repository: Repository, { digest, manifest }: Image): boolean {
  const subject = manifest.subject?.digest;
  return (
    indexesOf(repository, digest).length > 0 || (subject !== undefined && repository.images.has(subject))
  );
}

function parse(text: string): readonly Rule[] {
  if (text.length > MOST_CHARACTERS) throw malformed(`more than ${MOST_CHARACTERS} characters`);
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw malformed('not JSON');
  }
  const rules = typeof policy === 'object' && policy !== null && 'rules' in policy ? policy.rules : undefined;
  if (!Array.isArray(rules) || rules.length === 0) throw malformed('no rules');
  for (const rule of rules) if (!isRule(rule)) throw malformed(`not a rule: ${JSON.stringify(rule)}`);
  return rules.filter(isRule).sort((a, b) => a.rulePriority - b.rulePriority);
}

/** As far as an evaluation needs it; the scenario's policies are otherwise taken at their word. */
function isRule(rule: unknown): rule is Rule {
  if (typeof rule !== 'object' || rule === null) return false;
  if (!('rulePriority' in rule) || typeof rule.rulePriority !== 'number') return false;
  if (!('selection' in rule) || typeof rule.selection !== 'object' || rule.selection === null) return false;
  if (!('action' in rule) || typeof rule.action !== 'object' || rule.action === null) return false;
  const { selection } = rule;
  if (!('tagStatus' in selection) || !('countType' in selection)) return false;
  if (!('countNumber' in selection) || typeof selection.countNumber !== 'number') return false;
  // A rule for tagged images names prefixes or patterns: user guide, "Lifecycle policy properties".
  return selection.tagStatus !== 'tagged' || 'tagPrefixList' in selection || 'tagPatternList' in selection;
}

const malformed = (why: string) =>
  invalid('LifecyclePolicyText', `Lifecycle policy validation failure: ${why}`);
