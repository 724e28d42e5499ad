import { type EpochMs, MINUTE } from '../../../lib/clock.ts';
import type { Cluster, Service, Task } from '../../ecs/model.ts';
import type { Observed } from '../oracle.ts';
import { mostOut, STALE, watchDepartures } from './departures.ts';
import { watchPauses } from './pauses.ts';
import { clock, oracle } from './watching.ts';

/** The clusters that capacity acts on. */
export function countedClusters({ world, policy: { capacity } }: Observed): Cluster[] {
  if (capacity?.mode !== 'act') return [];
  return Object.keys(capacity.clusters).flatMap((name) => world.ecs.clusters.get(name) ?? []);
}

const isReplica = ({ strategy, status }: Service) => strategy === 'REPLICA' && status === 'ACTIVE';
const isServing = (task: Task) => task.healthy && task.desiredStatus === 'RUNNING';

/** A service a moment ago: what served, and what of that on instances that capacity lets go. */
interface Before {
  readonly desired: number;
  readonly serving: readonly Task[];
  readonly leaving: ReadonlySet<Task>;
}

export const healthyMinimum = oracle(
  'healthy-minimum',
  'No service falls below its minimum healthy count by tasks that end on instances which capacity lets go.',
  (observed, report) => {
    const { world } = observed;
    const departures = watchDepartures(world);
    const known = new Map<Service, Before>();
    const clusters = countedClusters(observed);
    const isLeaving = ({ instance }: Task) => {
      const id = instance?.ec2InstanceId ?? '';
      return departures.all.has(id) && !departures.isByOthersToo(id);
    };
    const judge = (service: Service, { desired, serving, leaving }: Before) => {
      const gone = serving.filter((task) => !isServing(task));
      const ours = gone.filter((task) => leaving.has(task) && task.stopCode !== 'EssentialContainerExited');
      // Others that ended in the same second count as if they served: that was not us.
      const now = [...service.tasks].filter(isServing).length + gone.length - ours.length;
      const minimum = Math.ceil((Math.min(desired, service.desired) * service.minimumHealthyPercent) / 100);
      if (ours.length === 0 || now >= minimum) return;
      const hosts = [...new Set(ours.map(({ instance }) => instance?.ec2InstanceId))].join(', ');
      report(
        `${now} tasks of ${service.name} serve after ${ours.length} ended on ${hosts} (${ours[0]?.stoppedReason}), which capacity lets go; ${minimum} would have been right.`,
      );
    };
    const step = () => {
      for (const { services } of clusters) {
        for (const service of services.values()) {
          const before = known.get(service);
          if (before !== undefined && isReplica(service)) judge(service, before);
        }
      }
      departures.look();
      for (const { services } of clusters) {
        for (const service of services.values()) {
          const serving = [...service.tasks].filter(isServing);
          const leaving = new Set(departures.all.size === 0 ? [] : serving.filter(isLeaving));
          known.set(service, { desired: service.desired, serving, leaving });
        }
      }
    };
    return { step };
  },
);

/** For the answer of draining, for the ticks of both, and for Auto Scaling. */
const SLACK = 15 * MINUTE;

export const capacityBudget = oracle(
  'capacity-budget',
  'Never more instances are on their way out by capacity than the smallest budget in force allows, and each is gone or takes tasks again in time.',
  (observed, report) => {
    const { world, policy, faultsEndAt } = observed;
    const pauses = watchPauses(observed);
    const sizes = new Map<string, { readonly at: EpochMs; readonly active: number }[]>();
    const clusters = countedClusters(observed);
    const told = new Set<string>();
    const fileOf = (cluster: string) => policy.capacity?.clusters[cluster]?.consolidation;
    const departures = watchDepartures(world, ({ cluster, reason }) => {
      const active = Math.max(0, ...(sizes.get(cluster) ?? []).map((size) => size.active));
      const most = mostOut(fileOf(cluster)?.budgets ?? [], reason, active, world.now());
      const out = [...departures.all.values()].filter((one) => one.cluster === cluster && !one.isReleased);
      if (out.length <= most) return;
      const names = out.map(({ id }) => id).join(', ');
      report(
        `${out.length} of ${active} instances of ${cluster} are on their way out (${names}), the last as ${reason}; ${most} would have been right.`,
      );
    });
    const lookForLasting = () => {
      const now = world.now();
      for (const { id, cluster, at, instance } of departures.all.values()) {
        const timeout = fileOf(cluster)?.drainTimeout ?? 0;
        const since = Math.max(at, faultsEndAt, pauses.last('capacity'), pauses.last('draining'));
        if (told.has(id) || departures.isByOthersToo(id) || instance?.status !== 'DRAINING') continue;
        if (now <= since + timeout + SLACK) continue;
        told.add(id);
        report(
          `${id} was told to drain at ${clock(at)} by capacity and is still DRAINING; gone or ACTIVE by ${clock(since + timeout + SLACK)} would have been right.`,
        );
      }
    };
    const step = () => {
      pauses.look();
      departures.look();
      const now = world.now();
      for (const { name, instances } of clusters) {
        const active = [...instances.values()].filter(({ status }) => status === 'ACTIVE').length;
        const sized = (sizes.get(name) ?? []).filter(({ at }) => at > now - STALE);
        sizes.set(name, [...sized, { at: now, active }]);
      }
      lookForLasting();
    };
    step();
    return { step };
  },
);
