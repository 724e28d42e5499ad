import { type EpochMs, MINUTE } from '../../../lib/clock.ts';
import type { Group } from '../../autoscaling/model.ts';
import { sizeOf } from '../../ecs/machine.ts';
import type { Cluster, Service, TaskDefinition } from '../../ecs/model.ts';
import { providerTest } from '../../ecs/placement.ts';
import type { World } from '../../world.ts';
import { countedClusters } from './capacity.ts';
import { clock, memberOf, oracle, textOf } from './watching.ts';

/** For a tick, a launch that never registers, and another one. */
const PATIENCE = 30 * MINUTE;

/** A cluster when capacity had just terminated an instance: which services had how many tasks. */
interface Moment {
  readonly at: EpochMs;
  readonly running: ReadonlyMap<Service, number>;
  readonly desired: ReadonlyMap<Service, number>;
  /** Groups may have so many instances without that one. */
  readonly instances: number;
}

export const noTaskStranded = oracle(
  'no-task-stranded',
  'In a calm world no task waits for an instance that its groups could launch, and none that ran before capacity let an instance go.',
  (observed, report) => {
    const { world, policy, faultsEndAt } = observed;
    const since = new Map<Service, EpochMs>();
    const moments = new Map<string, Moment>();
    const clusters = countedClusters(observed);
    world.recording.callListeners.push(({ function: name, operation, input, carriedOut }) => {
      if (name !== 'capacity' || operation !== 'TerminateInstanceInAutoScalingGroup' || !carriedOut) return;
      const cluster = world.ecs.instances.find(textOf(input, 'InstanceId'))?.cluster;
      const isDecrement = String(memberOf(input, 'ShouldDecrementDesiredCapacity')) === 'true';
      // Only the first since the world is calm: those after it may not make it worse either.
      if (cluster === undefined || !isDecrement || world.now() < faultsEndAt) return;
      const { instances = Number.NaN, ...first } = moments.get(cluster.name) ?? momentOf(world, cluster);
      moments.set(cluster.name, { ...first, instances: instances - (moments.has(cluster.name) ? 1 : 0) });
    });
    const step = () => {
      for (const { services } of clusters) {
        for (const service of services.values()) {
          if (!service.shortages.has('instances') || service.strategy === 'DAEMON') since.delete(service);
          else if (!since.has(service)) since.set(service, world.now());
        }
      }
    };
    const end = () => {
      for (const cluster of clusters) {
        const file = policy.capacity?.clusters[cluster.name];
        const groups = (file?.groups ?? []).flatMap((name) => world.autoScaling.groups.get(name) ?? []);
        for (const service of cluster.services.values()) {
          const waits = Math.max(since.get(service) ?? Number.POSITIVE_INFINITY, faultsEndAt);
          if (world.now() < waits + PATIENCE) continue;
          const group = groups.find((one) => couldLaunch(one, service, cluster));
          const lacks = `Service ${service.name} lacks ${lackOf(service)} of ${service.desired} tasks since ${clock(waits)}`;
          if (file?.scaleOut !== false && group !== undefined) {
            report(
              `${lacks}, and ${group.name} has ${group.desired} of at most ${group.max} instances; another one would have been right.`,
            );
          } else if (ranBefore(world, cluster, service, moments.get(cluster.name))) {
            report(
              `${lacks}, and all of them ran before capacity let instances go from ${clock(moments.get(cluster.name)?.at ?? 0)} on; to keep them would have been right.`,
            );
          }
        }
      }
    };
    return { step, end };
  },
);

const runningOf = ({ tasks }: Service) =>
  [...tasks].filter(({ desiredStatus }) => desiredStatus === 'RUNNING').length;
const lackOf = (service: Service) => service.desired - runningOf(service);

const groupsOf = (world: World, { name }: Cluster) =>
  [...world.autoScaling.groups.values()].filter(({ spec }) => spec.cluster === name);
const countOf = (world: World, cluster: Cluster) =>
  groupsOf(world, cluster).reduce((sum, { desired }) => sum + desired, 0);

function momentOf(world: World, cluster: Cluster): Moment {
  const services = [...cluster.services.values()];
  return {
    at: world.now(),
    running: new Map(services.map((service) => [service, runningOf(service)])),
    desired: new Map(services.map((service) => [service, service.desired])),
    instances: countOf(world, cluster),
  };
}

/** Nobody wants more than then, and nobody but capacity has taken instances away: then it ran, and it was capacity. */
function ranBefore(world: World, cluster: Cluster, service: Service, then: Moment | undefined): boolean {
  if (then === undefined || countOf(world, cluster) < then.instances) return false;
  const grown = [...cluster.services.values()].some((one) => one.desired > (then.desired.get(one) ?? 0));
  return !grown && runningOf(service) < Math.min(service.desired, then.running.get(service) ?? 0);
}

/** An instance of the group, with nothing but its daemons on it, would take a task of the service. */
function couldLaunch(group: Group, service: Service, cluster: Cluster): boolean {
  const [{ revision }] = service.deployments;
  const provider = group.spec.capacityProvider;
  const isWanted = providerTest(revision.capacity);
  const [like] = [...cluster.instances.values()].filter((one) => one.capacityProvider === provider);
  const isAsked = revision.capacity.strategy === undefined || (like !== undefined && isWanted(like));
  const launches = group.desired < group.max && !group.suspended.has('Launch');
  return isAsked && launches && fitsEmpty(group, revision.definition, cluster);
}

function fitsEmpty({ spec }: Group, { cpu, memory }: TaskDefinition, { services }: Cluster): boolean {
  const size = sizeOf(spec.instanceType ?? 'm7g.large', spec);
  const daemons = [...services.values()].filter(({ strategy }) => strategy === 'DAEMON');
  const used = daemons.map(({ deployments: [{ revision }] }) => revision.definition);
  const free = (of: 'cpu' | 'memory') => size[of] - used.reduce((sum, one) => sum + one[of], 0);
  return cpu <= free('cpu') && memory <= free('memory');
}
