import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { byProvider, fargateWorld, named, ON_DEMAND, SPOT, spotService, ZONES } from './fargate-world.ts';
import { clientsOf, first, published } from './worlds.ts';

const MIXED = [
  { capacityProvider: 'FARGATE', base: 1, weight: 1 },
  { capacityProvider: 'FARGATE_SPOT', base: 0, weight: 1 },
];
const failures = (world: ReturnType<typeof fargateWorld>['world']) =>
  named(world, 'ECS Service Action', 'SERVICE_TASK_PLACEMENT_FAILURE');
const zonesOf = (service: ReturnType<typeof spotService>['service']) =>
  [...service.tasks].map(({ fargate }) => fargate?.zone).sort();

describe('Fargate capacity', () => {
  it('is spread over the zones of the service', () => {
    const { service } = spotService({ desired: 6 });
    expect(zonesOf(service)).toEqual([...ZONES, ...ZONES].sort());
  });

  it('is taken in another zone of the service when one is full', async () => {
    const { world, service } = spotService({ desired: 0 });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', zone: 'eu-west-1a', tasks: 0 });
    world.ecs.setDesired(service, 4);
    await world.runFor(2 * MINUTE);
    expect(zonesOf(service)).toEqual(['eu-west-1b', 'eu-west-1b', 'eu-west-1c', 'eu-west-1c']);
    expect(failures(world)).toEqual([]);
  });

  it('of one architecture does not limit the other', () => {
    const { world } = fargateWorld();
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', architecture: 'ARM64', tasks: 1 });
    const spec = { cluster: 'prod', desired: 3, capacityProviderStrategy: SPOT };
    expect(world.ecs.addService({ ...spec, name: 'arm', architecture: 'ARM64' }).tasks.size).toBe(1);
    expect(world.ecs.addService({ ...spec, name: 'intel' }).tasks.size).toBe(3);
  });

  it('is shared by the services of all clusters', () => {
    const { world } = fargateWorld();
    world.addCluster('other', { capacityProviders: ['FARGATE_SPOT'] });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 4 });
    const spec = { name: 'web', desired: 3, capacityProviderStrategy: SPOT };
    expect(world.ecs.addService({ ...spec, cluster: 'prod' }).tasks.size).toBe(3);
    expect(world.ecs.addService({ ...spec, cluster: 'other' }).tasks.size).toBe(1);
  });

  it.each([
    ['Windows', { operatingSystem: 'WINDOWS_SERVER_2022_CORE' }],
    ['ARM64 before platform version 1.4.0', { architecture: 'ARM64', platformVersion: '1.3.0' } as const],
    ['a platform version before 1.3.0', { platformVersion: '1.2.0' }],
  ])('failover edge 21: Spot never has any for %s', (_, spec) => {
    expect(spotService(spec).service.tasks.size).toBe(0);
  });

  it('of Spot that shrinks interrupts the surplus, one after the other within the given time', async () => {
    const { world, service } = spotService({ desired: 10, stopMs: SECOND });
    const since = world.now();
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 4, interruptWithinMs: 10 * MINUTE });
    await world.runFor(10 * MINUTE);

    const warnings = published(world, 'ECS Task State Change').filter(
      ({ detail }) => 'stopCode' in detail && 'lastStatus' in detail && detail.lastStatus === 'RUNNING',
    );
    expect(warnings).toHaveLength(6);
    expect(new Set(warnings.map(({ time }) => time)).size).toBeGreaterThan(4);
    expect(Date.parse(first(warnings.slice(-1)).time) - since).toBeGreaterThan(5 * MINUTE);
    expect(byProvider(service)).toEqual({ FARGATE_SPOT: 4 });
  });

  it('of Spot that comes back in time spares those not yet interrupted', async () => {
    const { world, service } = spotService({ desired: 10 });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 0, interruptWithinMs: 10 * MINUTE });
    await world.runFor(MINUTE);
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 'unlimited' });
    const left = byProvider(service).FARGATE_SPOT ?? 0;
    expect(left).toBeGreaterThan(5);
    await world.runFor(20 * MINUTE);
    const interrupted = [...service.cluster.tasks.values()].filter(({ stopCode }) => stopCode !== undefined);
    expect(interrupted).toHaveLength(10 - left);
  });

  it('on demand that shrinks stops nothing', async () => {
    const { world, service } = spotService({ launchType: 'FARGATE', capacityProviderStrategy: [] });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 0 });
    await world.runFor(10 * MINUTE);
    expect(service.tasks.size).toBe(4);
  });
});

