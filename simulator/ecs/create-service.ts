import type { Kernel } from '../kernel.ts';
import { daemonTest } from './daemon.ts';
import type { Ecs, ServiceSpec } from './ecs.ts';
import type { Capacity, Cluster, Service } from './model.ts';
import { fits, placer } from './placement.ts';
import { readConstraints, readStrategies } from './placement-request.ts';
import { onFargate, readStrategy } from './strategy.ts';
import type { Site } from './tasks.ts';
import { known } from './update.ts';

/** A service with its first deployment, and its tasks where they fit, unless `running` is false. */
export function createService(ecs: Ecs, kernel: Kernel, spec: ServiceSpec, order: number): Service {
  const cluster = ecs.cluster(spec.cluster);
  const { region, account } = kernel;
  const arn = `arn:aws:ecs:${region}:${account}:service/${cluster.name}/${spec.name}`;
  const daemon = spec.strategy === 'DAEMON';
  const capacity = capacityOf(cluster, spec);
  const fargate = onFargate(capacity);
  if (fargate && daemon) throw new Error(`Service ${spec.name}: Fargate has no DAEMON services.`);
  const revision = ecs.deployments.revise(arn, {
    definition:
      spec.taskDefinition === undefined
        ? ecs.definitions.define(spec.name, spec, fargate)
        : known(ecs, spec.taskDefinition),
    capacity,
    network: fargate ? { subnets: [...subnetsOf(ecs, spec)] } : undefined,
    platformVersion: fargate ? (spec.platformVersion ?? 'LATEST') : undefined,
  });
  const deployment = ecs.deployments.create(revision, spec.running === false ? 'IN_PROGRESS' : 'COMPLETED');
  const service: Service = {
    name: spec.name,
    arn,
    order,
    cluster,
    deployments: [deployment],
    completed: spec.running === false ? undefined : deployment,
    history: [],
    createdAt: kernel.now(),
    status: 'ACTIVE',
    strategy: spec.strategy ?? 'REPLICA',
    controller: spec.controller ?? 'ECS',
    // The defaults of ECS; a daemon service has 0 and 100.
    minimumHealthyPercent: spec.minimumHealthyPercent ?? (daemon ? 0 : 100),
    maximumPercent: spec.maximumPercent ?? (daemon ? 100 : 200),
    circuitBreaker: spec.circuitBreaker ?? { enable: false, rollback: false },
    constraints: readConstraints(spec.constraints ?? []),
    placementStrategy: readStrategies(spec.placementStrategy ?? []),
    healthDelayMs: spec.healthDelayMs ?? 0,
    deregistrationDelayMs: spec.deregistrationDelayMs ?? 0,
    tasks: new Set(),
    events: [],
    desired: spec.desired ?? 0,
    launched: { minute: 0, count: 0 },
    shortages: new Map(),
    failedStarts: { count: 0, until: 0 },
    steady: spec.running !== false,
    steadyProviders: new Set(
      spec.running === false ? [] : capacity.strategy?.map(({ capacityProvider }) => capacityProvider),
    ),
    reminder: undefined,
    pass: undefined,
  };
  ecs.deployments.record(service, deployment, []);
  cluster.services.set(service.name, service);
  if (spec.running !== false) settle(ecs, service, kernel.random.fork(`settle ${spec.name}`));
  return service;
}

function capacityOf(cluster: Cluster, { launchType, capacityProviderStrategy = [] }: ServiceSpec): Capacity {
  const strategy = readStrategy(cluster, capacityProviderStrategy);
  if (strategy.length > 0) return { strategy };
  if (launchType !== undefined) return { launchType };
  return cluster.defaultStrategy.length > 0 ? { strategy: cluster.defaultStrategy } : { launchType: 'EC2' };
}

function subnetsOf(ecs: Ecs, { name, subnets = ecs.subnets() }: ServiceSpec): readonly string[] {
  const unknown = subnets.find((subnet) => ecs.zoneOf(subnet) === undefined);
  if (subnets.length > 0 && unknown === undefined) return subnets;
  throw new Error(
    `Service ${name} is on Fargate and needs subnets: ${unknown ?? 'none'} is not known. Call world.ec2.addSubnet({ id, zone }) first.`,
  );
}

/** The steady state of a service that has been there for long. */
function settle(ecs: Ecs, service: Service, random: Kernel['random']): void {
  const [{ id, revision }] = service.deployments;
  const { definition, images, capacity } = revision;
  const group = `service:${service.name}`;
  const { cluster } = service;
  const byProvider = capacity.strategy !== undefined;
  const start = (on: Site) =>
    ecs.tasks.place({ definition, images, on, service, group, startedBy: id, byProvider, running: true });
  if (service.strategy === 'DAEMON') {
    const allowed = daemonTest(service);
    for (const instance of cluster.instances.values()) {
      if (allowed(instance) && fits(instance, definition)) start(instance);
    }
    return;
  }
  if (onFargate(capacity)) {
    const next = ecs.fargate.places(revision, service.tasks);
    for (let count = 0; count < service.desired; count++) {
      const place = next();
      if (!('kind' in place)) start({ ...place, cluster });
    }
    return;
  }
  const next = placer(service, revision, random);
  for (let count = 0; count < service.desired; count++) {
    const instance = next();
    if (instance === undefined) return;
    start(instance);
  }
}
