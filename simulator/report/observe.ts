import { type EpochMs, MINUTE, SECOND } from '../../lib/clock.ts';
import type { World } from '../world.ts';
import type { Observation } from './observation.ts';
import { watchInstances } from './observe-instances.ts';
import { metricTracks, watchAlarms } from './observe-metrics.ts';
import { type LoadOf, watchServices } from './observe-services.ts';

/** What is seen of a world is as exact as this; the world itself knows milliseconds. */
export const GLANCE_MS = 5 * SECOND;

/** A world to be watched, and what arrives at its services, by `CLUSTER/SERVICE`, if that is known. */
export interface Watched {
  readonly world: World;
  readonly loads?: ReadonlyMap<string, LoadOf>;
}

/** Plays the world until `endsAt`, and looks at it every five seconds. Looking changes nothing. */
export async function observeWorld(
  { world, loads = new Map() }: Watched,
  endsAt: EpochMs,
  onProgress: (done: number, of: number) => void = () => {},
): Promise<Observation> {
  const startsAt = world.now();
  const instances = watchInstances(world);
  const services = watchServices(world, loads);
  const alarms = watchAlarms(world);
  const look = (forMs: number) => {
    const now = world.now();
    instances.look(now);
    services.look(now, forMs);
    alarms.look(now);
  };
  look(GLANCE_MS);
  while (world.now() < endsAt) {
    const next = Math.min(endsAt, world.now() + GLANCE_MS);
    await world.runUntil(next);
    look(Math.min(GLANCE_MS, endsAt - next));
    if ((next - startsAt) % MINUTE === 0) onProgress(next - startsAt, endsAt - startsAt);
  }
  return {
    startsAt,
    endsAt,
    ...instances.tracks(),
    ...services.tracks(),
    metrics: metricTracks(world, startsAt, endsAt, alarms.states),
  };
}
