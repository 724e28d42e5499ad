import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import type { World } from '../../simulator/world.ts';
import type { Stage } from './plays.ts';

// Small worlds that reach the calls which the harbour and the drought do not make.

const hook = { name: 'stevedore-drain', heartbeatTimeoutMs: 5 * MINUTE, defaultResult: 'CONTINUE' } as const;

/** A host of a group with a capacity provider is scaled in, and with it goes a task that does not end. */
export const providers: Stage = {
  name: 'drain with a capacity provider',
  policy: `version: 1
draining:
  clusters:
    prod:
      groups: { prod-ecs: { hooks: [stevedore-drain] } }
      standaloneTasks: { stopAfter: 1m }
`,
  build(world) {
    world.addCluster('prod');
    const group = { name: 'prod-ecs', cluster: 'prod', capacityProvider: 'prod-hosts' };
    world.addGroup({ ...group, instances: 3, min: 1, hooks: [hook] });
    world.ecs.addService({ cluster: 'prod', name: 'api', desired: 4 });
    // Auto Scaling takes the oldest instance first.
    const [oldest = ''] = world.autoScaling.groups.get('prod-ecs')?.members.keys() ?? [];
    world.ecs.runTask({ cluster: 'prod', family: 'report', on: oldest });
  },
  async play(world) {
    world.after(10 * SECOND, () => {
      const group = world.autoScaling.groups.get('prod-ecs');
      if (group) world.autoScaling.setDesired(group, 2);
    });
    await world.runFor(15 * MINUTE);
  },
};

/** A host goes whose task has no other place. */
const stuck: Stage = {
  name: 'drain what cannot be placed',
  policy: `version: 1
draining: { clusters: { prod: { groups: { prod-ecs: { hooks: [stevedore-drain] } } } } }
`,
  build(world) {
    world.addCluster('prod');
    world.addGroup({ name: 'prod-ecs', cluster: 'prod', instances: 2, min: 1, hooks: [hook] });
    const constraints = [{ type: 'distinctInstance' }] as const;
    world.ecs.addService({ cluster: 'prod', name: 'api', desired: 2, constraints: [...constraints] });
  },
  async play(world) {
    world.after(10 * SECOND, () => {
      const group = world.autoScaling.groups.get('prod-ecs');
      if (group) world.autoScaling.setDesired(group, 1);
    });
    await world.runFor(30 * MINUTE);
  },
};

/** A group and a service, one with another owner, by schedules. */
const schedules: Stage = {
  name: 'scale a group',
  policy: `version: 1
scaling:
  services:
    prod/web: { min: 1, max: 9, schedules: { soon: { rate: 1d, desired: 4 }, more: { cron: '5 14 * * *', timeZone: UTC, desired: 5 } } }
  groups:
    prod-ecs: { cluster: prod, min: 1, max: 9, schedules: { soon: { cron: '5 14 * * *', timeZone: UTC, desired: 4 } } }
`,
  build(world) {
    world.addCluster('prod');
    world.addGroup({ name: 'prod-ecs', cluster: 'prod', instances: 3, min: 1, max: 9 });
    world.ecs.addService({ cluster: 'prod', name: 'web', desired: 2 });
    world.applicationAutoScaling.register({
      resourceId: 'service/prod/web',
      min: 1,
      max: 9,
      policies: ['target-tracking'],
    });
  },
  play: (world) => world.runFor(20 * MINUTE),
};

/** Instances are let go until their tasks fit on fewer; then more tasks come. */
const counting: Stage = {
  name: 'count instances',
  policy: `version: 1
draining: { clusters: { prod: { groups: { prod-ecs: { hooks: [stevedore-drain] } } } } }
capacity:
  clusters:
    prod:
      groups: [prod-ecs]
      consolidation: { after: 1m, minimumAge: 0s, budgets: [{ limit: 50% }], balance: 0, zoneSkew: 3 }
`,
  build(world) {
    world.addCluster('prod');
    const group = { name: 'prod-ecs', cluster: 'prod', capacityProvider: 'prod-hosts', hooks: [hook] };
    world.addGroup({ ...group, instances: 4, min: 1, max: 9 });
    world.ecs.addService({ cluster: 'prod', name: 'api', desired: 2, cpu: 512, memory: 512 });
  },
  async play(world) {
    world.after(40 * MINUTE, () => {
      world.ecs.addService({
        cluster: 'prod',
        name: 'web',
        desired: 6,
        cpu: 1024,
        memory: 1024,
        running: false,
      });
    });
    await world.runFor(HOUR);
  },
};

