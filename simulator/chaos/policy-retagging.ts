import type { Random } from '../random.ts';
import { mapOf, modeOf, pick } from './draw.ts';
import type { RepositoryPlan } from './plan-repositories.ts';

/** Undefined if there are no repositories. */
export function retagging(random: Random, repositories: readonly RepositoryPlan[]) {
  if (repositories.length === 0) return undefined;
  return {
    mode: modeOf(random),
    scope: pick(random, ['repositories', 'registry']),
    reconcileEvery: pick(random, ['1m', '5m']),
    repositories: mapOf(
      repositories.map((plan) => [plan.name, { promotions: promotions(random, plan) }] as const),
    ),
  };
}

function promotions(random: Random, plan: RepositoryPlan) {
  const { cluster, stagingService } = plan;
  return {
    staging: {
      from: 'build-*',
      to: ['staging'],
      allowOlder: random.chance(0.1),
      deploy: random.chance(0.8) ? [`${cluster}/${stagingService}`] : [],
      gates: { minAge: pick(random, ['0s', '0s', '1m']) },
    },
    production: production(random, plan),
    ...(random.chance(0.6) ? { stable: stable(random) } : {}),
  };
}

/** What is a version, by its number or by the time of its push. */
function stable(random: Random) {
  const order = pick(random, ['highest-version', 'pushed-last']);
  const semver = pick(random, ['>=1.0.0', '^1.5.0', '>=1.0.0 <1.20.0']);
  return { from: { semver }, to: ['stable'], order };
}

function production(
  random: Random,
  { copiedTo, cluster, service, stagingService, scanning }: RepositoryPlan,
) {
  const scan = {
    critical: 0,
    withoutResult: scanning === 'manual' ? 'allow' : pick(random, ['refuse', 'allow']),
  };
  const running = { service: `${cluster}/${stagingService}`, for: pick(random, ['0s', '2m']) };
  const gates = {
    ...(random.chance(0.6) ? { scan } : {}),
    ...(random.chance(0.35) ? { running } : {}),
    minAge: pick(random, ['0s', '2m', '5m']),
    signature: random.chance(0.15),
    approval: random.chance(0.2),
  };
  const isByClock = random.chance(0.15);
  const events = [
    'push',
    ...('scan' in gates ? ['scan'] : []),
    ...('running' in gates ? ['deployment'] : []),
  ];
  return {
    from: pick(random, ['staging', 'staging', 'build-*']),
    to: copiedTo === undefined ? ['production'] : { repository: copiedTo, tags: ['production'] },
    on: isByClock ? [] : events,
    ...(isByClock ? { schedule: { cron: '*/10 14 21 11 *' } } : {}),
    gates,
    deploy: deployed(random, cluster, service),
  };
}

function deployed(random: Random, cluster: string, service: string): string[] {
  if (random.chance(0.06)) return [`${cluster}/gone`];
  // One that uses another image.
  if (random.chance(0.08)) return [`${cluster}/${service}`, `${cluster}/service-0`];
  return random.chance(0.85) ? [`${cluster}/${service}`] : [];
}