describe('the launches of a service', () => {
  it('are five hundred in a minute', async () => {
    const { world, service } = spotService({ desired: 0 });
    await world.runFor(90 * SECOND);
    world.ecs.setDesired(service, 700);
    await world.runFor(20 * SECOND);
    expect(service.tasks.size).toBe(500);
    await world.runFor(MINUTE);
    expect(service.tasks.size).toBe(700);
  });
});

describe('a service that finds no capacity', () => {
  it('says so with the reason and the provider, on the bus and in its events', async () => {
    const { world, described } = spotService();
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 1, interruptWithinMs: 0 });
    await world.runFor(5 * MINUTE);

    expect(failures(world)).toMatchObject([
      {
        eventType: 'ERROR',
        reason: 'RESOURCE:FARGATE',
        clusterArn: 'arn:aws:ecs:eu-west-1:111122223333:cluster/prod',
        capacityProviderArns: ['arn:aws:ecs:eu-west-1:111122223333:capacity-provider/FARGATE_SPOT'],
      },
    ]);
    const { events, runningCount, desiredCount } = await described();
    expect([runningCount, desiredCount]).toEqual([1, 4]);
    expect(events?.[0]?.message).toBe(
      '(service web) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.',
    );
  });

  it('failover edge 3: by launch type names no capacity provider', async () => {
    const { world } = fargateWorld();
    world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 0 });
    world.ecs.addService({ cluster: 'prod', name: 'web', desired: 1, launchType: 'FARGATE' });
    await world.runFor(MINUTE);
    expect(first(failures(world))).toMatchObject({ reason: 'RESOURCE:FARGATE' });
    expect(first(failures(world))).not.toHaveProperty('capacityProviderArns');
  });

  it('failover edge 4: says it once in six hours, until it was over in between', async () => {
    const { world } = spotService();
    const spot = (tasks: number | 'unlimited') =>
      world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks, interruptWithinMs: 0 });
    spot(2);
    await world.runFor(5 * HOUR);
    expect(failures(world)).toHaveLength(1);
    await world.runFor(2 * HOUR);
    expect(failures(world)).toHaveLength(2);
    spot('unlimited');
    await world.runFor(5 * MINUTE);
    spot(2);
    await world.runFor(5 * MINUTE);
    expect(failures(world)).toHaveLength(3);
  });

  it('tries again at once when there is some, and long before if not', async () => {
    const { world, service } = spotService({ desired: 0 });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 0 });
    world.ecs.setDesired(service, 2);
    await world.runFor(3 * HOUR);
    const [shortage] = service.shortages.values();
    // 30 s + 1 + 2 + 4 + 8 min, then every 15: 15 tries in three hours.
    expect(shortage?.attempts).toBeGreaterThan(10);
    expect(shortage?.attempts).toBeLessThan(20);

    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 'unlimited' });
    await world.runFor(3 * SECOND);
    expect(service.tasks.size).toBe(2);
  });

  it('does not take the other provider instead, and runs what belongs there', async () => {
    const { world, service } = spotService({ desired: 0, capacityProviderStrategy: MIXED });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 0 });
    world.ecs.setDesired(service, 7);
    await world.runFor(10 * MINUTE);
    expect(byProvider(service)).toEqual({ FARGATE: 4 });
  });

  it('failover edge 16: at the vCPU quota has another reason, which is not one of capacity', async () => {
    const { world, described } = spotService({
      desired: 0,
      cpu: 1024,
      launchType: 'FARGATE',
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
    });
    world.ecs.fargate.setQuota({ provider: 'FARGATE', vcpus: 2 });
    const { service } = { service: first([...world.ecs.cluster('prod').services.values()]) };
    world.ecs.setDesired(service, 3);
    await world.runFor(5 * MINUTE);

    expect(byProvider(service)).toEqual({ FARGATE: 2 });
    expect(failures(world)).toMatchObject([
      { reason: expect.stringMatching(/limit on the number of vCPUs/) },
    ]);
    expect((await described()).events?.map(({ message }) => message).join()).toMatch(
      /unable to place a task. Reason: You’ve reached the limit on the number of vCPUs you can run concurrently/,
    );
    world.ecs.fargate.setQuota({ provider: 'FARGATE', vcpus: 'unlimited' });
    await world.runFor(MINUTE);
    expect(service.tasks.size).toBe(3);
  });
});

