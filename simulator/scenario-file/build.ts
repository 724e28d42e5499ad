import type { Policy } from '../../lib/policy/schema.ts';
import { type Deployment, deployPolicy } from '../deployment.ts';
import type { Service } from '../ecs/model.ts';
import { createWorld, type World } from '../world.ts';
import { addAlarm } from './alarms.ts';
import { createHosts } from './hosts.ts';
import { createLoad, type ServiceLoad } from './load.ts';
import type { GroupSpec, HostRef, ScenarioSpec, ServiceSpec } from './model.ts';

/** A world as a scenario has it at its start, and what events reach of it. */
export interface Stage {
  readonly world: World;
  readonly deployment: Deployment;
  readonly hosts: (where: HostRef) => string | undefined;
  /** By `CLUSTER/SERVICE`. */
  readonly services: ReadonlyMap<string, Service>;
  readonly loads: ReadonlyMap<string, ServiceLoad & { readonly perTask: number }>;
}

/** Where images come from that no tag can move to another one. */
const PINNED = `@sha256:${'5'.repeat(64)}`;
/** The stack has one for each architecture. */
const PROBES = ['stevedore-probe-x86-64', 'stevedore-probe-arm64'];

/** Builds the world of a scenario and deploys Stevedore into it. */
export function buildStage(spec: ScenarioSpec, policy: Policy): Stage {
  const world = createWorld({ seed: spec.seed, start: spec.startsAt });
  const { region } = world.kernel;
  for (const zone of spec.zones) world.ec2.addSubnet({ id: `subnet-${zone}`, zone: `${region}${zone}` });
  for (const probe of PROBES) world.ecs.definitions.define(probe, { cpu: 256, memory: 512 }, true);
  for (const [name, { scanning, images }] of Object.entries(spec.repositories)) {
    world.ecr.addRepository({ name, scanning });
    for (const { tags } of images) {
      for (const tag of tags) world.ecr.push(name, { tag, content: tags[0] ?? '' });
    }
  }
  const services = new Map<string, Service>();
  const loads = new Map<string, ServiceLoad & { readonly perTask: number }>();
  for (const [cluster, of] of Object.entries(spec.clusters)) {
    world.addCluster(cluster, { capacityProviders: ['FARGATE', 'FARGATE_SPOT'] });
    for (const [name, group] of Object.entries(of.groups)) addGroup(world, spec, cluster, name, group);
    for (const [name, service] of Object.entries(of.services)) {
      const id = `${cluster}/${name}`;
      services.set(id, addService(world, spec, cluster, name, service));
    }
    for (const [name, { load }] of Object.entries(of.services)) {
      const service = services.get(`${cluster}/${name}`);
      if (load === undefined || service === undefined) continue;
      const { perTask, warmUp, queue } = load;
      const own = createLoad(load.arrivals, spec.startsAt, spec.seed);
      loads.set(`${cluster}/${name}`, { ...own, perTask });
      const kind = queue === undefined ? 'web' : { queue };
      world.startWorkload({ service, kind, perTask, arrivals: own.arrivals, warmUpMs: warmUp });
    }
  }
  for (const [name, alarm] of Object.entries(spec.alarms)) addAlarm(world, spec, name, alarm);
  return { world, deployment: deployPolicy(world, policy), hosts: createHosts(world), services, loads };
}

function addGroup(world: World, { zones }: ScenarioSpec, cluster: string, name: string, group: GroupSpec) {
  const { instances, min, max, type, cpu, memory, spot, hooks } = group;
  world.addGroup({
    cluster,
    name,
    instances,
    min,
    ...(max === undefined ? {} : { max }),
    instanceType: type,
    cpu,
    memory,
    spot,
    zones: zones.map((zone) => `${world.kernel.region}${zone}`),
    hooks: Object.entries(hooks).map(([hook, { heartbeat, default: defaultResult }]) => ({
      name: hook,
      heartbeatTimeoutMs: heartbeat,
      defaultResult,
    })),
  });
}

function addService(
  world: World,
  spec: ScenarioSpec,
  cluster: string,
  name: string,
  service: ServiceSpec,
): Service {
  const { count, daemon, launchType, strategy, startUp, stop, ...rest } = service;
  const { minimumHealthyPercent, maximumPercent } = rest;
  return world.ecs.addService({
    cluster,
    name,
    desired: count,
    strategy: daemon ? 'DAEMON' : 'REPLICA',
    ...(strategy === undefined ? { launchType } : { capacityProviderStrategy: strategy }),
    image: imageOf(world, spec, name, service.image),
    cpu: rest.cpu,
    memory: rest.memory,
    ...(minimumHealthyPercent === undefined ? {} : { minimumHealthyPercent }),
    ...(maximumPercent === undefined ? {} : { maximumPercent }),
    ...(startUp === undefined ? {} : { startMs: startUp }),
    ...(stop === undefined ? {} : { stopMs: stop }),
    stopTimeoutMs: rest.stopTimeout,
    healthDelayMs: rest.healthyAfter,
    deregistrationDelayMs: rest.deregistrationDelay,
  });
}

function imageOf(world: World, { repositories }: ScenarioSpec, name: string, image = `${name}${PINNED}`) {
  const [repository = ''] = image.split(':');
  const { account, region } = world.kernel;
  return repositories[repository] === undefined
    ? image
    : `${account}.dkr.ecr.${region}.amazonaws.com/${image}`;
}