const SHOP = 'shop/worker';

function addSubnets(world: World): void {
  for (const zone of ['a', 'b']) world.ec2.addSubnet({ id: `subnet-${zone}`, zone: `eu-west-1${zone}` });
}
const imageOf = ({ kernel: { account, region } }: World, name: string, tag: string) =>
  `${account}.dkr.ecr.${region}.amazonaws.com/${name}:${tag}`;

/** Spot runs dry while the tag of a service's image has moved: the flip pins the image. */
export const pinning: Stage = {
  name: 'fail over with pinned images',
  policy: `version: 1
failover:
  services:
    prod/worker: { image: pin, grace: 1m, paired: spare }
    prod/jobs: { image: pin, grace: 1m, return: { steps: [100%], soak: 1m } }
  breaker: { coolOff: 5m, most: 10m }
`,
  build(world) {
    world.addCluster('prod', { capacityProviders: ['FARGATE', 'FARGATE_SPOT'] });
    addSubnets(world);
    world.ecs.definitions.define('stevedore-probe-x86-64', { cpu: 256, memory: 512 }, true);
    world.ecs.definitions.define(
      'stevedore-probe-arm64',
      { cpu: 256, memory: 512, architecture: 'ARM64' },
      true,
    );
    world.ecr.addRepository({ name: SHOP });
    world.ecr.push(SHOP, { tag: 'live', content: '1' });
    const service = {
      cluster: 'prod',
      image: imageOf(world, SHOP, 'live'),
      cpu: 256,
      memory: 512,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    };
    world.ecs.addService({ ...service, name: 'worker', desired: 2 });
    world.ecs.addService({ ...service, name: 'jobs', desired: 2, architecture: 'ARM64' });
    const onDemand = [{ capacityProvider: 'FARGATE', weight: 1 }];
    world.ecs.addService({ ...service, name: 'spare', desired: 0, capacityProviderStrategy: onDemand });
  },
  async play(world) {
    const spot = { provider: 'FARGATE_SPOT' } as const;
    world.after(2 * MINUTE, () => world.ecr.push(SHOP, { tag: 'live', content: '2' }));
    world.after(5 * MINUTE, () =>
      world.ecs.fargate.setCapacity({ ...spot, tasks: 0, interruptWithinMs: 2 * MINUTE }),
    );
    world.after(20 * MINUTE, () => world.ecs.fargate.setCapacity({ ...spot, tasks: 'unlimited' }));
    await world.runFor(70 * MINUTE);
  },
};

/** There is no capacity on demand either, so that the circuit breaker takes the deployment back. */
const takenBack: Stage = {
  name: 'fail over in vain',
  policy: `version: 1
failover:
  services: { prod/worker: { grace: 1m } }
`,
  build(world) {
    world.addCluster('prod', { capacityProviders: ['FARGATE', 'FARGATE_SPOT'] });
    addSubnets(world);
    world.ecs.addService({
      cluster: 'prod',
      name: 'worker',
      desired: 2,
      image: `worker@sha256:${'7'.repeat(64)}`,
      circuitBreaker: { enable: true, rollback: true },
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    });
  },
  async play(world) {
    const dry = { tasks: 0, interruptWithinMs: 2 * MINUTE };
    world.after(5 * MINUTE, () => world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', ...dry }));
    world.after(5 * MINUTE, () => world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 0 }));
    await world.runFor(60 * MINUTE);
  },
};

