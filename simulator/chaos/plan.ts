import { MINUTE, SECOND } from '../../lib/clock.ts';
import type { GroupSpec } from '../autoscaling/model.ts';
import type { ServiceSpec } from '../ecs/ecs.ts';
import { createRandom, type Random } from '../random.ts';
import { pick, several } from './draw.ts';
import { planRepository, type RepositoryPlan } from './plan-repositories.ts';

/** A cluster as it is when everything begins. */
export interface ClusterPlan {
  readonly name: string;
  /** Those of Fargate that are associated with it. */
  readonly fargate: readonly string[];
  readonly groups: readonly GroupSpec[];
  /** The first is put under load. */
  readonly services: readonly ServiceSpec[];
  /** What the second of them does: it works a queue off. */
  readonly queue: string | undefined;
  /** By capacity providers; may use an image of a repository. */
  readonly onSpot: readonly ServiceSpec[];
  /** That the policy names under failover, and that cannot be flipped. */
  readonly odd: readonly ServiceSpec[];
  /** On Spot and not to be flipped, and on demand with no task, for its missing ones. */
  readonly paired: { readonly primary: ServiceSpec; readonly pair: ServiceSpec } | undefined;
  /** On container instances, to be moved to Fargate. */
  readonly migrating: readonly ServiceSpec[];
  /** Whether those have what Fargate asks for. */
  readonly isPrepared: boolean;
  /** How long each standalone task runs; undefined: for ever. */
  readonly standalone: readonly (number | undefined)[];
  /** Its alarms, by the end of their names: their threshold, or that somebody has deleted them. */
  readonly alarms: readonly { readonly name: 'busy' | 'idle'; readonly threshold: number | 'missing' }[];
  /** Whether Application Auto Scaling scales the loaded service too. */
  readonly otherOwner: boolean;
}

/** A world before anything happens to it. */
export interface WorldPlan {
  readonly clusters: readonly ClusterPlan[];
  readonly repositories: readonly RepositoryPlan[];
}

const PERCENTS = [
  [100, 200],
  [50, 100],
  [0, 100],
  [66, 133],
  [50, 150],
  [100, 110],
  [34, 167],
] as const;

