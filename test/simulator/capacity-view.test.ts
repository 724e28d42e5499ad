import { expect, it } from 'vitest';
import { createClients } from '../../lib/aws/clients.ts';
import type { ClusterPolicy } from '../../lib/capacity/policy.ts';
import { newCache, observeCluster } from '../../lib/capacity/reading/observe.ts';
import { MINUTE } from '../../lib/clock.ts';
import { clusterName, groupName } from '../../lib/ids.ts';
import { createWorld, type World } from '../../simulator/world.ts';

const PROD = clusterName('prod');
const HOSTS = groupName('hosts');
const BATCH = groupName('batch');

const POLICY: ClusterPolicy = {
  cluster: PROD,
  groups: [HOSTS, BATCH],
  prices: { 'm6i.large': 0.1, 'm6i.xlarge': 0.2 },
  besideManagedScaling: false,
  reserve: { cpu: 0, memory: 0, percent: 0 },
  consolidation: null,
  scaleOut: null,
};

/** Two groups of which one is of mixed types and a capacity provider, and services of every kind. */
function prod() {
  const world = createWorld({ throttling: false });
  world.addCluster('prod');
  world.addGroup({
    name: 'hosts',
    cluster: 'prod',
    instances: 4,
    min: 1,
    max: 8,
    instanceTypes: ['m6i.large', 'm6i.xlarge'],
    suspended: ['AZRebalance'],
  });
  world.addGroup({
    name: 'batch',
    cluster: 'prod',
    instances: 1,
    instanceType: 'g4dn.xlarge',
    spot: true,
    protectedFromScaleIn: true,
    capacityProvider: 'batch',
    managedScaling: true,
  });
  const service = { cluster: 'prod', cpu: 256, memory: 512 };
  const web = world.ecs.addService({
    ...service,
    name: 'web',
    desired: 3,
    hostPorts: [8080],
    placementStrategy: [
      { type: 'spread', field: 'attribute:ecs.availability-zone' },
      { type: 'binpack', field: 'memory' },
    ],
    constraints: [
      { type: 'distinctInstance' },
      { type: 'memberOf', expression: 'attribute:ecs.instance-type =~ m6i.*' },
    ],
  });
  world.ecs.addService({ ...service, name: 'agent', strategy: 'DAEMON', cpu: 64, memory: 64 });
  world.ecs.addService({
    ...service,
    name: 'train',
    desired: 2,
    gpus: 1,
    capacityProviderStrategy: [{ capacityProvider: 'batch', weight: 1 }],
    running: false,
  });
  // More memory than any of them has.
  world.ecs.addService({ ...service, name: 'big', desired: 2, memory: 65_536, running: false });
  world.ecs.runTask({ cluster: 'prod', family: 'report', udpPorts: [514] });
  return { world, web };
}

const observe = (world: World, pendingSince = {}) =>
  observeCluster(createClients(world.clients()), POLICY, newCache(), pendingSince, world.now());

it('a simulated cluster is read as it is: hosts, with what they are and have', async () => {
  const { world } = prod();
  await world.runFor(2 * MINUTE);
  const { view, remarks } = await observe(world);

  expect(remarks).toEqual([]);
  const instances = [...world.ecs.cluster('prod').instances.values()];
  expect(view.hosts).toMatchObject(
    instances.map(({ ec2InstanceId: id, attributes, cpu, memory, registeredAt }) => ({
      id,
      status: 'ACTIVE',
      agentConnected: true,
      agentVersion: '1.90.0',
      registeredAt,
      attributes,
      registered: { cpu, memory },
      instanceType: attributes.get('ecs.instance-type'),
      zone: attributes.get('ecs.availability-zone'),
      launchedAt: registeredAt,
      generation: 'current',
      lifecycleState: 'InService',
      reserved: { tcp: [22, 2375, 2376, 51678, 51679, 51680], udp: [] },
    })),
  );
  expect(new Set(view.hosts.map(({ instanceType }) => instanceType))).toEqual(
    new Set(['m6i.large', 'm6i.xlarge', 'g4dn.xlarge']),
  );
  expect(view.hosts.filter(({ group }) => group === BATCH)).toMatchObject([
    {
      provider: 'batch',
      lifecycle: 'spot',
      protectedFromScaleIn: true,
      registered: { cpu: 4096, memory: 15_360, gpu: 1, enis: 2 },
    },
  ]);
});

