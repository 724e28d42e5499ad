import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { byProvider, fargateWorld, ON_DEMAND, SPOT, spotService } from './fargate-world.ts';
import { first, prodWorld } from './worlds.ts';

const flip = { capacityProviderStrategy: ON_DEMAND, forceNewDeployment: true };

describe('UpdateService of a service on Fargate', () => {
  it('failover edge 9: refuses a changed strategy without forceNewDeployment, and does nothing of the rest', async () => {
    const { service, update } = spotService();
    await expect(update({ capacityProviderStrategy: ON_DEMAND, desiredCount: 9 })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringMatching(/you must force a new deployment\.$/),
    });
    expect([service.desired, service.deployments.length]).toEqual([4, 1]);
  });

  it('takes the same strategy without forceNewDeployment, and starts no deployment', async () => {
    const { service, update } = spotService();
    await update({ capacityProviderStrategy: SPOT });
    expect(service.deployments).toHaveLength(1);
  });

  it('keeps the strategy verbatim: order, base and weight', async () => {
    const { described, update } = spotService();
    const capacityProviderStrategy = [
      { capacityProvider: 'FARGATE_SPOT', weight: 0, base: 0 },
      { capacityProvider: 'FARGATE', weight: 3, base: 2 },
    ];
    await update({ capacityProviderStrategy, forceNewDeployment: true });
    const service = await described();
    expect(service.capacityProviderStrategy).toEqual(capacityProviderStrategy);
    expect(service.launchType).toBeUndefined();
    expect(service.deployments?.map((each) => each.capacityProviderStrategy)).toEqual([
      capacityProviderStrategy,
      SPOT,
    ]);
  });

  it('goes from a strategy to the launch type with an empty one, and back', async () => {
    const { world, described, update } = spotService();
    await expect(update({ capacityProviderStrategy: [] })).rejects.toThrow('must force a new deployment');
    await update({ capacityProviderStrategy: [], forceNewDeployment: true });
    expect(await described()).toMatchObject({ launchType: 'FARGATE' });
    await world.runFor(5 * MINUTE);
    expect((await described()).deployments).toMatchObject([{ rolloutState: 'COMPLETED', runningCount: 4 }]);
    await expect(update({ capacityProviderStrategy: SPOT })).rejects.toThrow('must force a new deployment');
  });

  it('failover edge 20: refuses a provider that is not associated with the cluster', async () => {
    const { world, ecs } = fargateWorld();
    world.addCluster('spotless', { capacityProviders: ['FARGATE'] });
    const spec = { cluster: 'spotless', name: 'web', desired: 1, capacityProviderStrategy: ON_DEMAND };
    world.ecs.addService(spec);
    const update = ecs.updateService({
      cluster: 'spotless',
      service: 'web',
      capacityProviderStrategy: SPOT,
      forceNewDeployment: true,
    });
    await expect(update).rejects.toThrow('not associated with the cluster');
  });

  it.each([
    ['no weight', [{ capacityProvider: 'FARGATE', weight: 0 }], /weight value greater than zero/],
    [
      'two bases',
      [
        { capacityProvider: 'FARGATE', weight: 1, base: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 1, base: 1 },
      ],
      /Only one capacity provider/,
    ],
    ['a weight above 1,000', [{ capacityProvider: 'FARGATE', weight: 1001 }], /weight from 0 to 1000/],
    [
      'one provider twice',
      [
        { capacityProvider: 'FARGATE', weight: 1 },
        { capacityProvider: 'FARGATE', weight: 1 },
      ],
      /duplicate/,
    ],
  ])('refuses a strategy with %s', async (_, capacityProviderStrategy, sentence) => {
    const { update } = spotService();
    await expect(update({ capacityProviderStrategy, forceNewDeployment: true })).rejects.toThrow(sentence);
  });

  it('refuses a mix of Fargate and Auto Scaling groups, and moves from the one to the other', async () => {
    const { world, service, update } = spotService();
    world.addGroup({ name: 'asg', cluster: 'prod', capacityProvider: 'asg', instances: 2 });
    const mix = [...SPOT, { capacityProvider: 'asg', weight: 1 }];
    await expect(update({ capacityProviderStrategy: mix, forceNewDeployment: true })).rejects.toThrow('mix');

    await update({ capacityProviderStrategy: mix.slice(1), forceNewDeployment: true });
    await world.runFor(5 * MINUTE);
    expect([...service.tasks].map(({ instance }) => instance?.capacityProvider)).toEqual(
      Array(4).fill('asg'),
    );
  });

  it('refuses Fargate for a task definition that is not made for it', async () => {
    const { world, ecs } = prodWorld();
    world.ecs.addService({ cluster: 'prod', name: 'web', desired: 1 });
    await ecs.putClusterCapacityProviders({
      cluster: 'prod',
      capacityProviders: ['FARGATE'],
      defaultCapacityProviderStrategy: [],
    });
    await expect(ecs.updateService({ cluster: 'prod', service: 'web', ...flip })).rejects.toThrow(
      'does not support launch_type FARGATE',
    );
  });

  it('failover edge 22: is left to CodeDeploy, but for the desired count', async () => {
    const { service, update, described } = spotService({ controller: 'CODE_DEPLOY' });
    await expect(update(flip)).rejects.toThrow(
      'Cannot force a new deployment on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.',
    );
    await expect(update({ capacityProviderStrategy: ON_DEMAND })).rejects.toThrow(
      'must force a new deployment',
    );
    await expect(update({ taskDefinition: 'web' })).rejects.toThrow('Unable to update task definition');
    await update({ desiredCount: 6 });
    expect(service.desired).toBe(6);
    const shown = await described();
    expect(shown).toMatchObject({ deploymentController: { type: 'CODE_DEPLOY' }, deployments: [] });
    expect(shown.taskSets).toMatchObject([
      { status: 'PRIMARY', capacityProviderStrategy: SPOT, runningCount: 4 },
    ]);
  });

  it('failover edge 22: is left to an external controller, but for the desired count', async () => {
    const { service, update } = spotService({ controller: 'EXTERNAL' });
    await expect(update(flip)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await update({ desiredCount: 2 });
    expect(service.desired).toBe(2);
  });

  it('failover edge 22: has no daemons', async () => {
    expect(() => spotService({ strategy: 'DAEMON' })).toThrow('no DAEMON');
    const { world, ecs } = fargateWorld();
    world.ecs.addService({ cluster: 'prod', name: 'logs', strategy: 'DAEMON' });
    const update = { cluster: 'prod', service: 'logs' };
    await expect(ecs.updateService({ ...update, desiredCount: 1 })).rejects.toThrow('daemon');
  });

  it('failover edge 23: is refused once the service is deleted', async () => {
    const { world, ecs, service, update, described } = spotService();
    await ecs.deleteService({ cluster: 'prod', service: 'web', force: true });
    await expect(update({ desiredCount: 1 })).rejects.toMatchObject({ name: 'ServiceNotActiveException' });
    expect(await described()).toMatchObject({ status: 'DRAINING', desiredCount: 0 });
    await world.runFor(5 * MINUTE);
    expect(await described()).toMatchObject({ status: 'INACTIVE', runningCount: 0 });
    await expect(update({})).rejects.toMatchObject({ name: 'ServiceNotFoundException' });
    expect((await ecs.listServices({ cluster: 'prod' })).serviceArns).toEqual([]);
    expect(service.tasks.size).toBe(0);
  });

  it('starts a deployment for other subnets, another platform version or task definition, and only then', async () => {
    const { service, update } = spotService();
    await update({
      desiredCount: 5,
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150 },
      placementStrategy: [],
    });
    expect(service).toMatchObject({ minimumHealthyPercent: 50, maximumPercent: 150 });
    expect(service.deployments).toHaveLength(1);
    await update({ networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-c'] } } });
    expect(service.deployments).toHaveLength(2);
    await update({ platformVersion: '1.4.0' });
    expect(service.deployments[0].revision).toMatchObject({
      platformVersion: '1.4.0',
      network: { subnets: ['subnet-c'] },
    });
    const [{ revision }] = service.deployments;
    await update({ taskDefinition: 'web:1', platformVersion: '1.4.0' });
    expect(service.deployments[0].revision).toBe(revision);
  });

  it('is also what a person does without the wire', async () => {
    const { world, service } = spotService();
    expect(() => world.ecs.updateService(service, { capacityProviderStrategy: ON_DEMAND })).toThrow(
      'must force a new deployment',
    );
    world.ecs.updateService(service, flip);
    await world.runFor(5 * MINUTE);
    expect(byProvider(service)).toEqual({ FARGATE: 4 });
  });
});

describe('task definitions', () => {
  it('of one family have revisions, the newest of which the family names', async () => {
    const { ecs } = fargateWorld();
    const register = (image: string) =>
      ecs.registerTaskDefinition({
        family: 'web',
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: '512',
        memory: '1024',
        runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
        containerDefinitions: [
          { name: 'app', image },
          { name: 'proxy', image: 'envoy:1' },
        ],
      });
    await register('app:1');
    const { taskDefinition } = await register('app:2');
    expect(taskDefinition?.taskDefinitionArn).toMatch(/task-definition\/web:2$/);
    const described = await ecs.describeTaskDefinition({ taskDefinition: 'web' });
    expect(described.taskDefinition).toMatchObject({
      revision: 2,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '512',
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      containerDefinitions: [{ name: 'app', image: 'app:2' }, { image: 'envoy:1' }],
    });
    const old = await ecs.describeTaskDefinition({ taskDefinition: 'web:1' });
    expect(first(old.taskDefinition?.containerDefinitions ?? []).image).toBe('app:1');
    await expect(ecs.describeTaskDefinition({ taskDefinition: 'web:3' })).rejects.toThrow(
      'Unable to describe',
    );
  });
});