const STRATEGIES: readonly ServiceSpec['capacityProviderStrategy'][] = [
  [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
  [
    { capacityProvider: 'FARGATE', base: 2, weight: 0 },
    { capacityProvider: 'FARGATE_SPOT', weight: 1 },
  ],
  [
    { capacityProvider: 'FARGATE_SPOT', weight: 4 },
    { capacityProvider: 'FARGATE', weight: 1 },
  ],
  [
    { capacityProvider: 'FARGATE', base: 1, weight: 1 },
    { capacityProvider: 'FARGATE_SPOT', weight: 3 },
  ],
];

/** The same seed gives the same plan. */
export function planWorld(seed: number): WorldPlan {
  const random = createRandom(seed).fork('plan');
  const placing = createRandom(seed).fork('placing');
  const clusters = several(random, [1, random.chance(0.2) ? 2 : 1], (index) =>
    placedBy(placing, planCluster(random, index)),
  );
  const repositories = several(random, [0, 2], (index) =>
    planRepository(random, index, pick(random, clusters).name),
  );
  if (repositories.length > 0) return { clusters, repositories };
  return { clusters: clusters.map(withoutRepository), repositories };
}

const BY_ZONE = { type: 'spread', field: 'attribute:ecs.availability-zone' } as const;
const PLACEMENTS: readonly ServiceSpec['placementStrategy'][] = [
  [{ type: 'binpack', field: 'cpu' }],
  [{ type: 'binpack', field: 'memory' }],
  [BY_ZONE, { type: 'binpack', field: 'memory' }],
  [{ type: 'spread', field: 'instanceId' }],
  [{ type: 'random' }],
];

/** Where ECS puts the tasks of its services, and stops them first. Drawn apart, so that it shifts nothing else. */
const placedBy = (random: Random, cluster: ClusterPlan): ClusterPlan => ({
  ...cluster,
  services: cluster.services.map((spec) => {
    const placementStrategy = random.chance(0.6) ? pick(random, PLACEMENTS) : undefined;
    return spec.strategy === 'DAEMON' || placementStrategy === undefined
      ? spec
      : { ...spec, placementStrategy };
  }),
});

/** An image that nobody can pull would keep a service from ever starting a task. */
const withoutRepository = (cluster: ClusterPlan): ClusterPlan => ({
  ...cluster,
  onSpot: cluster.onSpot.map((spec) => (spec.image === BY_TAG ? { ...spec, image: BY_DIGEST } : spec)),
});

function planCluster(random: Random, index: number): ClusterPlan {
  const cluster = `chaos-${index}`;
  const groups = several(random, [1, 2], (number) => planGroup(random, cluster, number));
  const hosts = groups.reduce((sum, { instances }) => sum + instances, 0);
  const services = several(random, [1, 4], (number) => planService(random, cluster, number, hosts));
  const migrating = random.chance(0.25)
    ? several(random, [1, 2], (number) => planMigrating(random, cluster, number))
    : [];
  const daemon: ServiceSpec = { cluster, name: 'agent', strategy: 'DAEMON', cpu: 64, memory: 128 };
  const lacksFargate = random.chance(migrating.length > 0 ? 0.3 : 0.05);
  const [provider] = groups.flatMap(({ capacityProvider }) => capacityProvider ?? []);
  return {
    name: cluster,
    fargate: lacksFargate ? ['FARGATE_SPOT'] : ['FARGATE', 'FARGATE_SPOT'],
    groups,
    services: random.chance(0.5) ? [...services, daemon] : services,
    queue: services.length > 1 && random.chance(0.5) ? `${cluster}-queue` : undefined,
    onSpot: several(random, [random.chance(0.85) ? 1 : 0, 3], (number) =>
      planOnSpot(random, cluster, number, lacksFargate),
    ),
    odd: lacksFargate ? [] : several(random, [0, 2], (number) => planOdd(random, cluster, number, provider)),
    paired: !lacksFargate && random.chance(0.25) ? planPaired(random, cluster) : undefined,
    migrating,
    isPrepared: random.chance(0.85),
    standalone: several(random, [0, 2], () =>
      random.chance(0.6) ? random.between(2, 40) * MINUTE : undefined,
    ),
    alarms: [
      { name: 'busy', threshold: planThreshold(random, 60) },
      { name: 'idle', threshold: planThreshold(random, 30) },
    ],
    otherOwner: random.chance(0.15),
  };
}

function planThreshold(random: Random, ofPolicy: number): number | 'missing' {
  if (random.chance(0.9)) return ofPolicy;
  return random.chance(0.5) ? 'missing' : ofPolicy + 5;
}

function planGroup(random: Random, cluster: string, index: number): GroupSpec {
  const instances = random.between(2, 5);
  const name = `${cluster}-group-${index}`;
  const hasProvider = random.chance(0.25);
  return {
    name,
    ...(hasProvider ? { capacityProvider: `${name}-provider`, managedDraining: random.chance(0.3) } : {}),
    cluster,
    instances,
    min: random.between(0, 1),
    max: instances + random.between(1, 4),
    spot: random.chance(0.3),
    hooks: random.chance(0.9) ? [planHook(random, 'stevedore-drain')] : [],
    protectedFromScaleIn: random.chance(0.15),
    retainOnAbandon: random.chance(0.1),
  };
}

function planHook(random: Random, name: string) {
  return {
    name,
    heartbeatTimeoutMs: random.chance(0.1) ? 90 * SECOND : random.between(2, 20) * MINUTE,
    defaultResult: random.chance(0.7) ? ('CONTINUE' as const) : ('ABANDON' as const),
  };
}

function planService(random: Random, cluster: string, index: number, hosts: number): ServiceSpec {
  const [minimumHealthyPercent, maximumPercent] = pick(random, PERCENTS);
  return {
    cluster,
    name: `service-${index}`,
    // A host has room for eight of these tasks, and there are four services at most.
    desired: random.between(1, Math.max(2, Math.floor(hosts * 1.5))),
    minimumHealthyPercent,
    maximumPercent,
    cpu: 256,
    memory: 512,
    healthDelayMs: random.chance(0.3) ? random.between(5, 30) * SECOND : 0,
    deregistrationDelayMs: random.chance(0.3) ? random.between(5, 60) * SECOND : 0,
    circuitBreaker: { enable: random.chance(0.3), rollback: random.chance(0.5) },
    constraints: index > 0 && random.chance(0.15) ? [{ type: 'distinctInstance' }] : [],
  };
}

function planOnSpot(random: Random, cluster: string, index: number, onSpotOnly: boolean): ServiceSpec {
  const [minimumHealthyPercent, maximumPercent] = pick(random, PERCENTS);
  const strategy = onSpotOnly ? STRATEGIES[0] : pick(random, STRATEGIES);
  return {
    cluster,
    name: `spot-${index}`,
    desired: random.between(1, 8),
    minimumHealthyPercent,
    maximumPercent,
    cpu: pick(random, [256, 512, 1024]),
    memory: 2048,
    startMs: [20 * SECOND, 40 * SECOND],
    healthDelayMs: random.chance(0.3) ? 20 * SECOND : 0,
    circuitBreaker: { enable: random.chance(0.4), rollback: random.chance(0.7) },
    ...(strategy === undefined ? {} : { capacityProviderStrategy: strategy }),
    ...pick(random, [{}, { image: BY_DIGEST }, { image: BY_DIGEST }, { image: BY_TAG }]),
  };
}

/** Of a repository of the world, if it has that, where the tag moves. */
const BY_TAG = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/chaos/app-0:staging';
const BY_DIGEST = `spot@sha256:${'5'.repeat(64)}`;
const ON_SPOT = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];

