import { type EpochMs, MINUTE } from '../../lib/clock.ts';
import type { FunctionName } from '../../lib/policy/compile.ts';
import type { Policy } from '../../lib/policy/schema.ts';
import type { Group } from '../autoscaling/model.ts';
import { type Deployment, deployPolicy } from '../deployment.ts';
import type { ServiceSpec } from '../ecs/ecs.ts';
import type { Service } from '../ecs/model.ts';
import { createWorld, type World } from '../world.ts';
import { type ClusterPlan, planWorld, type WorldPlan } from './plan.ts';
import type { RepositoryPlan } from './plan-repositories.ts';
import { planPolicy } from './policy.ts';
import { type CrashAtStore, distantStore } from './store.ts';

/** A world under way, with handles for what faults are done to. */
export interface Stage {
  readonly world: World;
  readonly deployment: Deployment;
  readonly policy: Policy;
  readonly plan: WorldPlan;
  readonly groups: readonly Group[];
  readonly services: readonly Service[];
  readonly onSpot: readonly Service[];
  readonly odd: readonly Service[];
  /** Milliseconds that a function's clock is ahead; none: it is right. */
  readonly skews: Map<FunctionName, number>;
  /** How many times as much load a cluster has; none: once. */
  readonly loads: Map<string, number>;
  readonly storeCrashes: CrashAtStore[];
}

const START: EpochMs = Date.UTC(2026, 10, 21, 14);
const ZONES = ['a', 'b', 'c'];
const PER_TASK = 10;
/** Percent of CPU at the load that every world begins and ends with: between the thresholds of the alarms. */
const USUAL = 0.45;

/** The world, the policy and the deployment of a seed, before any fault. */
export function buildStage(seed: number): Stage {
  const plan = planWorld(seed);
  const policy = planPolicy(plan, seed, START);
  const world = createWorld({ seed, start: START });
  for (const zone of ZONES) world.ec2.addSubnet({ id: `subnet-${zone}`, zone: `eu-west-1${zone}` });
  world.ecs.definitions.define('stevedore-probe-x86-64', { cpu: 256, memory: 512 }, true);
  const loads = new Map<string, number>();
  for (const repository of plan.repositories) fillRepository(world, repository);
  const built = plan.clusters.map((cluster) => buildCluster(world, cluster, loads));
  const released = plan.repositories.flatMap((repository) => release(world, repository));

  const skews = new Map<FunctionName, number>();
  const storeCrashes: CrashAtStore[] = [];
  const deployment = deployPolicy(world, policy, {
    clockOf: (name) => ({ ...world.clock, now: () => world.now() + (skews.get(name) ?? 0) }),
    wrapStore: distantStore(world, (request) => {
      for (const crash of storeCrashes) {
        const how = crash(request);
        if (how !== undefined) return how;
      }
      return undefined;
    }),
  });
  return {
    world,
    deployment,
    policy,
    plan,
    groups: built.flatMap(({ groups }) => groups),
    services: [...built.flatMap(({ services }) => services), ...released],
    onSpot: built.flatMap(({ onSpot }) => onSpot),
    odd: built.flatMap(({ odd }) => odd),
    skews,
    loads,
    storeCrashes,
  };
}

function buildCluster(world: World, plan: ClusterPlan, loads: ReadonlyMap<string, number>) {
  world.addCluster(plan.name, { capacityProviders: plan.fargate });
  // Room for tasks that are prepared for Fargate, as with trunk network interfaces.
  const groups = plan.groups.map((group) => world.addGroup({ ...group, enis: 120 }));
  const { paired } = plan;
  const add = (spec: ServiceSpec) => world.ecs.addService(spec);
  const services = plan.services.map(add);
  const onSpot = plan.onSpot.map(add);
  const odd = [...plan.odd, ...(paired === undefined ? [] : [paired.primary, paired.pair])].map(add);
  const migrating = plan.migrating.map((spec) => (plan.isPrepared ? movable(world, add(spec)) : add(spec)));
  const hosts = groups.flatMap(({ members }) => [...members.keys()]);
  for (const [index, runMs] of plan.standalone.entries()) {
    const on = hosts[index];
    if (on === undefined) continue;
    const task = { cluster: plan.name, family: `job-${index}`, on, cpu: 64, memory: 128 };
    world.ecs.runTask(runMs === undefined ? task : { ...task, runMs });
  }
  const factor = () => loads.get(plan.name) ?? 1;
  const [loaded, worker] = services;
  if (loaded !== undefined) putLoad(world, loaded, plan, factor);
  if (worker !== undefined && plan.queue !== undefined) {
    const usual = worker.desired * PER_TASK * USUAL;
    const kind = { queue: plan.queue };
    world.startWorkload({ service: worker, kind, perTask: PER_TASK, arrivals: () => usual * factor() });
  }
  return { groups, services: [...services, ...migrating], onSpot, odd };
}

