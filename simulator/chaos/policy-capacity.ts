import { createRandom, type Random } from '../random.ts';
import { mapOf, modeOf, pick } from './draw.ts';
import type { ClusterPlan, WorldPlan } from './plan.ts';

/** Groups that something else of the policy sets the count of, and how it drains those of all clusters. */
export interface OtherSections {
  readonly scaled: ReadonlySet<string>;
  readonly draining: 'act' | 'observe' | undefined;
}

/** Drawn apart, so that it shifts nothing of the other sections. Undefined: none, or nothing is left to count. */
export function capacity(plan: WorldPlan, seed: number, others: OtherSections) {
  const random = createRandom(seed).fork('capacity');
  if (!random.chance(0.6)) return undefined;
  const mode = modeOf(random);
  // What only journals drains nothing for what acts, and the policy's checks refuse that.
  const drained = others.draining === 'act' || (others.draining === 'observe' && mode === 'observe');
  const clusters = plan.clusters.flatMap((cluster) => {
    const of = clusterOf(random, cluster, others.scaled, drained);
    return of === undefined ? [] : [[cluster.name, of] as const];
  });
  return clusters.length === 0 ? undefined : { mode, clusters: mapOf(clusters) };
}

function clusterOf(
  random: Random,
  { groups }: ClusterPlan,
  scaled: OtherSections['scaled'],
  drained: boolean,
) {
  // Two that set the same count fight over it, and the policy's own scaling of groups is older.
  const own = groups.filter(({ name }) => !scaled.has(name) && random.chance(0.9));
  const of = {
    groups: own.map(({ name }) => name),
    scaleOut: random.chance(0.9) && {
      after: pick(random, ['0s', '30s', '1m']),
      maximumStep: pick(random, [1, 3, 20]),
      launchTimeout: pick(random, ['5m', '10m']),
    },
    ...(drained && random.chance(0.9) ? { consolidation: consolidation(random) } : {}),
    reserve: pick(random, [{}, {}, {}, { cpu: 512 }, { percent: '20%' }]),
    prices: random.chance(0.5) ? { 'm7g.large': 0.09 } : {},
  };
  return own.length === 0 ? undefined : of;
}

function consolidation(random: Random) {
  return {
    reasons: pick(random, [['empty', 'underused', 'obsolete'], ['empty', 'underused'], ['empty']]),
    after: pick(random, ['0s', '2m', '5m']),
    minimumAge: pick(random, ['0s', '5m', '15m']),
    budgets: budgets(random),
    replace: random.chance(0.3),
    balance: pick(random, [0, 0, 2, 10]),
    drainTimeout: pick(random, ['5m', '10m', '20m']),
    zoneSkew: pick(random, [1, 1, 2, 5]),
  };
}

function budgets(random: Random) {
  const always = { limit: pick(random, [1, 1, 2, '10%', '40%', '100%']) };
  // Within the time of the faults, or from its beginning to the end of all.
  const window = {
    cron: `${random.between(5, 40)} 14 * * *`,
    timeZone: 'Etc/UTC',
    duration: pick(random, ['10m', '30m']),
  };
  return [
    always,
    ...(random.chance(0.3) ? [{ limit: pick(random, [0, 1, '20%']), window }] : []),
    ...(random.chance(0.2) ? [{ limit: pick(random, [0, 1]), reasons: ['underused'] }] : []),
  ];
}
