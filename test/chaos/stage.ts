import { ECR } from '@aws-sdk/client-ecr';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { parsePolicy } from '../../lib/policy/load.ts';
import type { Policy } from '../../lib/policy/schema.ts';
import type { Observed, Violation } from '../../simulator/chaos/oracle.ts';
import { oracles } from '../../simulator/chaos/oracles/index.ts';
import { deployPolicy } from '../../simulator/deployment.ts';
import { createWorld, type World } from '../../simulator/world.ts';
import { clientsOf } from '../simulator/worlds.ts';

export const DRAINING = `version: 1
draining:
  clusters:
    prod:
      groups: { prod-asg: {} }
      deadline: 5m
      limits: { draining: 1 }
      ghosts: { terminatedAfter: 10m }
`;
export const SCALING = `version: 1
scaling:
  alarms: { busy: { metric: cpu, threshold: 60, comparison: '>' }, idle: { metric: cpu, threshold: 30, comparison: '<' } }
  services:
    prod/web:
      min: 2
      max: 20
      policies:
        out: { step: { alarm: busy, steps: [{ from: 0, by: 2 }], cooldown: 3m } }
        in: { step: { alarm: idle, steps: [{ to: 0, by: -1 }], cooldown: 3m } }
`;

export type Clients = ReturnType<typeof clientsOf> & { readonly ecr: ECR };
type FunctionName = 'drain' | 'scale' | 'failover' | 'retag' | 'capacity';

export interface Stage {
  readonly world: World;
  readonly observed: Observed;
  /** Has a function of Stevedore's name do what it never must. */
  readonly misbehave: (name: FunctionName, act: (aws: Clients) => Promise<unknown>) => void;
}

/** A world in which Stevedore does nothing, since it is deployed into another one: what is done, the test does. */
export function stage(policyText: string): Stage {
  const world = createWorld({ throttling: false });
  const policy = policyOf(policyText);
  const deployment = deployPolicy(createWorld(), policy);
  const { clock: _clock, random: _random, ...config } = world.clients();
  const clients = { ...clientsOf(world), ecr: new ECR(config) };
  return {
    world,
    observed: { world, deployment, policy, faultsEndAt: world.now() },
    misbehave: (name, act) => world.deploy({ name, handler: () => act(clients) })({}),
  };
}

function policyOf(text: string): Policy {
  const loaded = parsePolicy(text, 'policy.yml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.policy;
}

/** Begins to watch. Returns a way to play on and to hear what was seen meanwhile, in sentences. */
export function watch(observed: Observed, name: string) {
  const oracle = oracles.find((one) => one.name === name);
  if (oracle === undefined) throw new Error(`There is no oracle ${name}.`);
  const watching = oracle.watch(observed);
  const play = async (ms: number, end?: 'end') => {
    const seen: Violation[] = [];
    const until = observed.world.now() + ms;
    while (observed.world.now() < until) {
      await observed.world.runFor(SECOND);
      seen.push(...watching.step());
    }
    if (end !== undefined) seen.push(...watching.end());
    return seen.map(({ sentence }) => sentence);
  };
  return { play };
}

/** Three instances behind a hook, with a service on them. */
export function cluster(world: World) {
  const prod = world.addCluster('prod', { capacityProviders: ['FARGATE', 'FARGATE_SPOT'] });
  const group = world.addGroup({
    name: 'prod-asg',
    cluster: 'prod',
    instances: 3,
    hooks: [{ name: 'stevedore-drain', heartbeatTimeoutMs: 60 * MINUTE }],
  });
  const web = world.ecs.addService({ cluster: 'prod', name: 'web', desired: 6, cpu: 128, memory: 128 });
  return { prod, group, web };
}

export const setCount =
  (desiredCount: number) =>
  ({ ecs }: Clients) =>
    ecs.updateService({ cluster: 'prod', service: 'web', desiredCount });
