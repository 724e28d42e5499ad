import type { Random } from '../random.ts';
import { compileExpression, isOfTasks, type Test } from './expression.ts';
import type {
  Capacity,
  Cluster,
  ContainerInstance,
  PlacementConstraint,
  PlacementStrategy,
  Revision,
  Service,
  Task,
  TaskDefinition,
} from './model.ts';
import { strategist } from './placement-strategies.ts';

/** What is to be placed, and among which tasks. */
export interface PlacementOrder {
  readonly cluster: Cluster;
  readonly definition: TaskDefinition;
  readonly capacity: Capacity;
  /** Of the service or of RunTask; those of the task definition come on top. */
  readonly constraints: readonly PlacementConstraint[];
  readonly strategies: readonly PlacementStrategy[];
  /** Of the same service, or of the same group: what spread and distinctInstance count. Until they are STOPPED. */
  readonly alike: Iterable<Task>;
}

/** Whether ECS may place something there at all. */
export function open(instance: ContainerInstance): boolean {
  return instance.status === 'ACTIVE' && instance.agentConnected;
}

export type Shortfall = 'CPU' | 'MEMORY' | 'GPU' | 'PORTS' | 'ENI' | 'ATTRIBUTE';

/** What an instance lacks for a task, in ECS's order (Developer Guide, "How Amazon ECS places tasks"). */
export function shortfall(instance: ContainerInstance, definition: TaskDefinition): Shortfall | undefined {
  if (instance.usedCpu + definition.cpu > instance.cpu) return 'CPU';
  if (instance.usedMemory + definition.memory > instance.memory) return 'MEMORY';
  if (definition.gpus > 0 && instance.usedGpus + definition.gpus > instance.gpus) return 'GPU';
  for (const port of definition.hostPorts) if (instance.ports.has(port)) return 'PORTS';
  for (const port of definition.udpPorts) if (instance.udpPorts.has(port)) return 'PORTS';
  if (definition.networkMode === 'awsvpc' && instance.usedEnis + 1 > instance.enis) return 'ENI';
  for (const { name, value } of definition.requires) {
    const own = instance.attributes.get(name);
    if (own === undefined || (value !== undefined && own !== value)) return 'ATTRIBUTE';
  }
  return undefined;
}

export function fits(instance: ContainerInstance, definition: TaskDefinition): boolean {
  return shortfall(instance, definition) === undefined;
}

/** Where a service's next tasks go, one after the other. */
export function placer(
  service: Service,
  { definition, capacity }: Pick<Revision, 'definition' | 'capacity'> = service.deployments[0].revision,
  random?: Random,
): () => ContainerInstance | undefined {
  const order = orderOf(service, { definition, capacity });
  return order.strategies.length === 0 ? spreader(order) : placerByStrategy(order, random);
}

export function orderOf(
  service: Service,
  { definition, capacity }: Pick<Revision, 'definition' | 'capacity'>,
): PlacementOrder {
  const { cluster, constraints, placementStrategy: strategies, tasks: alike } = service;
  return { cluster, definition, capacity, constraints, strategies, alike };
}

/**
 * Without a strategy: spread over the instances, those with the fewest of the tasks and then the emptiest first. Sorted
 * once per pass and walked in rounds, since a burst places thousands.
 */
function spreader(order: PlacementOrder): () => ContainerInstance | undefined {
  const { definition, constraints } = order;
  const own = new Map<ContainerInstance, number>();
  for (const { instance } of order.alike) {
    if (instance !== undefined) own.set(instance, (own.get(instance) ?? 0) + 1);
  }
  const distinct = isDistinct(constraints);
  const taken = distinct ? takenBy(order.alike) : new Set();
  const stillAllowed = changingTest([...constraints, ...definition.constraints]);
  const able = (instance: ContainerInstance) => fits(instance, definition) && stillAllowed(instance);
  let round = allowedIn(order)
    .filter((instance) => able(instance) && !taken.has(instance))
    .sort((a, b) => (own.get(a) ?? 0) - (own.get(b) ?? 0) || a.usedCpu - b.usedCpu || a.order - b.order);
  let next = 0;
  return () => {
    for (;;) {
      const instance = round[next++];
      if (instance === undefined) {
        round = distinct ? [] : round.filter(able);
        if (round.length === 0) return undefined;
        next = 0;
        continue;
      }
      if (able(instance)) return instance;
    }
  };
}

