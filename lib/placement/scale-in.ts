import type { Placed, Strategy, Workload } from './model.ts';
import type { Packing } from './packing.ts';
import { keepLowest, type Ties } from './strategies.ts';

const ZONE = 'attribute:ecs.availability-zone';

/**
 * Which of these tasks ECS would stop when the service wants one fewer; undefined of none. The caller leaves out
 * tasks that may not be stopped, as by task scale-in protection. The packing is only read.
 *
 * binpack: the task whose instance would be left with the most free ("This task is on the container instance with the
 * most amount of remaining resources after the task is terminated"). spread: balance between zones first, whatever the
 * field (Developer Guide, "Use strategies to define Amazon ECS task placement"), then the value with the most tasks
 * ("favoring container instances with the largest number of running tasks for this service", "Update Amazon ECS service
 * parameters"). What remains equal is left to `ties`.
 */
export function chooseToStop(
  packing: Packing,
  workload: Workload,
  tasks: readonly Placed[],
  ties: Ties,
): Placed | undefined {
  const left = [...tasks];
  let count = left.length;
  for (const strategy of workload.strategies) {
    if (strategy.type === 'random') break;
    for (const rank of ranks(packing, workload, strategy)) count = keepLowest(left, count, rank);
  }
  return left[count <= 1 ? 0 : ties(count)];
}

/** By each, the lowest is stopped first. */
function ranks(
  packing: Packing,
  { group }: Workload,
  strategy: Exclude<Strategy, { type: 'random' }>,
): readonly ((task: Placed) => number)[] {
  if (strategy.type === 'binpack') {
    const { field } = strategy;
    return [(task) => -((packing.bins.get(task.host)?.free[field] ?? 0) + task.workload.needs[field])];
  }
  return [ZONE, strategy.field].map((field) => {
    const alike = packing.countsBy(field).of(group);
    return (task: Placed) => {
      const bin = packing.bins.get(task.host);
      return bin === undefined ? 0 : -alike(bin);
    };
  });
}
