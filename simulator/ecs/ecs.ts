import { type EpochMs, SECOND } from '../../lib/clock.ts';
import { draw, type Kernel, type Operations, type Span } from '../kernel.ts';
import { Instances } from './instances.ts';
import type {
  Cluster,
  ContainerInstance,
  Deployment,
  PlacementConstraint,
  Service,
  Task,
  TaskDefinition,
} from './model.ts';
import { changeOperations } from './operations-change.ts';
import { readOperations } from './operations-read.ts';
import { constraintTest, firstFit, fits, open, placer } from './placement.ts';
import { ServiceScheduler } from './services.ts';
import { Tasks } from './tasks.ts';

export interface TaskSpec {
  readonly cpu?: number;
  readonly memory?: number;
  readonly hostPorts?: readonly number[];
  /** 30 s unless set, as in ECS. */
  readonly stopTimeoutMs?: number;
  readonly startMs?: Span;
  readonly stopMs?: Span;
  readonly deprovisionMs?: Span;
}

export interface ServiceSpec extends TaskSpec {
  readonly cluster: string;
  readonly name: string;
  readonly strategy?: 'REPLICA' | 'DAEMON';
  readonly desired?: number;
  readonly minimumHealthyPercent?: number;
  readonly maximumPercent?: number;
  readonly constraints?: readonly PlacementConstraint[];
  readonly healthDelayMs?: number;
  readonly deregistrationDelayMs?: number;
  /** Start with its tasks already RUNNING (the default) or let the scheduler place them. */
  readonly running?: boolean;
}

export interface RunTaskSpec extends TaskSpec {
  readonly cluster: string;
  readonly family: string;
  /** The EC2 instance to run it on; else the first with room. */
  readonly on?: string;
  /** It ends by itself after so long; else never. */
  readonly runMs?: Span;
  readonly group?: string;
  /** RUNNING from the start (the default), or through PROVISIONING and PENDING. */
  readonly running?: boolean;
}

