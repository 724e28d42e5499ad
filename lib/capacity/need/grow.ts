import type { Packing } from '../../placement/packing.ts';
import type { Waiting } from '../pending.ts';
import type { Reserve } from '../policy.ts';
import { reserved } from '../reserve.ts';
import type { Fleet } from './fleet.ts';
import { add, newHost, nextZone, packWithDaemons, type Source } from './source.ts';
import { countOf, placedOn, placeOn } from './waiting.ts';

/** To compare groups it is enough to look at so many instances of each. */
const COMPARED = 50;

/** Adds instances until all tasks have a place, or no group can grow that would take one. */
export function growForTasks(fleet: Fleet, waiting: readonly Waiting[]): void {
  for (;;) {
    const source = forTheNextOf(fleet, fleet.place(waiting).left);
    if (source === undefined) return;
    fleet.launch(source);
  }
}

function forTheNextOf(fleet: Fleet, left: readonly Waiting[]): Source | undefined {
  for (const one of left) {
    const able = fleet.sources.filter((source) => canGrowFor(fleet, source, one));
    if (able.length === 0) continue;
    // By the cost of all that any of these groups could take: a large instance is dear for one task and cheap for ten.
    const alike = left.filter((other) => able.every((source) => canGrowFor(fleet, source, other)));
    return cheapest(able, (source, unit) => costOf(fleet, source, alike) * unit);
  }
  return undefined;
}

function canGrowFor(fleet: Fleet, source: Source, { workload }: Waiting): boolean {
  const verdict = fleet.judge(source, workload);
  return verdict.kind === 'takes' && fleet.obstacle(source, verdict.launches) === undefined;
}

/** The first of those that cost the least: by price, or by vCPUs when a price is not known. */
function cheapest(
  sources: readonly Source[],
  cost: (source: Source, unit: number) => number,
): Source | undefined {
  if (sources.length <= 1) return sources[0];
  const priced = sources.every(({ price }) => price !== undefined);
  const unitOf = ({ price, least }: Source) => (priced ? (price ?? 0) : (least?.registered.cpu ?? 0) / 1_024);
  const costs = new Map(sources.map((source) => [source, cost(source, unitOf(source))]));
  return sources.toSorted((a, b) => (costs.get(a) ?? 0) - (costs.get(b) ?? 0))[0];
}

/** Instances of the group per task, when they go to the first that has room. */
function costOf(fleet: Fleet, source: Source, waiting: readonly Waiting[]): number {
  const { least, group } = source;
  if (least === undefined) return Number.POSITIVE_INFINITY;
  const counted = new Map(fleet.counted(source));
  const enough = Math.min(countOf(waiting) + group.zones.length, COMPARED);
  const hosts = Array.from({ length: enough }, (_, at) => {
    const zone = nextZone(group, counted) ?? '';
    add(counted, zone, 1);
    return newHost(source, least, zone, `${at}`, fleet.now);
  });
  const packing = packWithDaemons(hosts, fleet.daemons);
  placeOn(
    packing,
    waiting.map(({ workload, count }) => ({ workload: { ...workload, strategies: [] }, count })),
  );
  const placed = [...packing.bins.values()].map(placedOn);
  const total = placed.reduce((a, b) => a + b, 0);
  return total === 0 ? Number.POSITIVE_INFINITY : (placed.findLastIndex((count) => count > 0) + 1) / total;
}

/** CPU units and MiB that the reserve asks for beyond what is free. */
export interface Lacking {
  readonly cpu: number;
  readonly memory: number;
}

/** Adds instances until the reserve is kept; what it lacks when no group can grow any more. */
export function growForReserve(
  fleet: Fleet,
  reserve: Reserve,
  present: Packing,
  waiting: readonly Waiting[],
): Lacking | undefined {
  for (;;) {
    const lacking = lackingIn([present, fleet.place(waiting).packing], reserve);
    if (lacking === undefined) return undefined;
    const able = fleet.sources.filter(
      (source) => fleet.obstacle(source) === undefined && Number.isFinite(instancesFor(lacking, source)),
    );
    const source = cheapest(able, (one, unit) => instancesFor(lacking, one) * unit);
    if (source === undefined) return lacking;
    fleet.launch(source);
  }
}

function lackingIn(packings: readonly Packing[], { cpu, memory, percent }: Reserve): Lacking | undefined {
  const free = { cpu: 0, memory: 0 };
  const registered = { cpu: 0, memory: 0 };
  for (const packing of packings) {
    for (const bin of packing.bins.values()) {
      if (!bin.open) continue;
      for (const name of ['cpu', 'memory'] as const) {
        free[name] += bin.free[name];
        registered[name] += bin.host.registered[name];
      }
    }
  }
  const lack = (name: 'cpu' | 'memory', least: number) =>
    Math.max(0, reserved(least, percent, registered[name]) - free[name]);
  const lacking = { cpu: lack('cpu', cpu), memory: lack('memory', memory) };
  return lacking.cpu + lacking.memory === 0 ? undefined : lacking;
}

function instancesFor(lacking: Lacking, { samples }: Source): number {
  const needed = (name: 'cpu' | 'memory') => {
    const brings = Math.max(0, Math.min(...samples.map(({ free }) => free[name])));
    return lacking[name] === 0 ? 0 : Math.ceil(lacking[name] / brings);
  };
  return samples.length === 0 ? Number.POSITIVE_INFINITY : Math.max(needed('cpu'), needed('memory'));
}
