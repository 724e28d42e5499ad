import type { Strategy, WorldHost, WorldService, WorldTask } from './ecs-world.ts';

/**
 * ECS's strategies once more, apart from lib/placement, so that what is planned there can turn out wrong here
 * (Developer Guide, "Use strategies to define Amazon ECS task placement").
 */
export function worldStrategy(kind: 'spread' | 'binpack', random: () => number): Strategy {
  const any = <One>(equals: readonly One[]): One | undefined => equals[Math.floor(random() * equals.length)];
  return kind === 'spread'
    ? {
        // The zone with the fewest of its tasks, then the instance with the fewest.
        place: (service, hosts) => any(least(least(hosts, inZone(service)), onHost(service))),
        stop: (service) => {
          const zones = inZone(service);
          const each = onHost(service);
          return any(
            least(
              least([...service.tasks], ({ host }) => -zones(host)),
              ({ host }) => -each(host),
            ),
          );
        },
      }
    : {
        place: (_, hosts) => any(least(hosts, ({ free }) => free.memory)),
        stop: ({ tasks }) => any(least([...tasks], ({ host }: WorldTask) => -host.free.memory)),
      };
}

function least<One>(all: readonly One[], rank: (one: One) => number): readonly One[] {
  const lowest = Math.min(...all.map(rank));
  return all.filter((one) => rank(one) === lowest);
}

const inZone = (service: WorldService) => countBy(service, ({ like }) => like.zone);
const onHost = (service: WorldService) => countBy(service, (host) => host);

/** Tasks of the service on hosts of the same key. */
function countBy({ tasks }: WorldService, keyOf: (host: WorldHost) => unknown): (host: WorldHost) => number {
  const counts = new Map<unknown, number>();
  for (const { host } of tasks) counts.set(keyOf(host), (counts.get(keyOf(host)) ?? 0) + 1);
  return (host) => counts.get(keyOf(host)) ?? 0;
}
