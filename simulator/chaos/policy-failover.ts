import type { Random } from '../random.ts';
import { mapOf, modeOf, pick } from './draw.ts';
import type { ClusterPlan } from './plan.ts';

/** Undefined if there is nothing to fail over or to move. */
export function failover(random: Random, clusters: readonly ClusterPlan[]) {
  const services = clusters.flatMap((cluster) => servicesOf(random, cluster));
  const migrations = clusters.filter(({ migrating }) => migrating.length > 0);
  if (services.length === 0 && migrations.length === 0) return undefined;
  return {
    mode: modeOf(random),
    scope: pick(random, ['services', 'clusters']),
    services: mapOf(services),
    breaker: {
      coolOff: pick(random, ['3m', '8m']),
      most: '10m',
      probe: pick(random, ['task', 'task', { share: '20%' }]),
    },
    limits: {
      tasksPerMinute: pick(random, [2, 10, 1200]),
      onDemandVcpus: pick(random, ['none', 'none', 6]),
      taskHoursPerDay: pick(random, ['none', 'none', 'none', 0.3]),
    },
    migrations: mapOf(
      migrations.map((cluster) => [cluster.name, migration(random, cluster.migrating)] as const),
    ),
  };
}

function servicesOf(random: Random, { name, onSpot, odd, paired }: ClusterPlan) {
  const alone = [...onSpot, ...odd].map(
    (service) => [`${name}/${service.name}`, failedOver(random)] as const,
  );
  const gone = [`${name}/gone`, failedOver(random)] as const;
  const all = random.chance(0.04) ? [...alone, gone] : alone;
  if (paired === undefined) return all;
  const pair = random.chance(0.1) ? 'not-there' : paired.pair.name;
  return [...all, [`${name}/${paired.primary.name}`, { ...failedOver(random), paired: pair }] as const];
}

function failedOver(random: Random) {
  return {
    grace: pick(random, ['0s', '1m', '3m']),
    signals: {
      interruptions: pick(random, ['never', { count: 2, within: '10m' }]),
      deficit: pick(random, ['never', { for: '2m' }, { for: '5m' }]),
    },
    onDemand: {
      share: pick(random, ['50%', '100%']),
      taskHoursPerDay: pick(random, ['none', 'none', 'none', 0.1]),
    },
    image: pick(random, ['refuse', 'pin', 'ignore']),
    duringDeployment: pick(random, ['wait', 'when-at-risk']),
    return: { steps: pick(random, [['100%'], ['50%', '100%'], ['25%', '50%', '100%']]), soak: '2m' },
    flaps: { most: pick(random, [1, 3, 3]), within: pick(random, ['10m', '1h']) },
  };
}

function migration(random: Random, migrating: ClusterPlan['migrating']) {
  return {
    services: migrating.map(({ name }) => name),
    spotWeight: pick(random, [0, 1]),
    base: pick(random, [0, 1]),
    image: pick(random, ['refuse', 'ignore']),
    soak: pick(random, ['2m', '5m']),
    timeout: '15m',
  };
}
