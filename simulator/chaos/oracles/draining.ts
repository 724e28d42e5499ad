import { type EpochMs, MINUTE } from '../../../lib/clock.ts';
import type { Cluster, ContainerInstance } from '../../ecs/model.ts';
import { watchPauses } from './pauses.ts';
import { clock, isOurs, oracle, textOf } from './watching.ts';

/** A cap that was read so long ago may still be acted on. */
const STALE = 2 * MINUTE;

export const drainingCap = oracle(
  'draining-cap',
  'Never more instances of a cluster are DRAINING by our own choice than limits.draining allows.',
  ({ world, policy }, report) => {
    const chosen = new Set<ContainerInstance>();
    const statuses = new Map<ContainerInstance, string>();
    const reclaimed = new Set<string>();
    const sizes = new Map<string, { readonly at: EpochMs; readonly size: number }[]>();
    const isChoice = ({ ec2InstanceId: id }: ContainerInstance) => {
      const group = world.ec2.instances.get(id)?.tags['aws:autoscaling:groupName'] ?? '';
      const state = world.autoScaling.groups.get(group)?.members.get(id)?.state ?? 'InService';
      return world.ec2.instances.get(id)?.state === 'running' && state === 'InService' && !reclaimed.has(id);
    };
    const clusters = () =>
      Object.entries(policy.draining?.clusters ?? {}).flatMap(([name, { limits }]) => {
        const cluster = world.ecs.clusters.get(name);
        return cluster === undefined ? [] : [{ cluster, limit: limits.draining }];
      });
    const step = () => {
      const now = world.now();
      for (const { cluster } of clusters()) {
        const sized = (sizes.get(cluster.name) ?? []).filter(({ at }) => at > now - STALE);
        sizes.set(cluster.name, [...sized, { at: now, size: registered(cluster) }]);
        for (const instance of cluster.instances.values()) statuses.set(instance, instance.status);
      }
      for (const one of chosen) if (one.status !== 'DRAINING' || !isChoice(one)) chosen.delete(one);
    };
    step();
    world.recording.eventListeners.push(({ event }) => {
      if (event['detail-type'] !== 'EC2 Spot Instance Interruption Warning') return;
      reclaimed.add(textOf(event.detail, 'instance-id'));
    });
    world.recording.callListeners.push((call) => {
      if (!isOurs(call) || call.operation !== 'UpdateContainerInstancesState') return;
      for (const { cluster, limit } of clusters()) {
        const begun = [...cluster.instances.values()].filter(
          (one) => one.status === 'DRAINING' && statuses.get(one) === 'ACTIVE' && isChoice(one),
        );
        for (const one of begun) chosen.add(one);
        step();
        const size = Math.max(...(sizes.get(cluster.name) ?? []).map((sized) => sized.size));
        const cap =
          limit.kind === 'count' ? limit.value : Math.max(1, Math.floor((size * limit.value) / 100));
        const ours = [...chosen].filter((one) => one.cluster === cluster).length;
        if (begun.length === 0 || ours <= cap) continue;
        report(
          `${ours} of ${size} instances of ${cluster.name} drain by our own choice; ${cap} would have been right.`,
        );
      }
    });
    return { step };
  },
);

function registered({ instances }: Cluster): number {
  return [...instances.values()].filter(({ status }) => status === 'ACTIVE' || status === 'DRAINING').length;
}

/** For ticks of the schedule, and for what EC2 tells late. */
const SLACK = 5 * MINUTE;

export const noLastingGhost = oracle(
  'no-lasting-ghost',
  'No container instance stays registered after its EC2 instance has ended and the grace for it is over.',
  (observed, report) => {
    const { world, policy, faultsEndAt } = observed;
    const pauses = watchPauses(observed);
    const ended = new Map<ContainerInstance, { readonly state: string; readonly at: EpochMs }>();
    const told = new Set<ContainerInstance>();
    const step = () => {
      pauses.look();
      if (policy.draining?.mode !== 'act') return;
      for (const [name, { ghosts }] of Object.entries(policy.draining.clusters)) {
        for (const instance of world.ecs.clusters.get(name)?.instances.values() ?? []) {
          const state = world.ec2.instances.get(instance.ec2InstanceId)?.state ?? 'terminated';
          const grace = state === 'stopped' ? ghosts.stoppedAfter : ghosts.terminatedAfter;
          if ((state !== 'terminated' && state !== 'stopped') || instance.status === 'INACTIVE') {
            ended.delete(instance);
            continue;
          }
          const known = ended.get(instance);
          const since = known?.state === state ? known : { state, at: world.now() };
          ended.set(instance, since);
          if (grace === null || told.has(instance)) continue;
          const limit = Math.max(since.at, faultsEndAt, pauses.last('draining')) + grace + SLACK;
          if (world.now() <= limit) continue;
          told.add(instance);
          report(
            `ECS still lists ${instance.ec2InstanceId}, which EC2 has ${state} at ${clock(since.at)}; deregistered by ${clock(limit)} would have been right.`,
          );
        }
      }
    };
    return { step };
  },
);