/** One of those that failover must leave alone, each for another reason. */
function planOdd(random: Random, cluster: string, index: number, provider: string | undefined): ServiceSpec {
  const onHosts: Partial<ServiceSpec>[] =
    provider === undefined
      ? []
      : [{ capacityProviderStrategy: [{ capacityProvider: provider, weight: 1 }], desired: 1 }];
  const common = { cluster, name: `odd-${index}`, desired: 2, cpu: 256, memory: 512, image: BY_DIGEST };
  return {
    ...common,
    ...pick<Partial<ServiceSpec>>(random, [
      ...onHosts,
      { controller: 'CODE_DEPLOY', capacityProviderStrategy: ON_SPOT },
      { launchType: 'FARGATE' },
      { launchType: 'EC2', strategy: 'DAEMON', cpu: 64, memory: 128 },
      { capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }] },
      { capacityProviderStrategy: ON_SPOT, architecture: 'ARM64', platformVersion: '1.3.0' },
      { capacityProviderStrategy: ON_SPOT, minimumHealthyPercent: 100, maximumPercent: 100 },
    ]),
  };
}

function planPaired(random: Random, cluster: string) {
  const common = { cluster, cpu: 256, memory: 512, image: BY_DIGEST };
  return {
    primary: {
      ...common,
      name: 'paired-spot',
      desired: random.between(1, 5),
      controller: random.chance(0.5) ? ('CODE_DEPLOY' as const) : ('ECS' as const),
      capacityProviderStrategy: ON_SPOT,
    },
    pair: { ...common, name: 'paired-on-demand', desired: 0, launchType: 'FARGATE' as const },
  };
}

function planMigrating(random: Random, cluster: string, index: number): ServiceSpec {
  const [minimumHealthyPercent, maximumPercent] = pick(random, PERCENTS);
  return {
    cluster,
    name: `moving-${index}`,
    desired: random.between(1, 3),
    minimumHealthyPercent,
    maximumPercent,
    cpu: 256,
    memory: 512,
    image: `moving@sha256:${'6'.repeat(64)}`,
  };
}
