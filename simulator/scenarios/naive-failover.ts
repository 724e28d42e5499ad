import type { Service } from '../ecs/model.ts';
import type { World } from '../world.ts';

const CAPACITY = 'SERVICE_TASK_PLACEMENT_FAILURE';
const STEADY = 'SERVICE_STEADY_STATE';

/**
 * The Lambda function that people write for it: on demand at every placement failure, and back at the next steady
 * state. It knows the original strategy, which is more than most of them do. It changes services at once and past the
 * API, since it is only measured by what comes of it. Returns how often it has changed one.
 */
export function deployNaiveFailover(world: World, services: readonly Service[]): () => number {
  const originals = new Map(
    services.map((service) => [service, service.deployments[0].revision.capacity.strategy ?? []]),
  );
  const byArn = new Map(services.map((service) => [service.arn, service]));
  const onDemand = new Set<Service>();
  let changes = 0;
  world.deploy({
    name: 'naive',
    timeoutMs: 60_000,
    rules: [
      {
        name: 'naive',
        pattern: {
          source: ['aws.ecs'],
          'detail-type': ['ECS Service Action'],
          detail: { eventName: [CAPACITY, STEADY] },
        },
      },
    ],
    handler: async (event) => {
      const { resources, detail } = event as {
        readonly resources: readonly string[];
        readonly detail: { readonly eventName: string };
      };
      const service = byArn.get(resources[0] ?? '');
      const isShort = detail.eventName === CAPACITY;
      if (service === undefined || isShort === onDemand.has(service)) return;
      if (isShort) onDemand.add(service);
      else onDemand.delete(service);
      const capacityProviderStrategy = isShort
        ? [{ capacityProvider: 'FARGATE', weight: 1, base: 1 }]
        : [...(originals.get(service) ?? [])];
      world.ecs.updateService(service, { capacityProviderStrategy, forceNewDeployment: true });
      changes += 1;
    },
  });
  return () => changes;
}