it('groups, with what they would launch', async () => {
  const { world } = prod();
  await world.runFor(2 * MINUTE);
  const { view } = await observe(world);

  expect(view.groups).toMatchObject([
    {
      name: HOSTS,
      min: 1,
      max: 8,
      desired: 4,
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      types: [
        { name: 'm6i.large', registered: { cpu: 2048, memory: 7680, gpu: 0, enis: 2 }, price: 0.1 },
        { name: 'm6i.xlarge', registered: { cpu: 4096, memory: 15_360, gpu: 0, enis: 3 }, price: 0.2 },
      ],
      provider: undefined,
      suspended: ['AZRebalance'],
      launching: new Map(),
    },
    {
      name: BATCH,
      provider: 'batch',
      managedScaling: true,
      managedTerminationProtection: false,
      types: [{ name: 'g4dn.xlarge', registered: { gpu: 1 } }],
    },
  ]);
});

it('tasks of services, of daemons and of nobody, with their protection', async () => {
  const { world, web } = prod();
  await world.runFor(2 * MINUTE);
  const [task] = web.tasks;
  if (task !== undefined) world.ecs.protect(task, world.now() + 30 * MINUTE);
  const { view } = await observe(world);

  const kinds = Object.groupBy(view.tasks, ({ workload }) => workload.group);
  const countOf = (group: string, kind: string) =>
    kinds[group]?.filter((one) => one.kind === kind && !one.stopping).length;
  expect(countOf('service:web', 'service')).toBe(3);
  expect(countOf('service:agent', 'daemon')).toBe(5);
  expect(countOf('service:train', 'service')).toBe(1);
  expect(countOf('family:report', 'standalone')).toBe(1);
  expect(kinds['family:report']?.[0]?.workload.needs).toMatchObject({ udp: [514] });
  expect(kinds['service:train']?.[0]?.workload).toMatchObject({ providers: ['batch'], needs: { gpu: 1 } });
  expect(kinds['service:web']?.[0]?.workload).toMatchObject({
    needs: { cpu: 256, memory: 512, gpu: 0, enis: 0, tcp: [8080], udp: [] },
    constraints: [{ type: 'distinctInstance' }, { type: 'memberOf' }],
    strategies: [
      { type: 'spread', field: 'attribute:ecs.availability-zone' },
      { type: 'binpack', field: 'memory' },
    ],
    providers: undefined,
  });
  const isProtected = view.tasks.filter(({ protectedUntil }) => protectedUntil !== undefined);
  expect(isProtected.map(({ id, protectedUntil }) => [id, protectedUntil])).toEqual([
    [task?.arn, world.now() + 30 * MINUTE],
  ]);
  expect(view.services.get('service:web')).toMatchObject({ desired: 3, running: 3, controller: 'ECS' });
  expect(view.daemons?.map(({ group }) => group)).toEqual(['service:agent']);
});

it('tasks without an instance: those that wait for a capacity provider, and those that ECS cannot make', async () => {
  const { world } = prod();
  const from = world.now();
  await world.runFor(2 * MINUTE);
  const { view, pendingSince } = await observe(world);

  const pending = Object.fromEntries(view.pending.map(({ workload, count }) => [workload.group, count]));
  expect(pending).toEqual({ 'service:train': 1, 'service:big': 2 });
  const train = view.pending.find(({ workload }) => workload.group === 'service:train');
  expect(train?.since).toBeLessThan(from + MINUTE);

  const seen = world.now();
  await world.runFor(5 * MINUTE);
  const later = await observe(world, pendingSince);
  const big = later.view.pending.find(({ workload }) => workload.group === 'service:big');
  expect(big?.since).toBe(seen);
});

it('an instance that was launched and has not joined yet, by its zone', async () => {
  const { world } = prod();
  const hosts = world.autoScaling.group(HOSTS);
  world.autoScaling.setDesired(hosts, 5);
  await world.runFor(20_000);
  const { view } = await observe(world);

  expect(view.groups[0]?.desired).toBe(5);
  expect(view.groups[0]?.launching).toEqual(new Map([['eu-west-1b', 1]]));
});

it('a new version of the launch template makes what runs obsolete', async () => {
  const { world } = prod();
  world.ec2.launchTemplates.addVersion(world.autoScaling.group(HOSTS).template, { imageId: 'ami-new' });
  await world.runFor(MINUTE);
  const { view } = await observe(world);

  const generations = view.hosts.map(({ group, generation }) => [group, generation]);
  expect(generations.filter(([group]) => group === HOSTS)).toEqual(
    Array.from({ length: 4 }, () => [HOSTS, 'obsolete']),
  );
  expect(generations.filter(([group]) => group === BATCH)).toEqual([[BATCH, 'current']]);
});