/** As whoever prepares a migration does: a revision that Fargate can run, and a network for it. */
function movable(world: World, service: Service): Service {
  const [{ revision }] = service.deployments;
  const { family, cpu, memory, containers } = revision.definition;
  const { arn } = world.ecs.definitions.register({
    family,
    networkMode: 'awsvpc',
    requiresCompatibilities: ['EC2', 'FARGATE'],
    cpu: String(cpu),
    memory: String(memory),
    containerDefinitions: containers.map(({ name, image }) => ({ name, image })),
  });
  const awsvpcConfiguration = { subnets: [...world.ec2.subnets.keys()] };
  world.ecs.updateService(service, { taskDefinition: arn, networkConfiguration: { awsvpcConfiguration } });
  return service;
}

/** Requests for the service, and the alarms on what they do to it. */
function putLoad(world: World, service: Service, plan: ClusterPlan, factor: () => number): void {
  const usual = service.desired * PER_TASK * USUAL;
  world.startWorkload({ service, kind: 'web', perTask: PER_TASK, arrivals: () => usual * factor() });
  const dimensions = { ClusterName: plan.name, ServiceName: service.name };
  const on = { namespace: 'AWS/ECS', metric: 'CPUUtilization', dimensions, stat: 'Average' };
  for (const { name, threshold } of plan.alarms) {
    if (threshold === 'missing') continue;
    const comparison = name === 'busy' ? 'GreaterThanThreshold' : 'LessThanThreshold';
    const alarm = { on, name: `${plan.name}-${name}`, evaluationPeriods: 2, threshold };
    world.cloudWatch.addAlarm({ ...alarm, comparison });
  }
  if (!plan.otherOwner) return;
  const resourceId = `service/${plan.name}/${service.name}`;
  world.applicationAutoScaling.register({ resourceId, min: 1, max: 10, policies: ['by-others'] });
}

function fillRepository(world: World, plan: RepositoryPlan): void {
  const { name, scanning, mutability, lifecyclePolicy, copiedTo, isCache } = plan;
  world.ecr.addRepository({
    name,
    scanning,
    mutability,
    ...(lifecyclePolicy === undefined ? {} : { lifecyclePolicy }),
    ...(isCache ? { upstream: 'reachable' as const } : {}),
  });
  const more = Array.from({ length: plan.moreTags }, (_, index) => `more-${index}`);
  for (const tag of ['build-1', 'staging', 'production', ...more]) {
    world.ecr.push(name, { tag, content: `${name} 1`, scan: { findings: {}, afterMs: MINUTE } });
  }
  if (copiedTo === undefined) return;
  world.ecr.addRepository({ name: copiedTo });
  world.ecr.push(copiedTo, { tag: 'production', content: `${name} 1` });
}

/** The services that run what is in the repository. */
function release(world: World, plan: RepositoryPlan): Service[] {
  const { name, copiedTo, cluster } = plan;
  const { uri } = world.ecr.repository(name);
  const production = plan.isPinned
    ? `${uri}@${world.ecr.image(name, 'build-1').digest}`
    : `${world.ecr.repository(copiedTo ?? name).uri}:production`;
  const add = (service: string, image: string) =>
    world.ecs.addService({
      cluster,
      name: service,
      desired: 2,
      launchType: 'FARGATE',
      image,
      cpu: 256,
      memory: 512,
    });
  return [add(plan.service, production), add(plan.stagingService, `${uri}:staging`)];
}