describe('the steady state', () => {
  it('is told of the service and of each provider, and of the service again after six hours', async () => {
    const { world, service } = spotService({ desired: 4, capacityProviderStrategy: MIXED, running: false });
    await world.runFor(5 * MINUTE);
    const arn = (name: string) => `arn:aws:ecs:eu-west-1:111122223333:capacity-provider/${name}`;
    const steady = () => named(world, 'ECS Service Action', 'SERVICE_STEADY_STATE').length;
    expect(steady()).toBe(1);
    const providers = named(world, 'ECS Service Action', 'CAPACITY_PROVIDER_STEADY_STATE');
    expect(
      providers.flatMap((detail) => ('capacityProviderArns' in detail ? detail.capacityProviderArns : [])),
    ).toEqual(expect.arrayContaining([arn('FARGATE'), arn('FARGATE_SPOT')]));
    expect(service.events[0]?.message).toBe(
      `(service web) (deployment ${service.deployments[0].id}) deployment completed.`,
    );
    await world.runFor(6 * HOUR);
    expect(steady()).toBe(2);
  });

  it('failover edge 8: is not told of a provider that has no weight', async () => {
    const { world, update } = spotService({ capacityProviderStrategy: ON_DEMAND });
    const kept = [
      { capacityProvider: 'FARGATE_SPOT', weight: 0 },
      { capacityProvider: 'FARGATE', weight: 1 },
    ];
    await update({ capacityProviderStrategy: kept, forceNewDeployment: true });
    await world.runFor(10 * MINUTE);
    const told = JSON.stringify(named(world, 'ECS Service Action', 'CAPACITY_PROVIDER_STEADY_STATE'));
    expect(told).toContain('capacity-provider/FARGATE"');
    expect(told).not.toContain('FARGATE_SPOT');
  });

  it('of one provider is told while the other one lacks capacity', async () => {
    const { world, service } = spotService({ desired: 0, capacityProviderStrategy: MIXED });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 0 });
    world.ecs.setDesired(service, 5);
    await world.runFor(5 * MINUTE);
    const told = () => named(world, 'ECS Service Action', 'CAPACITY_PROVIDER_STEADY_STATE');
    expect(JSON.stringify(told())).toContain('capacity-provider/FARGATE"');
    expect(JSON.stringify(told())).not.toContain('FARGATE_SPOT');
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 'unlimited' });
    await world.runFor(5 * MINUTE);
    expect(JSON.stringify(told().at(-1))).toContain('FARGATE_SPOT');
  });
});

