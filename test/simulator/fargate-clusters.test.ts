import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { fargateWorld, ON_DEMAND, SPOT, SUBNETS, spotService, ZONES } from './fargate-world.ts';
import { first } from './worlds.ts';

const BOTH = ['FARGATE', 'FARGATE_SPOT'];

describe('the capacity providers of a cluster', () => {
  it('are described with the default strategy', async () => {
    const { world, ecs } = fargateWorld();
    world.addCluster('batch', {
      capacityProviders: BOTH,
      defaultStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 2 }],
    });
    const { clusters } = await ecs.describeClusters({ clusters: ['prod', 'batch', 'none'] });
    expect(clusters).toMatchObject([
      { clusterName: 'prod', capacityProviders: BOTH, defaultCapacityProviderStrategy: [] },
      {
        clusterName: 'batch',
        defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 2, base: 0 }],
      },
    ]);
  });

  it('are replaced as a whole, and then busy for a while', async () => {
    const { world, ecs } = fargateWorld();
    const put = (capacityProviders: string[]) =>
      ecs.putClusterCapacityProviders({
        cluster: 'prod',
        capacityProviders,
        defaultCapacityProviderStrategy: ON_DEMAND,
      });
    const { cluster } = await put(['FARGATE']);
    expect(cluster).toMatchObject({
      capacityProviders: ['FARGATE'],
      defaultCapacityProviderStrategy: ON_DEMAND,
      attachmentsStatus: 'UPDATE_IN_PROGRESS',
    });
    await expect(put(BOTH)).rejects.toMatchObject({ name: 'UpdateInProgressException' });

    await world.runFor(MINUTE);
    const { clusters } = await ecs.describeClusters({ clusters: ['prod'] });
    expect(clusters?.[0]?.attachmentsStatus).toBe('UPDATE_COMPLETE');
    expect((await put(BOTH)).cluster?.capacityProviders).toEqual(BOTH);
  });

  it('cannot be removed while a service or a task uses one', async () => {
    const { world, ecs, service } = spotService();
    const remove = () =>
      ecs.putClusterCapacityProviders({
        cluster: 'prod',
        capacityProviders: ['FARGATE'],
        defaultCapacityProviderStrategy: [],
      });
    await expect(remove()).rejects.toMatchObject({ name: 'ResourceInUseException' });

    world.ecs.deleteService(service);
    await world.runFor(5 * MINUTE);
    expect((await remove()).cluster?.capacityProviders).toEqual(['FARGATE']);
  });

  it('must exist, and those of the default strategy must be among them', async () => {
    const { ecs, cluster } = fargateWorld();
    const put = (capacityProviders: string[]) =>
      ecs.putClusterCapacityProviders({
        cluster: 'prod',
        capacityProviders,
        defaultCapacityProviderStrategy: SPOT,
      });
    await expect(put(['FARGATE'])).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(put(['FARGATE_SPOT', 'none'])).rejects.toThrow("'none' was not found");
    expect([...cluster.capacityProviders.keys()]).toEqual(BOTH);
  });

  it('are known to the account, the Fargate ones without having been created', async () => {
    const { ecs } = fargateWorld();
    const { capacityProviders, failures } = await ecs.describeCapacityProviders({
      capacityProviders: ['FARGATE_SPOT', 'none'],
    });
    expect(capacityProviders).toMatchObject([{ name: 'FARGATE_SPOT', status: 'ACTIVE' }]);
    expect(failures).toEqual([{ arn: 'none', reason: 'MISSING' }]);
  });
});

describe('subnets', () => {
  it('say their zone, all or by id', async () => {
    const { ec2 } = fargateWorld();
    const all = await ec2.describeSubnets({});
    expect(all.Subnets?.map(({ SubnetId }) => SubnetId)).toEqual(SUBNETS);
    const one = await ec2.describeSubnets({ SubnetIds: ['subnet-b'] });
    expect(first(one.Subnets ?? [])).toMatchObject({ SubnetId: 'subnet-b', AvailabilityZone: ZONES[1] });
    await expect(ec2.describeSubnets({ SubnetIds: ['subnet-z'] })).rejects.toThrow('does not exist');
  });
});
