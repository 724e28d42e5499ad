import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { EC2 } from '@aws-sdk/client-ec2';
import { ECS } from '@aws-sdk/client-ecs';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import type { GroupSpec } from '../../simulator/autoscaling/model.ts';
import type { BusEvent } from '../../simulator/kernel.ts';
import { createWorld, type World, type WorldOptions } from '../../simulator/world.ts';

/** A cluster `prod` with a group `prod-asg`, and the SDK's own clients; throttling is off unless asked for. */
export function prodWorld(options: WorldOptions & { group?: Partial<GroupSpec> } = {}) {
  const { group: groupSpec, ...worldOptions } = options;
  const world = createWorld({ throttling: false, ...worldOptions });
  const cluster = world.addCluster('prod');
  const group = world.addGroup({ name: 'prod-asg', cluster: 'prod', instances: 3, ...groupSpec });
  const instances = [...cluster.instances.values()];
  return { world, cluster, group, instances, ...clientsOf(world) };
}

/** One attempt, so that a refusal is seen. */
export function clientsOf(world: World) {
  const { clock: _clock, random: _random, ...options } = world.clients();
  const config = { ...options, maxAttempts: 1 };
  return {
    ecs: new ECS(config),
    autoScaling: new AutoScaling(config),
    ec2: new EC2(config),
    events: new EventBridge(config),
    cloudWatch: new CloudWatch(config),
  };
}

/** The first item. @throws if there is none */
export function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new Error('The test expected at least one item.');
  return item;
}

/** Everything that `world` publishes of this detail type. */
export function published(world: World, detailType: string): BusEvent[] {
  return world.recording.events
    .map(({ event }) => event)
    .filter((event) => event['detail-type'] === detailType);
}

export const HOOK_PATTERN = {
  source: ['aws.autoscaling'],
  'detail-type': ['EC2 Instance-terminate Lifecycle Action'],
};
