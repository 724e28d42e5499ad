import type { Amounts, Workload } from '../placement/model.ts';
import type { GroupView } from './view.ts';

/** Tasks that have no instance, or will lose theirs and find no other. */
export interface Waiting {
  readonly workload: Workload;
  readonly count: number;
}

/**
 * Whether a new instance of the group could take such a task. Placement constraints are not asked: it is better to keep
 * an instance too long than to remove one while scale-out adds another.
 */
export function couldTake(group: GroupView, { needs, providers }: Workload): boolean {
  if (providers !== undefined && (group.provider === undefined || !providers.includes(group.provider))) {
    return false;
  }
  return group.types.length === 0 || group.types.some(({ registered }) => holds(registered, needs));
}

const holds = (there: Amounts, needed: Amounts) =>
  needed.cpu <= there.cpu &&
  needed.memory <= there.memory &&
  needed.gpu <= there.gpu &&
  needed.enis <= there.enis;
