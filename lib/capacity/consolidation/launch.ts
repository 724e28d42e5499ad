import { type Amounts, type Host, leastOf, type Placed, type Workload } from '../../placement/model.ts';
import type { GroupView, InstanceTypeView } from '../view.ts';
import { sumOfPrices } from './cost.ts';
import { type Draft, type DraftGroup, replacementId } from './draft.ts';
import type { Situation } from './situation.ts';
import { emptiest } from './zones.ts';

/** What is certain of an instance that the group launches, whichever of its types and zones Auto Scaling chooses. */
export interface Offer {
  readonly group: DraftGroup;
  /** The smallest type. */
  readonly type: string;
  /** Room that it will have, daemons aside. */
  readonly free: Amounts;
  /** Of an hour, of the dearest type; undefined: not known. */
  readonly price: number | undefined;
  /** One for each zone that it may come to; in the packing, and at most one of them open at a time. */
  readonly spares: readonly { readonly host: Host; readonly zone: string }[];
}

/** Undefined: the group can launch none now. */
export function offerOf(group: DraftGroup, draft: Draft, situation: Situation): Offer | undefined {
  const { view } = group;
  const type = smallest(view.types);
  // The launch comes before the drains, so that the count is at its highest then.
  const hasRoom = view.desired + group.launched + 1 <= view.max;
  if (type === undefined || !hasRoom || view.suspended.includes('Launch')) return undefined;
  const registered = leastOf(view.types.map((one) => one.registered));
  const spares = emptiest(group.zones).map((zone) => ({
    zone,
    host: newHost(replacementId(view.name, group.launched + 1, zone), zone, registered, view, situation),
  }));
  const daemons = daemonsOf(view, situation);
  draft.add(
    spares.map(({ host }) => host),
    spares.flatMap(({ host }) =>
      daemons.map((workload): Placed => ({ id: `${host.id}/${workload.group}`, workload, host: host.id })),
    ),
  );
  const names = view.types.map(({ name }) => name);
  const prices = names.map((name) => situation.costs.priceOf(name) ?? 0);
  return {
    group,
    type: type.name,
    free: daemons.reduce((left, { needs }) => less(left, needs), registered),
    price: sumOfPrices(names, situation.costs.priceOf) === undefined ? undefined : Math.max(...prices),
    spares,
  };
}

const byAmount: readonly (keyof Amounts)[] = ['cpu', 'memory', 'gpu', 'enis'];
const less = (from: Amounts, by: Amounts): Amounts => ({
  cpu: from.cpu - by.cpu,
  memory: from.memory - by.memory,
  gpu: from.gpu - by.gpu,
  enis: from.enis - by.enis,
});

function smallest(types: readonly InstanceTypeView[]): InstanceTypeView | undefined {
  const [first] = types.toSorted(
    (a, b) =>
      byAmount.map((key) => a.registered[key] - b.registered[key]).find((difference) => difference !== 0) ??
      0,
  );
  return first;
}

/** Attributes of its own (ECS_INSTANCE_ATTRIBUTES) are known only as far as the types of the group tell them. */
function newHost(
  id: string,
  zone: string,
  registered: Amounts,
  { name, provider, types }: GroupView,
  { view, now }: Situation,
): Host {
  const like = view.hosts.find(({ group }) => group === name);
  const shared = [...(types[0]?.attributes ?? [])].filter(([key, value]) =>
    types.every(({ attributes }) => attributes.get(key) === value),
  );
  return {
    id,
    status: 'ACTIVE',
    agentConnected: true,
    agentVersion: like?.agentVersion,
    registeredAt: now,
    provider,
    attributes: new Map([...shared, ['ecs.availability-zone', zone]]),
    registered,
    reserved: like?.reserved ?? { tcp: [], udp: [] },
  };
}

/** One task of each daemon service that the group's instances have. */
function daemonsOf({ name }: GroupView, { view, tasksOn }: Situation): readonly Workload[] {
  const daemons = new Map<string, Workload>();
  for (const { id, group } of view.hosts) {
    if (group !== name) continue;
    for (const { kind, workload } of tasksOn(id)) {
      if (kind === 'daemon') daemons.set(workload.group, workload);
    }
  }
  return [...daemons.values()];
}
