import type { ClusterPolicy } from '../policy.ts';
import { priceOf as listPriceOf } from '../price-table.ts';
import type { ClusterView, HostView, ServiceView, TaskView } from '../view.ts';
import { stopsFirst } from './movable.ts';

/** What the cluster costs and what disturbing it would: a removal is judged by its shares of both. */
export interface Costs {
  /** Of an hour; undefined: not known. */
  readonly priceOf: (instanceType: string) => number | undefined;
  /** Whether the prices of all the cluster's instances are known. */
  readonly priced: boolean;
  /** The price of an hour; the size of the instance where prices are not known. */
  readonly worthOf: (host: HostView) => number;
  readonly worth: number;
  readonly disruption: number;
}

export function costsOf(
  view: ClusterView,
  tasksOn: (host: string) => readonly TaskView[],
  policy: ClusterPolicy,
): Costs {
  const priceOf = pricesOf(view, policy);
  const priced = view.hosts.every(({ instanceType }) => priceOf(instanceType) !== undefined);
  const worthOf = (host: HostView) => (priced ? (priceOf(host.instanceType) ?? 0) : sizeOf(host));
  return {
    priceOf,
    priced,
    worthOf,
    worth: sum(view.hosts.map(worthOf)),
    disruption: sum(view.hosts.map(({ id }) => disruptionOf(tasksOn(id), view.services))),
  };
}

function pricesOf({ groups }: ClusterView, { prices }: ClusterPolicy): Costs['priceOf'] {
  const known = new Map<string, number>();
  for (const { name, price } of groups.flatMap(({ types }) => types)) {
    if (price !== undefined) known.set(name, price);
  }
  // Other instances of the cluster, in no group of ours, cost as well.
  return (instanceType) => known.get(instanceType) ?? listPriceOf(instanceType, prices);
}

/** In vCPUs. A GiB counts as a ninth of one: so do the prices of Fargate have it (aws.amazon.com/fargate/pricing). */
const sizeOf = ({ registered }: HostView) => registered.cpu / 1_024 + registered.memory / 1_024 / 9;

/** Karpenter's base cost: a drain and a termination disturb a little, without any task too. */
const OF_A_HOST = 1;

/**
 * What removing an instance disturbs. As in Karpenter a task counts 1; what weighs pods there (priority, deletion cost)
 * ECS does not have. A task that ECS must stop before it starts its replacement counts 2: its service runs short.
 */
export function disruptionOf(tasks: readonly TaskView[], services: ReadonlyMap<string, ServiceView>): number {
  return sum([OF_A_HOST, ...tasks.map((task) => disruptionOfTask(task, services.get(task.workload.group)))]);
}

function disruptionOfTask({ kind, stopping }: TaskView, service: ServiceView | undefined): number {
  if (kind === 'daemon' || stopping) return 0;
  return service !== undefined && stopsFirst(service) ? 2 : 1;
}

/**
 * The balanced score: the share of the cost that is saved over the share of the disruption that it takes
 * (kubernetes-sigs/karpenter, designs/balanced-consolidation.md). Over the cluster, since one plan is made for it.
 */
export function scoreOf(saved: number, disruption: number, costs: Costs): number {
  if (saved <= 0 || costs.worth <= 0) return 0;
  return saved / costs.worth / (disruption / costs.disruption);
}

/** The score that the policy asks for; at 0 any saving will do. */
export const threshold = (balance: number) => (balance === 0 ? 0 : 1 / balance);

/** All prices together; undefined when one is missing. */
export function sumOfPrices(types: readonly string[], priceOf: Costs['priceOf']): number | undefined {
  let total = 0;
  for (const type of types) {
    const price = priceOf(type);
    if (price === undefined) return undefined;
    total += price;
  }
  return total;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
