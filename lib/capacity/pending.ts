import { mayUse } from '../placement/constraints.ts';
import type { Workload } from '../placement/model.ts';
import { hasRoom } from '../placement/packing.ts';
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
export function couldTake(group: GroupView, workload: Workload): boolean {
  if (!mayUse(group.provider, workload)) return false;
  return (
    group.types.length === 0 || group.types.some(({ registered }) => hasRoom(registered, workload.needs))
  );
}
