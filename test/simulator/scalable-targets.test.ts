import { ApplicationAutoScaling } from '@aws-sdk/client-application-auto-scaling';
import { expect, it } from 'vitest';
import { createWorld } from '../../simulator/world.ts';

function targets() {
  const world = createWorld();
  world.applicationAutoScaling.register({
    resourceId: 'service/prod/web',
    min: 2,
    max: 9,
    suspended: { in: true },
    policies: ['cpu', 'requests'],
  });
  const { clock: _clock, random: _random, ...config } = world.clients();
  return { world, client: new ApplicationAutoScaling({ ...config, maxAttempts: 1 }) };
}

it('describes the scalable targets among the services asked for', async () => {
  const { client, world } = targets();
  const { ScalableTargets } = await client.describeScalableTargets({
    ServiceNamespace: 'ecs',
    ResourceIds: ['service/prod/web', 'service/prod/other'],
  });

  expect(ScalableTargets).toMatchObject([
    {
      ResourceId: 'service/prod/web',
      ScalableDimension: 'ecs:service:DesiredCount',
      MinCapacity: 2,
      MaxCapacity: 9,
      CreationTime: new Date(world.now()),
      SuspendedState: { DynamicScalingInSuspended: true, DynamicScalingOutSuspended: false },
    },
  ]);
});

it('lists the policies of all services, or of one', async () => {
  const { client } = targets();
  const all = await client.describeScalingPolicies({ ServiceNamespace: 'ecs' });
  const none = await client.describeScalingPolicies({
    ServiceNamespace: 'ecs',
    ResourceId: 'service/prod/other',
  });

  expect(all.ScalingPolicies?.map(({ PolicyName }) => PolicyName)).toEqual(['cpu', 'requests']);
  expect(none.ScalingPolicies).toEqual([]);
});