describe('RunTask on Fargate', () => {
  const network = { awsvpcConfiguration: { subnets: ['subnet-a', 'subnet-b'] } };
  const worldWithProbe = async () => {
    const made = fargateWorld();
    await made.ecs.registerTaskDefinition({
      family: 'probe',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'main', image: 'probe:1' }],
    });
    return made;
  };
  const probe = { cluster: 'prod', taskDefinition: 'probe', networkConfiguration: network };

  it('runs tasks on the provider of the strategy', async () => {
    const { world, ecs } = await worldWithProbe();
    const { tasks } = await ecs.runTask({
      ...probe,
      capacityProviderStrategy: SPOT,
      count: 2,
      startedBy: 'stevedore',
      group: 'probes',
    });
    expect(tasks).toMatchObject([
      {
        capacityProviderName: 'FARGATE_SPOT',
        lastStatus: 'PROVISIONING',
        startedBy: 'stevedore',
        group: 'probes',
      },
      { availabilityZone: 'eu-west-1b' },
    ]);
    await world.runFor(MINUTE);
    const { taskArns } = await ecs.listTasks({ cluster: 'prod', startedBy: 'stevedore' });
    expect(taskArns).toHaveLength(2);
  });

  it('without capacity fails with a sentence and no ARN, for the tasks that found none', async () => {
    const { world, ecs } = await worldWithProbe();
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 1 });
    const { tasks, failures: failed } = await ecs.runTask({
      ...probe,
      capacityProviderStrategy: SPOT,
      count: 2,
    });
    expect(tasks).toHaveLength(1);
    expect(failed).toEqual([
      {
        reason:
          'Capacity is unavailable at this time. Please try again later or in a different availability zone',
      },
    ]);
  });

  it('runs no more for the same client token', async () => {
    const { ecs, cluster } = await worldWithProbe();
    const again = { ...probe, launchType: 'FARGATE' as const, clientToken: 'one' };
    const one = await ecs.runTask(again);
    const two = await ecs.runTask(again);
    expect(two.tasks?.[0]?.taskArn).toBe(one.tasks?.[0]?.taskArn);
    expect(cluster.tasks.size).toBe(1);
  });

  it.each([
    [
      'both a launch type and a strategy',
      { launchType: 'FARGATE', capacityProviderStrategy: SPOT },
      /Specifying both/,
    ],
    [
      'no network',
      { launchType: 'FARGATE', networkConfiguration: undefined },
      /Network Configuration must be/,
    ],
    [
      'an unknown subnet',
      { launchType: 'FARGATE', networkConfiguration: { awsvpcConfiguration: { subnets: ['x'] } } },
      /subnet/,
    ],
    ['more than ten tasks', { launchType: 'FARGATE', count: 11 }, /Count/],
    [
      'a provider that the cluster has not',
      { capacityProviderStrategy: [{ capacityProvider: 'x', weight: 1 }] },
      /not associated with the cluster/,
    ],
  ] as const)('refuses %s', async (_, change, sentence) => {
    const { ecs } = await worldWithProbe();
    const input = { ...probe, ...change } as Parameters<typeof ecs.runTask>[0];
    await expect(ecs.runTask(input)).rejects.toThrow(sentence);
  });

  it('takes the default strategy of the cluster if told nothing', async () => {
    const { world, ecs } = await worldWithProbe();
    world.addCluster('spot', { capacityProviders: ['FARGATE_SPOT'], defaultStrategy: SPOT });
    const { tasks } = await ecs.runTask({ ...probe, cluster: 'spot' });
    expect(tasks?.[0]?.capacityProviderName).toBe('FARGATE_SPOT');
  });

  it('on instances names the resource that each of them lacks', async () => {
    const { world } = fargateWorld();
    const { ecs } = clientsOf(world);
    world.addGroup({ name: 'asg', cluster: 'prod', instances: 2 });
    await ecs.registerTaskDefinition({
      family: 'big',
      containerDefinitions: [{ name: 'a', image: 'a', memory: 99_999 }],
    });
    const { failures: failed } = await ecs.runTask({ cluster: 'prod', taskDefinition: 'big' });
    expect(failed?.map(({ reason }) => reason)).toEqual(['RESOURCE:MEMORY', 'RESOURCE:MEMORY']);
  });
});
