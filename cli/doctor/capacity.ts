import type { DefinitionView, ServiceView, Snapshot } from './snapshot.ts';

/** What a service runs on. */
export type Capacity = 'ec2' | 'fargate' | 'fargate-spot' | 'managed-instances' | 'external';

/** Every kind that it may run on. Needs the capacity providers, to tell Managed Instances from a group's. */
export function capacitiesOf(service: ServiceView, { providers }: Snapshot): ReadonlySet<Capacity> {
  const managed = new Set(providers.filter((one) => one.managedInstances).map(({ name }) => name));
  const ofProvider = (name: string): Capacity => {
    if (name === 'FARGATE') return 'fargate';
    if (name === 'FARGATE_SPOT') return 'fargate-spot';
    return managed.has(name) ? 'managed-instances' : 'ec2';
  };
  if (service.strategy.length > 0)
    return new Set(service.strategy.map(({ provider }) => ofProvider(provider)));
  switch (service.launchType) {
    case 'FARGATE':
      return new Set(['fargate']);
    case 'EXTERNAL':
      return new Set(['external']);
    case 'MANAGED_INSTANCES':
      return new Set(['managed-instances']);
    default:
      return new Set(['ec2']);
  }
}

/** The Spot that it runs on; null if it runs on none. Needs capacity providers, instances and EC2's view of them. */
export function spotOf(service: ServiceView, snapshot: Snapshot): 'FARGATE_SPOT' | 'EC2 Spot' | null {
  const capacities = capacitiesOf(service, snapshot);
  if (capacities.has('fargate-spot')) return 'FARGATE_SPOT';
  if (!capacities.has('ec2')) return null;
  const names = new Set(service.strategy.map(({ provider }) => provider));
  const hosts = snapshot.instances.filter(
    ({ provider }) => names.size === 0 || (provider !== null && names.has(provider)),
  );
  return hosts.some(({ id }) => snapshot.machines.get(id)?.spot === true) ? 'EC2 Spot' : null;
}

/** A service with the task definition that it runs, where that was read. */
export interface Running {
  readonly service: ServiceView;
  readonly definition: DefinitionView;
}

export const running = ({ services, definitions }: Snapshot): Running[] =>
  services.flatMap((service) => {
    const definition = definitions.get(service.definition);
    return definition === undefined ? [] : [{ service, definition }];
  });

/** How few tasks may be healthy, and how many there may be at once, in a deployment or a drain: up, and down. */
export const room = ({ desired, minPercent, maxPercent }: ServiceView) => ({
  least: Math.ceil((desired * minPercent) / 100),
  most: Math.floor((desired * maxPercent) / 100),
});

/** From the interruption notice to the end, of EC2 Spot as of Fargate Spot. */
export const SPOT_NOTICE_SECONDS = 120;
