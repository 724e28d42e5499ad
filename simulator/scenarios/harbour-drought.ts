import { MINUTE, SECOND } from '../../lib/clock.ts';
import type { World } from '../world.ts';

const ZONES = ['a', 'b'];
const BEGINS = 56 * MINUTE;
const ENDS = 78 * MINUTE;

/** Two services on Fargate Spot, in the subnets of two zones. Their images are pinned, so that no tag can move. */
export function addSpotServices(world: World, cluster: string): void {
  for (const zone of ZONES) world.ec2.addSubnet({ id: `subnet-${zone}`, zone: `eu-west-1${zone}` });
  world.ecs.definitions.define('stevedore-probe-x86-64', { cpu: 256, memory: 512 }, true);
  const image = `images@sha256:${'5'.repeat(64)}`;
  const task = { cluster, image, cpu: 512, memory: 1024, startMs: [20 * SECOND, 40 * SECOND] } as const;
  world.ecs.addService({
    ...task,
    name: 'manifests',
    desired: 6,
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
  });
  world.ecs.addService({
    ...task,
    name: 'photos',
    desired: 4,
    capacityProviderStrategy: [
      { capacityProvider: 'FARGATE', base: 1, weight: 1 },
      { capacityProvider: 'FARGATE_SPOT', base: 0, weight: 3 },
    ],
  });
}

/** For 22 minutes Fargate has no Spot capacity in any zone: what runs there is reclaimed within three. */
export function drought(world: World, tell: (after: number, what: string) => void): void {
  const start = world.now();
  const spot = { provider: 'FARGATE_SPOT' } as const;
  tell(BEGINS, 'Fargate Spot runs dry in all zones; its tasks are reclaimed within three minutes');
  world.at(start + BEGINS, () =>
    world.ecs.fargate.setCapacity({ ...spot, tasks: 0, interruptWithinMs: 3 * MINUTE }),
  );
  tell(ENDS, 'Fargate Spot has capacity again, and nobody announces it');
  world.at(start + ENDS, () => world.ecs.fargate.setCapacity({ ...spot, tasks: 'unlimited' }));
}
