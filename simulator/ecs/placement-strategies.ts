import type { Random } from '../random.ts';
import type { ContainerInstance, PlacementStrategy, Task } from './model.ts';

/** Picks instances by strategies, and keeps count of what has been placed. */
export interface Strategist {
  /** The best of these; undefined of none. */
  best(instances: readonly ContainerInstance[]): ContainerInstance | undefined;
  placed(instance: ContainerInstance): void;
}

/** Tasks by the value of a spread's field. */
type Counts = Map<string, number>;

/**
 * Each strategy leaves those that are best by it to the next (Developer Guide, "Use strategies to define Amazon ECS task
 * placement"); of those that are equal to the last one, any.
 */
export function strategist(
  strategies: readonly PlacementStrategy[],
  alike: Iterable<Task>,
  random?: Random,
): Strategist {
  const counts = new Map<string, Counts>();
  for (const strategy of strategies) {
    if (strategy.type === 'spread') counts.set(strategy.field, countsBy(strategy.field, alike));
  }
  return {
    best(instances) {
      let left = instances;
      for (const strategy of strategies) left = narrowed(left, strategy, counts);
      return anyOf(left, random);
    },
    placed(instance) {
      for (const [field, of] of counts) {
        const value = spreadValue(instance, field);
        of.set(value, (of.get(value) ?? 0) + 1);
      }
    },
  };
}

function narrowed(
  instances: readonly ContainerInstance[],
  strategy: PlacementStrategy,
  counts: ReadonlyMap<string, Counts>,
): readonly ContainerInstance[] {
  switch (strategy.type) {
    case 'binpack':
      return lowest(instances, (instance) => freeOf(instance, strategy.field));
    case 'spread':
      return lowest(
        instances,
        (instance) => counts.get(strategy.field)?.get(spreadValue(instance, strategy.field)) ?? 0,
      );
    case 'random':
      return instances;
    default:
      return strategy satisfies never;
  }
}

/**
 * The task that a scale-in stops. binpack: the one whose instance is left with the most free. spread: "Amazon ECS selects
 * tasks to terminate that maintain a balance across Availability Zones. Within an Availability Zone, tasks are selected at
 * random" (same page); of another field, from the value that has the most.
 */
export function taskToStop(
  candidates: readonly Task[],
  strategies: readonly PlacementStrategy[],
  alike: Iterable<Task>,
  random: Random,
): Task | undefined {
  let left = candidates;
  for (const strategy of strategies) {
    if (strategy.type === 'random') continue;
    if (strategy.type === 'binpack') {
      const { field } = strategy;
      left = lowest(left, ({ instance, definition }) =>
        instance === undefined ? Number.NEGATIVE_INFINITY : -(freeOf(instance, field) + definition[field]),
      );
      continue;
    }
    const counts = countsBy(strategy.field, alike);
    left = lowest(left, ({ instance }) =>
      instance === undefined
        ? Number.NEGATIVE_INFINITY
        : -(counts.get(spreadValue(instance, strategy.field)) ?? 0),
    );
  }
  return anyOf(left, random);
}

function countsBy(field: string, tasks: Iterable<Task>): Counts {
  const counts: Counts = new Map();
  for (const { instance, desiredStatus } of tasks) {
    if (instance === undefined || desiredStatus !== 'RUNNING') continue;
    const value = spreadValue(instance, field);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/** Instances without the attribute count as one more value: assumed. */
function spreadValue(instance: ContainerInstance, field: string): string {
  if (field === 'instanceId') return instance.ec2InstanceId;
  return instance.attributes.get(field.replace(/^attribute:/, '')) ?? '';
}

const freeOf = (instance: ContainerInstance, field: 'cpu' | 'memory') =>
  field === 'cpu' ? instance.cpu - instance.usedCpu : instance.memory - instance.usedMemory;

function lowest<Item>(items: readonly Item[], rank: (item: Item) => number): Item[] {
  let best: Item[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const own = rank(item);
    if (own > least) continue;
    if (own < least) best = [];
    least = own;
    best.push(item);
  }
  return best;
}

/** The first, where nobody draws. */
function anyOf<Item>(items: readonly Item[], random: Random | undefined): Item | undefined {
  return items.length < 2 || random === undefined ? items[0] : items[random.between(0, items.length - 1)];
}
