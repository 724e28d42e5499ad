import type { ConsolidationPlan } from '../../../lib/capacity/plan.ts';
import type { ClusterView } from '../../../lib/capacity/view.ts';
import type { Placed } from '../../../lib/placement/model.ts';
import { type Block, blocksOf, type Totals, totalsOf } from './blocks.ts';
import { type Fate, fatesOf } from './fates.ts';
import { launchesOf } from './launches.ts';

/** A cluster now, and as consolidation could leave it. */
export interface Picture {
  readonly cluster: string;
  /** Every instance of now and after, once. In the order in which they are shown. */
  readonly hosts: readonly HostPicture[];
  /** Names of services and other task groups, those that reserve most first. Without daemons. */
  readonly services: readonly string[];
  readonly now: Figures;
  readonly after: Figures;
  /** Tasks that find another instance. */
  readonly moves: number;
  /** What prices are taken from, as a sentence. */
  readonly prices: string;
}

export interface HostPicture {
  readonly id: string;
  /** Undefined: in no group of the policy. */
  readonly group: string | undefined;
  readonly zone: string;
  readonly instanceType: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  /** Of an hour; undefined: not known. */
  readonly price: number | undefined;
  readonly fate: Fate;
  /** What is on it; undefined: it is not there then. */
  readonly now: readonly Block[] | undefined;
  readonly after: readonly Block[] | undefined;
}

export interface Figures {
  readonly instances: number;
  readonly totals: Totals;
  /** Of an hour; undefined: the price of a type is not known. */
  readonly hourly: number | undefined;
}

/** What the picture is made of. */
export interface Drawn {
  readonly view: ClusterView;
  /** How far consolidation could go. */
  readonly plan: ConsolidationPlan;
  /** What of that is done now, and why the rest waits. */
  readonly now: ConsolidationPlan | undefined;
  /** Of an hour, by instance type. */
  readonly priceOf: (instanceType: string) => number | undefined;
  readonly prices: string;
}

/** Pure. */
export function pictureOf({ view, plan, now, priceOf, prices }: Drawn): Picture {
  const launches = launchesOf(plan, view, priceOf);
  const fates = fatesOf(plan, now);
  const moves = new Map(plan.steps.flatMap(({ moves: some }) => some.map((move) => [move.task, move])));
  const daemons = new Set(
    view.tasks.flatMap(({ kind, workload }) => (kind === 'daemon' ? [workload.group] : [])),
  );
  const moved = view.tasks.map((task): Placed => ({ ...task, host: moves.get(task.id)?.to ?? task.host }));
  const tasksNow = Map.groupBy<string, Placed>(view.tasks, ({ host }) => host);
  const tasksAfter = Map.groupBy([...moved, ...launches.flatMap((one) => one.daemons)], ({ host }) => host);
  const blocksIn = (tasks: ReadonlyMap<string, readonly Placed[]>, { id, registered }: Sized) =>
    blocksOf(registered, tasks.get(id) ?? [], moves, daemons);
  const there = view.hosts.map((host): HostPicture => {
    const fate = fates.get(host.id) ?? STAYS;
    const after = fate.kind === 'goes' ? undefined : blocksIn(tasksAfter, host);
    return {
      ...factsOf(host),
      price: priceOf(host.instanceType),
      fate,
      now: blocksIn(tasksNow, host),
      after,
    };
  });
  const come = launches.map((host): HostPicture => {
    const { price, fate } = host;
    return { ...factsOf(host), price, fate, now: undefined, after: blocksIn(tasksAfter, host) };
  });
  const hosts = [...there, ...come].toSorted(inOrder);
  return {
    cluster: view.cluster,
    hosts,
    services: servicesOf(hosts),
    now: figuresOf(hosts, 'now'),
    after: figuresOf(hosts, 'after'),
    moves: moves.size,
    prices,
  };
}

const STAYS: Fate = { kind: 'stays', reason: 'nothing-to-do', sentence: 'Nothing is to be done with it.' };

interface Sized {
  readonly id: string;
  readonly group: string | undefined;
  readonly zone: string;
  readonly instanceType: string;
  readonly registered: { readonly cpu: number; readonly memory: number };
}

const factsOf = ({ id, group, zone, instanceType, registered }: Sized) => ({
  id,
  group,
  zone,
  instanceType,
  vcpus: registered.cpu / 1_024,
  memoryMib: registered.memory,
});

/** By group and zone; those that go and those that come last, so that the two panels show the others at one place. */
function inOrder(a: HostPicture, b: HostPicture): number {
  const rank = ({ fate }: HostPicture) => ['stays', 'goes', 'new'].indexOf(fate.kind);
  return (
    compare(a.group ?? '\uffff', b.group ?? '\uffff') ||
    compare(a.zone, b.zone) ||
    rank(a) - rank(b) ||
    reservedShare(b.now) - reservedShare(a.now) ||
    compare(a.id, b.id)
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** Of an instance: 0 free, 1 full. */
export const reservedShare = (blocks: readonly Block[] | undefined): number =>
  (blocks ?? []).reduce((sum, { size }) => sum + size, 0);

function servicesOf(hosts: readonly HostPicture[]): readonly string[] {
  const sizes = new Map<string, number>();
  for (const { now, vcpus } of hosts) {
    for (const { name, isDaemon, size } of now ?? []) {
      if (!isDaemon) sizes.set(name, (sizes.get(name) ?? 0) + size * vcpus);
    }
  }
  return [...sizes].toSorted(([a, x], [b, y]) => y - x || compare(a, b)).map(([name]) => name);
}

function figuresOf(hosts: readonly HostPicture[], when: 'now' | 'after'): Figures {
  const there = hosts.flatMap((host) => {
    const blocks = host[when];
    return blocks === undefined ? [] : [{ ...host, blocks }];
  });
  const prices = there.map(({ price }) => price);
  const known = prices.filter((price) => price !== undefined);
  return {
    instances: there.length,
    totals: totalsOf(there),
    hourly: known.length === prices.length ? known.reduce((sum, price) => sum + price, 0) : undefined,
  };
}

/** AWS's own month, as its price pages have it. */
const HOURS_OF_A_MONTH = 730;

/** Undefined: a price is not known. */
export function savedPerMonth({ now, after }: Pick<Picture, 'now' | 'after'>): number | undefined {
  return now.hourly === undefined || after.hourly === undefined
    ? undefined
    : (now.hourly - after.hourly) * HOURS_OF_A_MONTH;
}
