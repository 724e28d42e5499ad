import { createHash } from 'node:crypto';
import type * as Sdk from '@aws-sdk/client-ecs';
import type { EpochMs } from '../../lib/clock.ts';
import { draw, type Kernel, type Operations, type Span } from '../kernel.ts';
import { ClusterProviders } from './cluster-providers.ts';
import { createService } from './create-service.ts';
import { TaskDefinitions, type TaskSpec } from './definitions.ts';
import { Deployments, type ResolveImage } from './deployments.ts';
import { Fargate } from './fargate.ts';
import { Instances } from './instances.ts';
import type {
  CapacityProvider,
  CircuitBreaker,
  Cluster,
  PlacementConstraint,
  Service,
  Task,
} from './model.ts';
import { changeOperations } from './operations-change.ts';
import { clusterOperations } from './operations-clusters.ts';
import { deploymentOperations } from './operations-deployments.ts';
import { readOperations } from './operations-read.ts';
import { taskOperations } from './operations-tasks.ts';
import { placeOne } from './placement.ts';
import { ServiceEvents } from './service-events.ts';
import { ServiceScheduler } from './services.ts';
import { onFargate } from './strategy.ts';
import { Tasks } from './tasks.ts';
import { type ServiceChange, updateService } from './update.ts';

export type { TaskSpec } from './definitions.ts';

export interface ClusterSpec {
  readonly capacityProviders?: readonly string[];
  readonly defaultStrategy?: readonly Sdk.CapacityProviderStrategyItem[];
}

export interface ServiceSpec extends TaskSpec {
  readonly cluster: string;
  readonly name: string;
  readonly strategy?: 'REPLICA' | 'DAEMON';
  /** Without one and without a strategy: the cluster's default strategy, or EC2. */
  readonly launchType?: 'EC2' | 'FARGATE';
  readonly capacityProviderStrategy?: readonly Sdk.CapacityProviderStrategyItem[];
  /** On Fargate: all subnets of the world unless said. */
  readonly subnets?: readonly string[];
  readonly platformVersion?: string;
  readonly controller?: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
  readonly circuitBreaker?: CircuitBreaker;
  readonly desired?: number;
  readonly minimumHealthyPercent?: number;
  readonly maximumPercent?: number;
  readonly constraints?: readonly PlacementConstraint[];
  readonly placementStrategy?: readonly Sdk.PlacementStrategy[];
  /** A registered one, by family, `family:revision` or ARN, in place of one by the spec. */
  readonly taskDefinition?: string;
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

/** What ECS asks of the rest of the world. */
export interface EcsSurroundings {
  /** The availability zone of a subnet; undefined if there is none such. */
  readonly zoneOf?: (subnet: string) => string | undefined;
  /** All subnets: what a service on Fargate has unless told. */
  readonly subnets?: () => readonly string[];
}

/** Amazon ECS on container instances and on Fargate: its state, its behaviour, and its API. */
export class Ecs {
  readonly clusters = new Map<string, Cluster>();
  readonly definitions: TaskDefinitions;
  readonly tasks: Tasks;
  readonly fargate: Fargate;
  readonly deployments: Deployments;
  readonly services: ServiceScheduler;
  readonly instances: Instances;
  readonly providers: ClusterProviders;
  readonly operations: Operations;
  readonly zoneOf: (subnet: string) => string | undefined;
  readonly subnets: () => readonly string[];
  /** Asked at each deployment and RunTask. Unless replaced: a digest made of the text, so every image exists. */
  resolveImage: ResolveImage = (image) => `sha256:${createHash('sha256').update(image).digest('hex')}`;
  readonly #kernel: Kernel;
  #order = 0;

