import { compileExpression } from './expression.ts';
import type {
  Capacity,
  Cluster,
  ContainerInstance,
  PlacementConstraint,
  Revision,
  Service,
  TaskDefinition,
} from './model.ts';

/** Whether ECS may place something there at all. */
export function open(instance: ContainerInstance): boolean {
  return instance.status === 'ACTIVE' && instance.agentConnected;
}

export function fits(instance: ContainerInstance, definition: TaskDefinition): boolean {
  return (
    instance.usedCpu + definition.cpu <= instance.cpu &&
    instance.usedMemory + definition.memory <= instance.memory &&
    definition.hostPorts.every((port) => !instance.ports.has(port))
  );
}

/**
 * Where a service's next tasks go, one after the other: spread over the instances, those with the fewest of its
 * tasks and then the emptiest first. Sorted once per pass and walked in rounds, since a burst places thousands.
 */
export function placer(
  service: Service,
  { definition, capacity }: Revision = service.deployments[0].revision,
): () => ContainerInstance | undefined {
  const allowed = constraintTest(service.constraints);
  const provided = providerTest(capacity);
  const own = new Map<ContainerInstance, number>();
  for (const { instance } of service.tasks) {
    if (instance !== undefined) own.set(instance, (own.get(instance) ?? 0) + 1);
  }
  const distinct = service.constraints.some((constraint) => constraint.type === 'distinctInstance');
  let round = [...service.cluster.instances.values()]
    .filter(
      (instance) => open(instance) && allowed(instance) && provided(instance) && fits(instance, definition),
    )
    .filter((instance) => !distinct || !own.has(instance))
    .sort((a, b) => (own.get(a) ?? 0) - (own.get(b) ?? 0) || a.usedCpu - b.usedCpu || a.order - b.order);
  let next = 0;
  return () => {
    for (;;) {
      const instance = round[next++];
      if (instance === undefined) {
        round = distinct ? [] : round.filter((each) => fits(each, definition));
        if (round.length === 0) return undefined;
        next = 0;
        continue;
      }
      if (fits(instance, definition)) return instance;
    }
  };
}

/** Where a standalone task goes. */
export function firstFit(
  cluster: Cluster,
  definition: TaskDefinition,
  capacity: Capacity = { launchType: 'EC2' },
): ContainerInstance | undefined {
  const provided = providerTest(capacity);
  for (const instance of cluster.instances.values()) {
    if (open(instance) && provided(instance) && fits(instance, definition)) return instance;
  }
  return undefined;
}

/** With a strategy, the instances of its providers that have a weight; how many tasks each gets is not simulated here. */
function providerTest({ strategy }: Capacity): (instance: ContainerInstance) => boolean {
  if (strategy === undefined) return () => true;
  const used = new Set(strategy.filter(({ weight }) => weight > 0).map((item) => item.capacityProvider));
  return ({ capacityProvider }) => capacityProvider !== undefined && used.has(capacityProvider);
}

export function constraintTest(constraints: readonly PlacementConstraint[]) {
  const tests = constraints.flatMap((constraint) =>
    constraint.type === 'memberOf' ? [compileExpression(constraint.expression)] : [],
  );
  return (instance: ContainerInstance) => tests.every((test) => test(instance));
}
