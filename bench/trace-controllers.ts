import { decide } from '../lib/capacity/decide.ts';
import type { Action } from '../lib/capacity/decision.ts';
import type { ClusterPolicy } from '../lib/capacity/policy.ts';
import { type CapacityRecord, newCapacityRecord } from '../lib/capacity/record.ts';
import type { ClusterView, ServiceView, TaskView } from '../lib/capacity/view.ts';
import { MINUTE } from '../lib/clock.ts';
import { CLUSTER, GROUP, TYPES, ZONES } from './capacity-clusters.ts';
import { ClusterAutoScaling } from './cluster-auto-scaling.ts';
import { isOpen, type World, type WorldHost, waitingOf } from './ecs-world.ts';

/** Sizes the group, once a minute. */
export type Controller = (world: World) => void;

/** Where nothing waits and nothing is on its way, it is enough to look so often. */
const IDLE = 5 * MINUTE;

/** The capability itself: its own `decide` over what the world shows, its actions carried out at once. */
export function ours(policy: ClusterPolicy, random: () => number): Controller {
  let record: CapacityRecord = newCapacityRecord(policy.cluster);
  return (world) => {
    const busy =
      world.services.some((service) => waitingOf(service) > 0) || Object.keys(record.leaving).length > 0;
    if (!busy && world.now % IDLE !== 0) return;
    const { actions, next } = decide(record, viewOf(world), policy, world.now, random);
    for (const action of actions) act(action, world);
    record = next;
  };
}

function act(action: Action, world: World): void {
  if (action.kind === 'set-desired') {
    world.desired = action.desired;
    return;
  }
  const host = [...world.hosts].find(({ like }) => like.id === action.host);
  if (host === undefined) return;
  switch (action.kind) {
    case 'order-drain':
    case 'order-release':
      host.draining = action.kind === 'order-drain';
      return;
    case 'terminate':
      world.terminate(host);
      return;
    default:
      action satisfies never;
  }
}

function viewOf({ hosts, services, desired, now }: World): ClusterView {
  const active = [...hosts].filter(({ activeAt }) => activeAt <= now);
  const launching = new Map<string, number>();
  for (const { activeAt, like } of hosts) {
    if (activeAt > now) launching.set(like.zone, (launching.get(like.zone) ?? 0) + 1);
  }
  const shared = { minimumHealthyPercent: 100, maximumPercent: 200, deploying: false } as const;
  return {
    cluster: CLUSTER,
    hosts: active.map(({ like, draining }) => (draining ? { ...like, status: 'DRAINING' } : like)),
    tasks: active.flatMap(tasksOn),
    pending: services.flatMap((service) => {
      const { workload, waitingSince } = service;
      return waitingSince === undefined ? [] : [{ workload, since: waitingSince, count: waitingOf(service) }];
    }),
    services: new Map(
      services.map(({ workload, tasks, ...service }): [string, ServiceView] => [
        workload.group,
        { ...shared, controller: 'ECS', desired: service.desired, running: tasks.size },
      ]),
    ),
    groups: [
      {
        name: GROUP,
        min: 0,
        max: 1_000,
        desired,
        zones: ZONES,
        types: [TYPES[1]],
        provider: undefined,
        managedScaling: false,
        managedTerminationProtection: false,
        managedDraining: false,
        suspended: [],
        launching,
      },
    ],
  };
}

const tasksOn = ({ tasks, like }: WorldHost): readonly TaskView[] =>
  [...tasks].map(({ id, service, startedAt, stopsAt }) => ({
    id,
    host: like.id,
    workload: service.workload,
    kind: 'service',
    startedAt,
    protectedUntil: undefined,
    stopping: stopsAt !== undefined,
  }));

/** ECS's managed scaling with managed termination protection. */
export function clusterAutoScaling(): Controller {
  const scaling = new ClusterAutoScaling();
  return (world) => {
    const active = [...world.hosts].filter((host) => isOpen(host, world.now));
    const empty = active.filter(({ tasks }) => tasks.size === 0);
    const provisioning = world.services.flatMap((service) => {
      const count = waitingOf(service);
      return count === 0 ? [] : [{ needs: service.workload.needs, count }];
    });
    const instance = TYPES[1].registered;
    const sight = { instances: active.length, empty: empty.length, provisioning, instance };
    const wish = scaling.decide(sight, world.desired);
    if (wish.kind === 'desired') world.desired = wish.desired;
    if (wish.kind === 'release') for (const host of empty.slice(0, wish.count)) world.terminate(host);
  };
}
