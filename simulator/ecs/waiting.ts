import type { Random } from '../random.ts';
import type { Capacity, Cluster, ContainerInstance, Service, Task } from './model.ts';
import { placeOne, placer } from './placement.ts';
import { nextProvider } from './strategy.ts';

/** API reference, "Amazon ECS service quotas": tasks in the PROVISIONING state per cluster. */
const MOST_WAITING = 500;

/**
 * The capacity provider for whose instances a task waits, PROVISIONING. Only with managed scaling on: without it tasks
 * that find no room fail at once (AWS blog, "Deep dive on Amazon ECS cluster auto scaling").
 */
export function awaitedProvider(
  cluster: Cluster,
  { strategy }: Capacity,
  alike: Iterable<Task>,
): string | undefined {
  if (strategy === undefined || cluster.waiting.size >= MOST_WAITING) return undefined;
  const counts = new Map<string, number>();
  for (const { provider, desiredStatus } of alike) {
    if (provider !== undefined && desiredStatus === 'RUNNING') {
      counts.set(provider, (counts.get(provider) ?? 0) + 1);
    }
  }
  const name = nextProvider(strategy, counts);
  return cluster.capacityProviders.get(name)?.managedScaling === true ? name : undefined;
}

type Assign = (task: Task, instance: ContainerInstance) => void;

/** Gives the service's waiting tasks the instances that have come. */
export function assignOfService(service: Service, random: Random, assign: Assign): void {
  for (const task of [...service.cluster.waiting]) {
    if (task.service !== service) continue;
    const { definition } = task;
    const instance = placer(service, { definition, capacity: onlyOf(task) }, random)();
    if (instance !== undefined) assign(task, instance);
  }
}

/** The same of tasks that are nobody's. */
export function assignStandalone(cluster: Cluster, random: Random, assign: Assign): void {
  for (const task of [...cluster.waiting]) {
    if (task.service !== undefined) continue;
    const { definition, group, asked } = task;
    const { constraints = [], strategies = [] } = asked ?? {};
    const alike = tasksOfGroup(cluster, group);
    const capacity = onlyOf(task);
    const instance = placeOne({ cluster, definition, capacity, constraints, strategies, alike }, random);
    if (instance !== undefined) assign(task, instance);
  }
}

export function tasksOfGroup(cluster: Cluster, group: string): Task[] {
  return [...cluster.tasks.values()].filter((task) => task.group === group && task.lastStatus !== 'STOPPED');
}

const onlyOf = ({ provider = '' }: Task): Capacity => ({
  strategy: [{ capacityProvider: provider, base: 0, weight: 1 }],
});
