import { type Aim, aimsOf } from '../../lib/retagging/dependencies.ts';
import type { RetaggingPolicy } from '../../lib/retagging/policy.ts';
import { recordId } from '../../lib/retagging/tags.ts';
import { BadInput } from '../command.ts';
import type { CommonOptions } from './options.ts';

/**
 * The destination tags of the policy that are meant. Without a Region that is the tag of the deployment's if there is
 * one, else all of that name, as for an order by an event. Throws `BadInput` that names what there is.
 */
export function aimsAt(
  policy: RetaggingPolicy,
  { repository, tag }: { readonly repository: string; readonly tag: string },
  { tagRegion, policyFile, place }: CommonOptions,
): readonly Aim[] {
  const all = [...aimsOf(policy).values()];
  if (all.length === 0) {
    throw new BadInput(`${policyFile} gives no tags: it has no repositories under retagging.`);
  }
  const named = all.filter(
    ({ destination }) => destination.repository === repository && destination.tag === tag,
  );
  const there = named.filter(
    ({ destination }) => (destination.region ?? place.region) === (tagRegion ?? place.region),
  );
  const aims = there.length === 0 && tagRegion === null ? named : there;
  if (aims.length > 0) return aims;
  const ids = all.map(({ destination }) => destination.id);
  throw new BadInput(
    `${policyFile} gives no tag ${recordId(repository, tag, tagRegion)}, only ${ids.join(', ')}.`,
  );
}

/** Throws `BadInput` if the tags are given to images of another repository than this. */
export function checkSource(aims: readonly Aim[], repository: string): void {
  for (const { rule, destination } of aims) {
    if (rule.repository === repository) continue;
    throw new BadInput(
      `${destination.id} is given to images of ${rule.repository}, by rule ${rule.id}, not to those of ${repository}.`,
    );
  }
}

/** `[REPOSITORY:]TAG`. */
export function destinationOf(to: string, repository: string): { repository: string; tag: string } {
  const at = to.lastIndexOf(':');
  return at === -1 ? { repository, tag: to } : { repository: to.slice(0, at), tag: to.slice(at + 1) };
}
