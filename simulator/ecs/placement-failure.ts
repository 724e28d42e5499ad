import type { ContainerInstance } from './model.ts';
import {
  changingTest,
  constraintTest,
  type PlacementOrder,
  providerTest,
  shortfall,
  takenBy,
} from './placement.ts';

/** Why nothing can be placed: the code, what ECS says of the closest instance, and those it looked at. */
export interface PlacementFailure {
  readonly reason: string;
  readonly sentence: string;
  readonly instances: readonly string[];
}

/** Why a task cannot be placed there, with how far it got in ECS's order; undefined: it can. */
export function whyNot(
  instance: ContainerInstance,
  order: PlacementOrder,
): { readonly reason: string; readonly reached: number } | undefined {
  const { definition, constraints } = order;
  if (instance.status !== 'ACTIVE' || !instance.agentConnected) return { reason: 'AGENT', reached: 0 };
  const lacking = shortfall(instance, definition);
  if (lacking === 'ATTRIBUTE') return { reason: 'ATTRIBUTE', reached: 3 };
  if (lacking !== undefined) return { reason: `RESOURCE:${lacking}`, reached: REACHED[lacking] };
  const member =
    constraintTest(constraints, definition)(instance) &&
    changingTest([...constraints, ...definition.constraints])(instance);
  if (!member) return { reason: 'MemberOf placement constraint unsatisfied.', reached: 4 };
  const distinct = constraints.some(({ type }) => type === 'distinctInstance');
  if (distinct && takenBy(order.alike).has(instance)) {
    return { reason: 'DistinctInstance placement constraint unsatisfied.', reached: 5 };
  }
  return undefined;
}

const REACHED = { CPU: 1, MEMORY: 1.1, GPU: 1.2, PORTS: 2, ENI: 2.1 };

/** What the service's event says. "Closest" is taken for the instance that failed latest in ECS's order. */
export function placementFailure(order: PlacementOrder): PlacementFailure {
  const provided = providerTest(order.capacity);
  const instances = [...order.cluster.instances.values()].filter(
    (instance) => instance.status !== 'INACTIVE' && instance.status !== 'DRAINING' && provided(instance),
  );
  const found = instances.flatMap((instance) => {
    const why = whyNot(instance, order);
    return why === undefined ? [] : [{ ...why, instance }];
  });
  const [first, ...others] = found;
  if (first === undefined) {
    const where = order.capacity.strategy === undefined ? 'cluster' : 'capacity provider';
    // Which code goes with it is not published.
    return {
      reason: 'RESOURCE:MEMORY',
      sentence: `Reason: No Container Instances were found in your ${where}.`,
      instances: [],
    };
  }
  const closest = others.reduce((best, each) => (each.reached > best.reached ? each : best), first);
  const id = closest.instance.arn.slice(closest.instance.arn.lastIndexOf('/') + 1);
  return {
    reason: closest.reason,
    sentence: `The closest matching (container-instance ${id}) ${complaint(closest.reason)}.`,
    instances: instances.map(({ arn }) => arn),
  };
}

/** Developer Guide, "Viewing Amazon ECS service event messages"; of constraints: containers-roadmap#723. */
function complaint(reason: string): string {
  switch (reason) {
    case 'RESOURCE:CPU':
      return 'has insufficient CPU units available';
    case 'RESOURCE:MEMORY':
      return 'has insufficient memory available';
    case 'RESOURCE:PORTS':
      return 'is already using a port required by your task';
    case 'ATTRIBUTE':
      return 'is missing an attribute required by your task';
    default:
      return `encountered error "${reason}"`;
  }
}
