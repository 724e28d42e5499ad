import type { EpochMs } from '../../lib/clock.ts';
import { formatPolicyError, parsePolicy } from '../../lib/policy/load.ts';
import type { Policy } from '../../lib/policy/schema.ts';
import { createRandom, type Random } from '../random.ts';
import { mapOf, modeOf, pick } from './draw.ts';
import type { ClusterPlan, WorldPlan } from './plan.ts';
import { capacity } from './policy-capacity.ts';
import { failover } from './policy-failover.ts';
import { retagging } from './policy-retagging.ts';
import { scaling } from './policy-scaling.ts';

// Durations are short, so that what is begun while there are faults is through some time after them.

/**
 * A policy for this world, as a person might write it, through the loader.
 * @throws with every error of it, which would be one of this file
 */
export function planPolicy(plan: WorldPlan, seed: number, now: EpochMs): Policy {
  const random = createRandom(seed).fork('policy');
  const sections = {
    draining: maybe(random, () => draining(random, plan.clusters)),
    scaling: maybe(random, () => scaling(random, plan.clusters)),
    failover: maybe(random, () => failover(random, plan.clusters)),
    retagging: maybe(random, () =>
      plan.repositories.length === 0 ? undefined : retagging(random, plan.repositories),
    ),
  };
  const none = Object.values(sections).every((section) => section === undefined);
  const written = { ...sections, ...(none ? { draining: draining(random, plan.clusters) } : {}) };
  const scaled = new Set(Object.keys(written.scaling?.groups ?? {}));
  const others = { scaled, draining: written.draining?.mode };
  const file = { version: 1, ...written, capacity: capacity(plan, seed, others) };
  // JSON is YAML, and leaves out what is undefined.
  const loaded = parsePolicy(JSON.stringify(file), 'chaos.yml', now);
  if (!loaded.ok) throw new Error(loaded.errors.map(formatPolicyError).join('\n'));
  return loaded.policy;
}

const maybe = <T>(random: Random, make: () => T): T | undefined => (random.chance(0.8) ? make() : undefined);

function draining(random: Random, clusters: readonly ClusterPlan[]) {
  const own = clusters.map(({ name, groups }) => [name, drainingOf(random, groups)] as const);
  // One that has been deleted since the policy was written.
  const gone = ['chaos-gone', { groups: { 'chaos-gone-group': {} } }] as const;
  return { mode: modeOf(random), clusters: mapOf<object>(random.chance(0.05) ? [...own, gone] : own) };
}

function drainingOf(random: Random, groups: ClusterPlan['groups']) {
  return {
    groups: mapOf(
      groups.map(({ name, hooks = [] }) => {
        const ours = random.chance(0.06) ? [] : hooks.map((hook) => hook.name);
        // Or one that nobody has made.
        return [name, { hooks: random.chance(0.05) ? [...ours, 'stevedore-other'] : ours }] as const;
      }),
    ),
    triggers: {
      rebalance: random.chance(0.3),
      directTermination: random.chance(0.9),
      spotInterruption: random.chance(0.95),
      maintenance: pick(random, [false, { leadTime: '10m' }, { leadTime: '10m' }, { leadTime: '24h' }]),
    },
    deadline: `${random.between(6, 15)}m`,
    atDeadline: pick(random, ['continue', 'abandon', 'stop-tasks']),
    stopGrace: pick(random, ['0s', '30s', '2m']),
    standaloneTasks: pick(random, ['wait', 'refuse', { stopAfter: `${random.between(1, 5)}m` }]),
    spot: { stopTasksBefore: pick(random, ['45s', '1m30s', 'never']) },
    limits: {
      draining: pick(random, [1, 2, '20%', '50%', '100%']),
      keepActive: pick(random, [0, 1, 2, '25%', '50%']),
    },
    ghosts: {
      terminatedAfter: pick(random, ['1m', '10m', '20m', 'never']),
      stoppedAfter: pick(random, ['never', '30m']),
    },
  };
}