  constructor(kernel: Kernel, surroundings: EcsSurroundings = {}) {
    this.#kernel = kernel;
    this.zoneOf = surroundings.zoneOf ?? (() => undefined);
    this.subnets = surroundings.subnets ?? (() => []);
    this.definitions = new TaskDefinitions(kernel);
    this.tasks = new Tasks(
      kernel,
      () => this.fargate,
      (task, change) => {
        if (
          task.instance !== undefined &&
          change !== 'status' &&
          change !== 'healthy' &&
          change !== 'exited'
        ) {
          this.instances.changed(task.instance);
        }
        if (change !== 'placed') this.services.taskChanged(task, change);
      },
    );
    this.fargate = new Fargate(kernel, {
      zoneOf: this.zoneOf,
      interrupt: (task, stopCode) => this.tasks.interrupt(task, stopCode),
      roomCame: () => {
        for (const cluster of this.clusters.values()) this.services.wakeShort(cluster);
      },
    });
    const events = new ServiceEvents(kernel);
    this.deployments = new Deployments(kernel, this.tasks, events, (image) => this.resolveImage(image));
    this.services = new ServiceScheduler(kernel, {
      tasks: this.tasks,
      fargate: this.fargate,
      deployments: this.deployments,
      events,
    });
    this.instances = new Instances(kernel, this.tasks, this.services);
    this.providers = new ClusterProviders(kernel);
    this.operations = {
      ...readOperations(this),
      ...changeOperations(this),
      ...taskOperations(this, kernel),
      ...clusterOperations(this, kernel),
      ...deploymentOperations(this),
    };
  }

  addCluster(name: string, { capacityProviders = [], defaultStrategy = [] }: ClusterSpec = {}): Cluster {
    const cluster: Cluster = {
      name,
      arn: `arn:aws:ecs:${this.#kernel.region}:${this.#kernel.account}:cluster/${name}`,
      instances: new Map(),
      services: new Map(),
      tasks: new Map(),
      waiting: new Set(),
      capacityProviders: new Map(),
      defaultStrategy: [],
      updatingUntil: 0,
    };
    this.clusters.set(name, cluster);
    this.providers.associate(cluster, capacityProviders, defaultStrategy);
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
    const service = createService(this, this.#kernel, spec, this.#order++);
    this.services.wake(service);
    return service;
  }

  /** Tasks stop, then it is INACTIVE. */
  deleteService(service: Service): void {
    service.status = 'DRAINING';
    service.desired = 0;
    service.reminder?.cancel();
    this.services.wake(service);
  }

  /**
   * What a person or a pipeline does: UpdateService without the wire.
   * @throws ApiError as the operation does
   */
  updateService(service: Service, change: ServiceChange): void {
    updateService(this, service, change);
  }

  setDesired(service: Service, desired: number): void {
    this.deployments.scale(service, desired);
    this.services.wake(service);
  }

  /**
   * A new deployment: of the same task definition (forceNewDeployment), or of a new revision. Until it is through, old
   * and new tasks run side by side within the maximum percent.
   */
  redeploy(service: Service, spec?: TaskSpec): void {
    const { capacity } = service.deployments[0].revision;
    const definition =
      spec === undefined ? undefined : this.definitions.define(service.name, spec, onFargate(capacity)).arn;
    updateService(this, service, {
      forceNewDeployment: true,
      ...(definition === undefined ? {} : { taskDefinition: definition }),
    });
  }

  /** A standalone task on a container instance. @throws if no instance has room. */
  runTask(spec: RunTaskSpec): Task {
    const cluster = this.cluster(spec.cluster);
    const { family, on: host, runMs, group = `family:${family}`, running } = spec;
    const definition = this.definitions.define(family, spec, false);
    const capacity = { launchType: 'EC2' as const };
    const wanted = { cluster, definition, capacity, constraints: [], strategies: [], alike: [] };
    const on = host === undefined ? placeOne(wanted) : this.instances.find(host);
    if (on === undefined) throw new Error(`No instance in "${cluster.name}" has room for ${family}.`);
    const images = this.deployments.resolve(definition);
    const task = this.tasks.place({ definition, images, on, group, running: running !== false });
    if (runMs !== undefined) {
      this.#kernel.after(draw(this.#kernel.random, runMs), () => this.tasks.exit(task));
    }
    return task;
  }

  /** Scale-in protection, as UpdateTaskProtection sets it. Draining does not heed it. */
  protect(task: Task, until: EpochMs): void {
    task.protectedUntil = until;
  }

  addCapacityProvider(cluster: string, provider: CapacityProvider): void {
    this.providers.add(this.cluster(cluster), provider);
  }
}