/** Services on container instances move to Fargate. */
const migrating: Stage = {
  name: 'migrate to Fargate',
  policy: `version: 1
failover:
  migrations: { prod: { services: [api], soak: 1m } }
`,
  build(world) {
    world.addCluster('prod');
    addSubnets(world);
    world.addGroup({ name: 'prod-ecs', cluster: 'prod', instances: 3, capacityProvider: 'prod-hosts' });
    world.ecr.addRepository({ name: SHOP });
    world.ecr.push(SHOP, { tag: 'live', content: '1' });
    world.ecs.addService({
      cluster: 'prod',
      name: 'api',
      desired: 2,
      launchType: 'EC2',
      image: imageOf(world, SHOP, 'live'),
      subnets: ['subnet-a', 'subnet-b'],
      cpu: 256,
      memory: 512,
    });
    const migratable = world.ecs.definitions.find('api');
    if (migratable) Object.assign(migratable, { compatibilities: ['EC2', 'FARGATE'], networkMode: 'awsvpc' });
  },
  play: (world) => world.runFor(30 * MINUTE),
};

const promoted = (mode: string, gates: string, to: string, more = '') => `version: 1
retagging:
  mode: ${mode}
  repositories:
    shop/worker:
      promotions:
        live: { from: 'build-*', to: ${to}, gates: ${gates}${more} }
`;

function pushSigned(world: World, build: string): void {
  const digest = world.ecr.push(SHOP, { tag: `build-${build}`, content: build });
  world.ecr.push(SHOP, {
    subject: digest,
    artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
  });
}

/** An image is copied to another repository, signature and all, once it is scanned, and services get it. */
const copying: Stage = {
  name: 'promote into another repository',
  policy: promoted(
    'act',
    '{ signature: true, scan: { critical: 0, withoutResult: allow } }',
    '{ repository: live/worker, tags: [live] }',
    ', deploy: [prod/*]',
  ),
  build(world) {
    world.addCluster('prod', { capacityProviders: ['FARGATE'] });
    addSubnets(world);
    world.ecr.addRepository({ name: SHOP, scanning: 'enhanced' });
    const lifecyclePolicy = JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 100 },
          action: { type: 'expire' },
        },
      ],
    });
    world.ecr.addRepository({ name: 'live/worker', lifecyclePolicy });
    world.ecr.push('live/worker', { tag: 'live', content: '0' });
    const image = imageOf(world, 'live/worker', 'live');
    world.ecs.addService({ cluster: 'prod', name: 'web', launchType: 'FARGATE', desired: 1, image });
  },
  async play(world) {
    world.after(MINUTE, () => pushSigned(world, '1'));
    await world.runFor(40 * MINUTE);
  },
};

/** The same with a role that names no repository. */
const registry: Stage = {
  ...copying,
  name: 'promote with scope: registry',
  policy: copying.policy.replace('mode: act', 'mode: act\n  scope: registry'),
};

/** Into another Region, of which the simulator has none. */
export const farPolicy = promoted('act', '{}', '{ region: eu-central-1, tags: [live] }');

/** An image goes on once it runs in a service. */
export const running: Stage = {
  name: 'promote what runs',
  policy: promoted('act', '{ running: { service: prod/web } }', '[live]'),
  build(world) {
    world.addCluster('prod', { capacityProviders: ['FARGATE'] });
    addSubnets(world);
    world.ecr.addRepository({ name: SHOP });
    world.ecr.push(SHOP, { tag: 'build-1', content: '1' });
    const image = imageOf(world, SHOP, 'build-1');
    world.ecs.addService({ cluster: 'prod', name: 'web', launchType: 'FARGATE', desired: 1, image });
  },
  play: (world) => world.runFor(15 * MINUTE),
};

/** Nothing is changed, and all is looked at as if it were. */
const observing: Stage = {
  name: 'observe a promotion with a signature',
  policy: promoted('observe', '{ signature: true }', '[live]'),
  build(world) {
    world.ecr.addRepository({ name: SHOP });
    pushSigned(world, '1');
  },
  play: (world) => world.runFor(15 * MINUTE),
};

export const stages: readonly Stage[] = [
  providers,
  stuck,
  schedules,
  counting,
  pinning,
  takenBack,
  migrating,
  copying,
  registry,
  running,
  observing,
];
