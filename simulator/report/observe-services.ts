import { type EpochMs, MINUTE } from '../../lib/clock.ts';
import { type Service, starting, type Task } from '../ecs/model.ts';
import type { Arrivals } from '../load.ts';
import type { World } from '../world.ts';
import { Changes } from './changes.ts';
import { PLACES, type Place, type ServiceTrack } from './observation.ts';

/** What arrives at a service in a second, and what one of its tasks can serve of it. */
export interface LoadOf {
  readonly arrivals: Arrivals;
  readonly perTask: number;
}

interface Watching {
  readonly service: Service;
  readonly desired: Changes<number>;
  readonly running: Readonly<Record<Place, Changes<number>>>;
  readonly pending: Changes<number>;
  readonly arrivals: Changes<number>;
  readonly capacity: Changes<number>;
  below: number;
}

/** Services, and the tasks that were taken from them. */
export function watchServices(world: World, loads: ReadonlyMap<string, LoadOf>) {
  const watched = new Map<string, Watching>();
  const ended = new Set<Task>();
  const sums = { lost: 0, interrupted: 0 };

  function look(now: EpochMs, forMs: number): void {
    for (const cluster of world.ecs.clusters.values()) {
      for (const service of cluster.services.values()) {
        const id = `${cluster.name}/${service.name}`;
        const watching = watched.get(id) ?? watch(service);
        watched.set(id, watching);
        count(watching, loads.get(id), now, forMs);
      }
      for (const task of cluster.tasks.values()) {
        if (task.lastStatus !== 'STOPPED' || ended.has(task)) continue;
        ended.add(task);
        const fate = fateOf(task);
        if (fate !== null) sums[fate] += 1;
      }
    }
  }

  return {
    look,
    tracks: () => ({
      services: [...watched].map(([id, watching]) => track(id, watching, loads.has(id))),
      ...sums,
    }),
  };
}

const watch = (service: Service): Watching => ({
  service,
  desired: new Changes(),
  running: { EC2: new Changes(), FARGATE: new Changes(), FARGATE_SPOT: new Changes() },
  pending: new Changes(),
  arrivals: new Changes(),
  capacity: new Changes(),
  below: 0,
});

function count(watching: Watching, load: LoadOf | undefined, now: EpochMs, forMs: number): void {
  const { service } = watching;
  const running: Record<Place, number> = { EC2: 0, FARGATE: 0, FARGATE_SPOT: 0 };
  let pending = 0;
  for (const task of service.tasks) {
    if (task.desiredStatus !== 'RUNNING') continue;
    if (starting(task)) pending += 1;
    else running[task.fargate?.provider ?? 'EC2'] += 1;
  }
  for (const place of PLACES) watching.running[place].note(now, running[place]);
  watching.pending.note(now, pending);
  watching.desired.note(now, service.desired);
  const all = running.EC2 + running.FARGATE + running.FARGATE_SPOT;
  // How many tasks a daemon is to have is not its desired count's matter.
  if (service.strategy !== 'DAEMON') watching.below += Math.max(0, service.desired - all) * forMs;
  if (load === undefined) return;
  watching.arrivals.note(now, Math.round(10 * load.arrivals(now)) / 10);
  watching.capacity.note(now, all * load.perTask);
}

function track(id: string, watching: Watching, hasLoad: boolean): ServiceTrack {
  const { service, desired, running, pending, arrivals, capacity, below } = watching;
  return {
    id,
    daemon: service.strategy === 'DAEMON',
    desired: desired.series,
    running: {
      EC2: running.EC2.series,
      FARGATE: running.FARGATE.series,
      FARGATE_SPOT: running.FARGATE_SPOT.series,
    },
    pending: pending.series,
    belowMinutes: below / MINUTE,
    load: hasLoad ? { arrivals: arrivals.series, capacity: capacity.series } : null,
  };
}

/** Whether the task ended with its host, without SIGTERM, or was taken back by Fargate Spot. */
function fateOf({ stopCode, fargate }: Task): 'lost' | 'interrupted' | null {
  if (stopCode !== 'SpotInterruption' && stopCode !== 'TerminationNotice') return null;
  return fargate === undefined ? 'lost' : 'interrupted';
}
