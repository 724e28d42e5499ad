import type { ServiceSpec } from '../../simulator/ecs/ecs.ts';
import { createWorld, type World } from '../../simulator/world.ts';
import { clientsOf, first, published } from './worlds.ts';

export const SPOT = [{ capacityProvider: 'FARGATE_SPOT', base: 0, weight: 1 }];
export const ON_DEMAND = [{ capacityProvider: 'FARGATE', base: 0, weight: 1 }];
export const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
export const SUBNETS = ['subnet-a', 'subnet-b', 'subnet-c'];

/** A cluster `prod` with both Fargate providers, three subnets in three zones, and the SDK's own clients. */
export function fargateWorld() {
  const world = createWorld({ throttling: false });
  const cluster = world.addCluster('prod', { capacityProviders: ['FARGATE', 'FARGATE_SPOT'] });
  for (const [index, id] of SUBNETS.entries()) world.ec2.addSubnet({ id, zone: ZONES[index] ?? '' });
  return { world, cluster, ...clientsOf(world) };
}

/** That, with a service `web` of four tasks on Spot. */
export function spotService(spec: Partial<ServiceSpec> = {}) {
  const made = fargateWorld();
  const { world, ecs } = made;
  const service = world.ecs.addService({
    cluster: 'prod',
    name: 'web',
    desired: 4,
    capacityProviderStrategy: SPOT,
    ...spec,
  });
  const described = async () =>
    first((await ecs.describeServices({ cluster: 'prod', services: ['web'] })).services ?? []);
  const update = (change: object) => ecs.updateService({ cluster: 'prod', service: 'web', ...change });
  return { ...made, service, described, update };
}

/** How many of its tasks that are to run are on each provider. */
export function byProvider(service: ReturnType<typeof spotService>['service']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { fargate, desiredStatus } of service.tasks) {
    if (desiredStatus !== 'RUNNING' || fargate === undefined) continue;
    counts[fargate.provider] = (counts[fargate.provider] ?? 0) + 1;
  }
  return counts;
}

/** The details of events of this type with this name, oldest first. */
export function named(world: World, detailType: string, eventName: string): object[] {
  return published(world, detailType)
    .map(({ detail }) => detail)
    .filter((detail) => 'eventName' in detail && detail.eventName === eventName);
}

export function taskEvents(world: World, taskArn: string): object[] {
  return published(world, 'ECS Task State Change')
    .map(({ detail }) => detail)
    .filter((detail) => 'taskArn' in detail && detail.taskArn === taskArn);
}
