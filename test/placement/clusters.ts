import fc from 'fast-check';
import { parseExpression } from '../../lib/placement/expression/parse.ts';
import type { Moving } from '../../lib/placement/fit.ts';
import type { Constraint, Host, Needs, Placed, Strategy, Workload } from '../../lib/placement/model.ts';
import { type Bin, Packing } from '../../lib/placement/packing.ts';
import type { Ties } from '../../lib/placement/strategies.ts';

export const first: Ties = () => 0;
export const last: Ties = (count) => count - 1;

export const ZONE = 'ecs.availability-zone';
export const SPREAD_ZONES: Strategy = { type: 'spread', field: `attribute:${ZONE}` };
export const SPREAD_HOSTS: Strategy = { type: 'spread', field: 'instanceId' };
export const PACK_CPU: Strategy = { type: 'binpack', field: 'cpu' };
export const PACK_MEMORY: Strategy = { type: 'binpack', field: 'memory' };

/** A host with 1,024 CPU units and 1,024 MiB, unless said otherwise. */
export function host(id: string, { zone, ...said }: Partial<Host> & { readonly zone?: string } = {}): Host {
  return {
    id,
    status: 'ACTIVE',
    agentConnected: true,
    agentVersion: '1.90.0',
    registeredAt: 0,
    provider: undefined,
    attributes: new Map(zone === undefined ? [] : [[ZONE, zone]]),
    registered: { cpu: 1024, memory: 1024, gpu: 0, enis: 2 },
    reserved: { tcp: [22], udp: [] },
    ...said,
  };
}

/** A host of so many CPU units, and as many MiB. */
export function sized(id: string, size: number, zone?: string): Host {
  const registered = { cpu: size, memory: size, gpu: 0, enis: 2 };
  return host(id, zone === undefined ? { registered } : { registered, zone });
}

export function needs(said: Partial<Needs> = {}): Needs {
  return { cpu: 0, memory: 0, gpu: 0, enis: 0, tcp: [], udp: [], requires: [], ...said };
}

/** Tasks of 256 CPU units and 256 MiB, unless said otherwise. */
export function workload(group: string, said: Partial<Workload> = {}): Workload {
  return {
    group,
    needs: needs({ cpu: 256, memory: 256 }),
    constraints: [],
    strategies: [],
    providers: undefined,
    ...said,
  };
}

export function memberOf(text: string): Constraint {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.message}`);
  return { type: 'memberOf', expression: parsed.expression };
}

/** As many tasks of a workload on each of these hosts. */
export function on(hosts: readonly string[], tasksOf: Workload, each = 1): Placed[] {
  return hosts.flatMap((id) =>
    Array.from({ length: each }, (_, n) => ({
      id: `${tasksOf.group}-${id}-${n}`,
      workload: tasksOf,
      host: id,
    })),
  );
}

export function binOf(packing: Packing, id: string): Bin {
  const bin = packing.bins.get(id);
  if (bin === undefined) throw new Error(`no host ${id}`);
  return bin;
}

/** All that can be seen of a packing. */
export function contents(packing: Packing): unknown {
  return [...packing.bins.values()].map((bin) => ({
    host: bin.host.id,
    open: bin.open,
    free: { ...bin.free },
    tcp: [...bin.tcp].sort(([a], [b]) => a - b),
    udp: [...bin.udp].sort(([a], [b]) => a - b),
    tasks: [...bin.tasks.keys()].sort(),
    groups: [...bin.groups].sort(([a], [b]) => a.localeCompare(b)),
  }));
}

const zone = fc.constantFrom('a', 'b', 'c', undefined);

const anyHost = fc
  .record({
    zone,
    rack: fc.constantFrom('1', '2', undefined),
    status: fc.constantFrom('ACTIVE', 'ACTIVE', 'ACTIVE', 'DRAINING'),
    provider: fc.constantFrom('one', 'two', undefined),
    cpu: fc.integer({ min: 0, max: 12 }),
    memory: fc.integer({ min: 4, max: 12 }),
    enis: fc.integer({ min: 0, max: 8 }),
    tcp: fc.subarray([80, 443]),
  })
  .map(({ zone: ofZone, rack, status, provider, cpu, memory, enis, tcp }) => (id: string) => {
    const attributes = new Map<string, string>();
    if (ofZone !== undefined) attributes.set(ZONE, ofZone);
    if (rack !== undefined) attributes.set('rack', rack);
    const registered = { cpu, memory, gpu: 0, enis };
    return host(id, { status, provider, attributes, registered, reserved: { tcp, udp: [] } });
  });

const strategies = fc.array(
  fc.constantFrom<Strategy>(
    SPREAD_ZONES,
    SPREAD_HOSTS,
    { type: 'spread', field: 'attribute:rack' },
    PACK_CPU,
    PACK_MEMORY,
    { type: 'random' },
  ),
  { maxLength: 3 },
);

const constraints = fc.uniqueArray(
  fc.constantFrom<Constraint>(
    { type: 'distinctInstance' },
    memberOf('attribute:rack == 1'),
    memberOf('runningTasksCount < 3'),
    memberOf('task:group == service:api'),
  ),
  { maxLength: 1 },
);

const anyWorkload: fc.Arbitrary<Workload> = fc.record({
  group: fc.constantFrom('service:web', 'service:api', 'family:job'),
  needs: fc.record({
    cpu: fc.integer({ min: 0, max: 4 }),
    memory: fc.integer({ min: 0, max: 3 }),
    gpu: fc.constant(0),
    enis: fc.integer({ min: 0, max: 1 }),
    tcp: fc.constantFrom([], [], [80], [8080]),
    udp: fc.constant([]),
    requires: fc.constantFrom([], [], [{ name: 'rack', value: undefined }]),
  }),
  constraints,
  strategies,
  providers: fc.constantFrom(undefined, undefined, ['one'], ['one', 'two']),
});

export interface Cluster {
  readonly hosts: readonly Host[];
  readonly tasks: readonly Placed[];
  readonly moving: readonly Moving[];
}

/** A small cluster, some tasks on it (fit or not), and tasks of few workloads that are to be placed. */
export const anyCluster: fc.Arbitrary<Cluster> = fc
  .record({
    makers: fc.array(anyHost, { minLength: 1, maxLength: 6 }),
    workloads: fc.array(anyWorkload, { minLength: 1, maxLength: 4 }),
    there: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 6 }),
    coming: fc.array(fc.nat(), { maxLength: 7 }),
  })
  .map(({ makers, workloads, there, coming }) => {
    const hosts = makers.map((make, at) => make(`i-${at}`));
    const pick = <Item>(items: readonly Item[], at: number) => items[at % items.length] as Item;
    const tasks = there.map(([where, what], at) => ({
      id: `there-${at}`,
      workload: pick(workloads, what),
      host: pick(hosts, where).id,
    }));
    const moving = coming.map((what, at) => ({ id: `new-${at}`, workload: pick(workloads, what) }));
    return { hosts, tasks, moving };
  });

/** Random numbers of a seed: the same sequence each time. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function packingOf({ hosts, tasks }: Cluster): Packing {
  return new Packing(hosts, tasks);
}
