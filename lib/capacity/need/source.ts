import type { EpochMs } from '../../clock.ts';
import { type Amounts, type Host, leastOf, type Workload } from '../../placement/model.ts';
import { Packing } from '../../placement/packing.ts';
import { Scheduler } from '../../placement/place.ts';
import type { ClusterPolicy } from '../policy.ts';
import type { ClusterView, GroupView, HostView, InstanceTypeView } from '../view.ts';

/** A group as a place where instances come from. */
export interface Source {
  readonly group: GroupView;
  /** What is counted on of a new instance: any of the types may come, so the least of each amount. */
  readonly least: InstanceTypeView | undefined;
  /** Of an hour; undefined: not known. */
  readonly price: number | undefined;
  /** An empty instance of each type in each zone, with the daemons that will be on it. */
  readonly samples: readonly Sample[];
  /** One of its instances, which says what new ones will be like in other respects. */
  readonly example: HostView | undefined;
  /** On the way already, by zone. */
  readonly coming: ReadonlyMap<string, number>;
  /** All that Auto Scaling counts, by zone. */
  readonly counted: ReadonlyMap<string, number>;
}

export interface Sample {
  readonly type: InstanceTypeView;
  readonly zone: string;
  readonly packing: Packing;
  readonly free: Readonly<Amounts>;
}

/** What ECS keeps from tasks on Linux (API reference, PortMapping: hostPort). */
const RESERVED = { tcp: [22, 2375, 2376, 51678, 51679, 51680], udp: [] };

/** Pure. The group of each view is one, in the order given. */
export function sourcesOf(
  view: ClusterView,
  policy: ClusterPolicy,
  daemons: readonly Workload[],
  now: EpochMs,
): readonly Source[] {
  return view.groups.map((group) => {
    const own = view.hosts.filter((host) => host.group === group.name);
    const example = own.find(({ status }) => status === 'ACTIVE');
    const least = leastType(group.types);
    const price = least && (policy.prices[least.name] ?? least.price);
    const samples = samplesOf(group, example, daemons, now);
    return { group, least, price, samples, example, ...instancesOf(group, own) };
  });
}

function leastType(types: readonly InstanceTypeView[]): InstanceTypeView | undefined {
  const [smallest] = types.toSorted(
    ({ registered: a }, { registered: b }) => a.cpu - b.cpu || a.memory - b.memory,
  );
  if (smallest === undefined) return undefined;
  return { ...smallest, registered: leastOf(types.map(({ registered }) => registered)) };
}

/**
 * What is on the way, and what Auto Scaling counts. A desired count beyond all instances that are there is on the way
 * as well: instances that are being replaced, or an order so fresh that nothing shows of it yet.
 */
function instancesOf(group: GroupView, own: readonly HostView[]): Pick<Source, 'coming' | 'counted'> {
  const coming = new Map(group.launching);
  const counted = new Map(group.zones.map((zone) => [zone, 0]));
  for (const [zone, count] of group.launching) add(counted, zone, count);
  for (const [zone, count] of group.overdue ?? []) add(counted, zone, count);
  // Standby and Terminating are not in the desired count; what is REGISTERING is in `launching`.
  for (const { zone, status, lifecycleState } of own) {
    if (status !== 'REGISTERING' && /^(InService|Pending)/.test(lifecycleState)) add(counted, zone, 1);
  }
  const known = [...counted.values()].reduce((sum, one) => sum + one, 0);
  for (let missing = group.desired - known; missing > 0; missing--) {
    const zone = nextZone(group, counted);
    if (zone === undefined) break;
    add(coming, zone, 1);
    add(counted, zone, 1);
  }
  return { coming, counted };
}

export function add<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

/**
 * Where Auto Scaling launches next: into the zone with the fewest instances (EC2 Auto Scaling guide, "Instance
 * distribution"). The guide does not say which of several; here it is the first.
 */
export function nextZone({ zones }: GroupView, counted: ReadonlyMap<string, number>): string | undefined {
  const [first] = zones.toSorted((a, b) => (counted.get(a) ?? 0) - (counted.get(b) ?? 0));
  return first;
}

/** A new instance of the type there. */
export function newHost(
  { group, example }: Pick<Source, 'group' | 'example'>,
  type: InstanceTypeView,
  zone: string,
  id: string,
  now: EpochMs,
): Host {
  return {
    id,
    status: 'ACTIVE',
    agentConnected: true,
    agentVersion: example?.agentVersion,
    registeredAt: now,
    provider: group.provider,
    attributes: new Map([
      ['ecs.instance-type', type.name],
      ...type.attributes,
      ['ecs.availability-zone', zone],
    ]),
    registered: type.registered,
    reserved: example?.reserved ?? RESERVED,
  };
}

function samplesOf(
  group: GroupView,
  example: HostView | undefined,
  daemons: readonly Workload[],
  now: EpochMs,
): readonly Sample[] {
  return group.types.flatMap((type) =>
    group.zones.flatMap((zone) => {
      const host = newHost({ group, example }, type, zone, 'sample', now);
      const packing = packWithDaemons([host], daemons);
      return [...packing.bins.values()].map(({ free }) => ({ type, zone, packing, free }));
    }),
  );
}

/** New instances with what ECS puts on each of them before anything else. */
export function packWithDaemons(hosts: readonly Host[], daemons: readonly Workload[]): Packing {
  const packing = new Packing(hosts, []);
  const scheduler = new Scheduler(packing, () => 0);
  for (const daemon of daemons) {
    const constraints: Workload['constraints'] = [...daemon.constraints, { type: 'distinctInstance' }];
    const onEach: Workload = { ...daemon, constraints, strategies: [] };
    for (let number = 1; scheduler.place(`${daemon.group} ${number}`, onEach) !== undefined; ) number += 1;
  }
  return packing;
}