/** With strategies: looked at anew for each task. Who asks places a task there before asking again. */
function placerByStrategy(order: PlacementOrder, random?: Random): () => ContainerInstance | undefined {
  const { definition, constraints, strategies, alike } = order;
  const instances = allowedIn(order);
  const stillAllowed = changingTest([...constraints, ...definition.constraints]);
  const distinct = isDistinct(constraints);
  const taken = takenBy(alike);
  const { best, placed } = strategist(strategies, alike, random);
  return () => {
    const chosen = best(
      instances.filter(
        (instance) =>
          fits(instance, definition) && stillAllowed(instance) && !(distinct && taken.has(instance)),
      ),
    );
    if (chosen === undefined) return undefined;
    taken.add(chosen);
    placed(chosen);
    return chosen;
  };
}

/** Where a standalone task goes: the first with room, unless it says otherwise. */
export function placeOne(order: PlacementOrder, random?: Random): ContainerInstance | undefined {
  if (order.strategies.length > 0 || order.constraints.length + order.definition.constraints.length > 0) {
    const strategies = order.strategies.length > 0 ? order.strategies : RANDOM;
    return placerByStrategy({ ...order, strategies }, random)();
  }
  const provided = providerTest(order.capacity);
  for (const instance of order.cluster.instances.values()) {
    if (open(instance) && provided(instance) && fits(instance, order.definition)) return instance;
  }
  return undefined;
}

const RANDOM: readonly PlacementStrategy[] = [{ type: 'random' }];

/** Open instances of the capacity providers that meet the constraints, as far as those do not change. */
function allowedIn({ cluster, definition, capacity, constraints }: PlacementOrder): ContainerInstance[] {
  const allowed = constraintTest(constraints, definition);
  const provided = providerTest(capacity);
  return [...cluster.instances.values()].filter(
    (instance) => open(instance) && allowed(instance) && provided(instance),
  );
}

const isDistinct = (constraints: readonly PlacementConstraint[]) =>
  constraints.some(({ type }) => type === 'distinctInstance');

/**
 * "Amazon ECS looks at the desired status of the tasks", so that a new task may come beside one that still stops
 * (Developer Guide, "Define which container instances Amazon ECS uses for tasks").
 */
export function takenBy(tasks: Iterable<Task>): Set<ContainerInstance> {
  const taken = new Set<ContainerInstance>();
  for (const { instance, desiredStatus } of tasks) {
    if (instance !== undefined && desiredStatus === 'RUNNING') taken.add(instance);
  }
  return taken;
}

/** With a strategy, the instances of its providers that have a weight; how many tasks each gets is not simulated here. */
export function providerTest({ strategy }: Capacity): Test {
  if (strategy === undefined) return () => true;
  const used = new Set(strategy.filter(({ weight }) => weight > 0).map((item) => item.capacityProvider));
  return ({ capacityProvider }) => capacityProvider !== undefined && used.has(capacityProvider);
}

/** The `memberOf` constraints that no placed task changes. */
export function constraintTest(
  constraints: readonly PlacementConstraint[],
  { constraints: ofDefinition }: Pick<TaskDefinition, 'constraints'>,
): Test {
  return memberTest([...constraints, ...ofDefinition], (expression) => !isOfTasks(expression));
}

export function changingTest(constraints: readonly PlacementConstraint[]): Test {
  return memberTest(constraints, isOfTasks);
}

function memberTest(
  constraints: readonly PlacementConstraint[],
  wanted: (expression: string) => boolean,
): Test {
  const tests = constraints.flatMap((constraint) =>
    constraint.type === 'memberOf' && wanted(constraint.expression)
      ? [compileExpression(constraint.expression)]
      : [],
  );
  return tests.length === 0 ? () => true : (instance) => tests.every((test) => test(instance));
}
