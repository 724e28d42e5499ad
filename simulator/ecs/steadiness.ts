import type { Service } from './model.ts';
import type { ServiceEvents } from './service-events.ts';
import { shares } from './strategy.ts';

/** Tells that the service, or one of its Fargate providers, has come to what it is to have. */
export function noteSteadiness(events: ServiceEvents, service: Service): void {
  const steady = isSteady(service);
  const newly = steady && !service.steady;
  service.steady = steady;
  if (newly) events.steady(service);
  const { strategy } = service.deployments[0].revision.capacity;
  if (strategy !== undefined) noteProviders(events, service, strategy);
}

function isSteady(service: Service): boolean {
  // The size first: it tells most services in motion without a look at their tasks.
  if (service.tasks.size !== service.desired) return false;
  for (const task of service.tasks) if (!task.healthy || task.desiredStatus !== 'RUNNING') return false;
  return true;
}

/** A provider is steady by its own tasks: the other of a mixed strategy may lack capacity meanwhile. */
function noteProviders(
  events: ServiceEvents,
  service: Service,
  strategy: NonNullable<Service['deployments'][0]['revision']['capacity']['strategy']>,
): void {
  const [{ id }] = service.deployments;
  const healthy = new Map<string, number>();
  for (const task of service.tasks) {
    const provider = task.fargate?.provider ?? task.instance?.capacityProvider;
    if (provider === undefined || task.startedBy !== id) continue;
    if (task.healthy && task.desiredStatus === 'RUNNING') {
      healthy.set(provider, (healthy.get(provider) ?? 0) + 1);
    }
  }
  const wanted = shares(strategy, service.desired);
  for (const { capacityProvider } of strategy) {
    const share = wanted.get(capacityProvider) ?? 0;
    if (share === 0 || (healthy.get(capacityProvider) ?? 0) < share) {
      service.steadyProviders.delete(capacityProvider);
    } else if (!service.steadyProviders.has(capacityProvider)) {
      service.steadyProviders.add(capacityProvider);
      events.providerSteady(service, capacityProvider);
    }
  }
}
