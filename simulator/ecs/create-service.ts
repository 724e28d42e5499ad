import type { Kernel } from '../kernel.ts';
import type { Ecs, ServiceSpec } from './ecs.ts';
import type { Capacity, Cluster, ContainerInstance, FargateHost, Service } from './model.ts';
import { constraintTest, fits, open, placer } from './placement.ts';
import { onFargate, readStrategy } from './strategy.ts';

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
    definition: ecs.definitions.define(spec.name, spec, fargate),
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
    constraints: spec.constraints ?? [],
    placementStrategy: [],
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
  if (spec.running !== false) settle(ecs, service);
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
function settle(ecs: Ecs, service: Service): void {
  const [{ id, revision }] = service.deployments;
  const { definition, images, capacity } = revision;
  const group = `service:${service.name}`;
  const { cluster } = service;
  const start = (on: ContainerInstance | (FargateHost & { readonly cluster: Cluster })) =>
    ecs.tasks.place({ definition, images, on, service, group, startedBy: id, running: true });
  if (service.strategy === 'DAEMON') {
    const allowed = constraintTest(service.constraints);
    for (const instance of cluster.instances.values()) {
      if (open(instance) && allowed(instance) && fits(instance, definition)) start(instance);
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
  const next = placer(service);
  for (let count = 0; count < service.desired; count++) {
    const instance = next();
    if (instance === undefined) return;
    start(instance);
  }
}