/** Amazon ECS with the EC2 launch type: its state, its behaviour, and its API. */
export class Ecs {
  readonly clusters = new Map<string, Cluster>();
  readonly definitions = new Map<string, TaskDefinition>();
  readonly tasks: Tasks;
  readonly services: ServiceScheduler;
  readonly instances: Instances;
  readonly operations: Operations;
  readonly #kernel: Kernel;
  #order = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.tasks = new Tasks(kernel, (task, change) => {
      if (change !== 'status' && change !== 'healthy') this.instances.changed(task.instance);
      if (change !== 'placed') this.services.taskChanged(task, change === 'stopped');
    });
    this.services = new ServiceScheduler(kernel, this.tasks);
    this.instances = new Instances(kernel, this.tasks, this.services);
    this.operations = { ...readOperations(this, kernel), ...changeOperations(this) };
  }

  addCluster(name: string): Cluster {
    const cluster: Cluster = {
      name,
      arn: `arn:aws:ecs:${this.#kernel.region}:${this.#kernel.account}:cluster/${name}`,
      instances: new Map(),
      services: new Map(),
      tasks: new Map(),
      capacityProviders: new Map(),
    };
    this.clusters.set(name, cluster);
    return cluster;
  }

  /** The cluster by its short name. @throws if the world has none such. */
  cluster(name: string): Cluster {
    const cluster = this.clusters.get(name);
    if (cluster === undefined)
      throw new Error(`This world has no cluster "${name}": call ecs.addCluster first.`);
    return cluster;
  }

  /** A service; its tasks run from the start where they fit, unless `running` is false. */
  addService(spec: ServiceSpec): Service {
    const cluster = this.cluster(spec.cluster);
    const { region, account, random } = this.#kernel;
    const daemon = spec.strategy === 'DAEMON';
    const service: Service = {
      name: spec.name,
      arn: `arn:aws:ecs:${region}:${account}:service/${cluster.name}/${spec.name}`,
      order: this.#order++,
      cluster,
      deployments: [
        {
          id: `ecs-svc/${random.between(1e15, 9e15)}`,
          definition: this.#define(spec.name, spec),
          createdAt: this.#kernel.now(),
          updatedAt: this.#kernel.now(),
          rollout: 'COMPLETED',
        },
      ],
      createdAt: this.#kernel.now(),
      strategy: spec.strategy ?? 'REPLICA',
      // The defaults of ECS; a daemon service has 0 and 100.
      minimumHealthyPercent: spec.minimumHealthyPercent ?? (daemon ? 0 : 100),
      maximumPercent: spec.maximumPercent ?? (daemon ? 100 : 200),
      constraints: spec.constraints ?? [],
      healthDelayMs: spec.healthDelayMs ?? 0,
      deregistrationDelayMs: spec.deregistrationDelayMs ?? 0,
      tasks: new Set(),
      events: [],
      desired: spec.desired ?? 0,
      launched: { minute: 0, count: 0 },
      starved: false,
      steady: true,
      pass: undefined,
    };
    cluster.services.set(service.name, service);
    if (spec.running !== false) this.#settle(service);
    this.services.wake(service);
    return service;
  }

  setDesired(service: Service, desired: number): void {
    service.desired = desired;
    this.services.wake(service);
  }

  /**
   * A new deployment: of the same task definition (forceNewDeployment), or of a new revision. Until it is through, old
   * and new tasks run side by side within the maximum percent.
   */
  redeploy(service: Service, spec?: TaskSpec): void {
    const [previous] = service.deployments;
    const at = this.#kernel.now();
    const deployment: Deployment = {
      id: `ecs-svc/${this.#kernel.random.between(1e15, 9e15)}`,
      definition: spec === undefined ? previous.definition : this.#define(service.name, spec),
      createdAt: at,
      updatedAt: at,
      rollout: 'IN_PROGRESS',
    };
    service.deployments = [deployment, ...service.deployments];
    this.services.wake(service);
  }

  /** A standalone task. @throws if no instance has room. */
  runTask(spec: RunTaskSpec): Task {
    const cluster = this.cluster(spec.cluster);
    const definition = this.#define(spec.family, spec);
    const instance = spec.on === undefined ? firstFit(cluster, definition) : this.instances.find(spec.on);
    if (instance === undefined)
      throw new Error(`No instance in "${cluster.name}" has room for ${spec.family}.`);
    const group = spec.group ?? `family:${spec.family}`;
    const task = this.tasks.place({ definition, instance, group, running: spec.running !== false });
    if (spec.runMs !== undefined) {
      this.#kernel.after(draw(this.#kernel.random, spec.runMs), () => this.tasks.exit(task));
    }
    return task;
  }

  /** Scale-in protection, as UpdateTaskProtection sets it. Draining does not heed it. */
  protect(task: Task, until: EpochMs): void {
    task.protectedUntil = until;
  }

  addCapacityProvider(cluster: string, name: string, groupArn: string, managedDraining = false): void {
    this.cluster(cluster).capacityProviders.set(name, { name, groupArn, managedDraining });
  }

  /** The steady state of a service that has been there for long. */
  #settle(service: Service): void {
    const [{ id, definition }] = service.deployments;
    const group = `service:${service.name}`;
    const start = (instance: ContainerInstance) =>
      this.tasks.place({ definition, instance, service, group, startedBy: id, running: true });
    if (service.strategy === 'DAEMON') {
      const allowed = constraintTest(service.constraints);
      for (const instance of service.cluster.instances.values()) {
        if (open(instance) && allowed(instance) && fits(instance, definition)) start(instance);
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

  #define(family: string, spec: TaskSpec): TaskDefinition {
    const arn = `arn:aws:ecs:${this.#kernel.region}:${this.#kernel.account}:task-definition/${family}:1`;
    const definition: TaskDefinition = {
      arn,
      family,
      cpu: spec.cpu ?? 128,
      memory: spec.memory ?? 256,
      hostPorts: spec.hostPorts ?? [],
      stopTimeoutMs: spec.stopTimeoutMs ?? 30 * SECOND,
      startMs: spec.startMs ?? [2 * SECOND, 8 * SECOND],
      stopMs: spec.stopMs ?? [500, 5 * SECOND],
      deprovisionMs: spec.deprovisionMs ?? 0,
    };
    this.definitions.set(arn, definition);
    return definition;
  }
}
