import { SECOND } from '../../lib/clock.ts';
import type { Kernel } from '../kernel.ts';
import type {
  Capacity,
  Deployment,
  Network,
  Revision,
  Service,
  ServiceDeployment,
  Task,
  TaskDefinition,
} from './model.ts';
import { starting } from './model.ts';
import type { ServiceEvents } from './service-events.ts';
import type { Tasks } from './tasks.ts';

/** A rollback was IN_PROGRESS for 79 s though no task had to start (TreyWright360/aws-ecs-bedrock-devsecops). */
const ROLLBACK_MS = 79 * SECOND;

/** What makes a service revision. */
export interface RevisionSpec {
  readonly definition: TaskDefinition;
  readonly capacity: Capacity;
  readonly network?: Network | undefined;
  readonly platformVersion?: string | undefined;
}

/** Gives the digest that a tag has now, or undefined if there is no such image. */
export type ResolveImage = (image: string) => string | undefined;

/** Deployments of services: from their start to the end, or to the rollback by the circuit breaker. */
export class Deployments {
  /** Service revisions and deployments by ARN, of all services. */
  readonly revisions = new Map<string, { readonly revision: Revision; readonly service: string }>();
  readonly records = new Map<string, ServiceDeployment>();
  readonly #kernel: Kernel;
  /** The names of records are drawn apart, so that they shift nothing else. */
  readonly #names: Kernel['random'];
  readonly #tasks: Tasks;
  readonly #events: ServiceEvents;
  readonly #resolveImage: ResolveImage;
  #order = 0;

  constructor(kernel: Kernel, tasks: Tasks, events: ServiceEvents, resolveImage: ResolveImage) {
    this.#kernel = kernel;
    this.#names = kernel.random.fork('service-deployments');
    this.#tasks = tasks;
    this.#events = events;
    this.#resolveImage = resolveImage;
  }

  /** A new revision of `service`, an ARN. Tags are resolved now, for all its tasks (API reference, ContainerImage). */
  revise(service: string, { definition, capacity, network, platformVersion }: RevisionSpec): Revision {
    const revision = {
      arn: `${service.replace(':service/', ':service-revision/')}/${this.#names.between(1e15, 9e15)}`,
      definition,
      capacity,
      network,
      platformVersion,
      images: this.resolve(definition),
      createdAt: this.#kernel.now(),
    };
    this.revisions.set(revision.arn, { revision, service });
    return revision;
  }

  resolve({ containers }: TaskDefinition) {
    return containers.map(({ name, image }) => ({
      containerName: name,
      image,
      digest: this.#resolveImage(image),
    }));
  }

  /** A deployment of a revision, which is nobody's yet. */
  create(revision: Revision, rollout: Deployment['rollout']): Deployment {
    const at = this.#kernel.now();
    const id = `ecs-svc/${this.#kernel.random.between(1e15, 9e15)}`;
    const reason = `ECS deployment ${id} ${rollout === 'COMPLETED' ? 'completed' : 'in progress'}.`;
    return { id, revision, createdAt: at, updatedAt: at, rollout, reason, failedTasks: 0, kept: 0 };
  }

  /** The record of a service's newest deployment. */
  record(service: Service, target: Deployment, sources: readonly Revision[]): void {
    const at = this.#kernel.now();
    const id = this.#names.hex(21);
    const done = target.rollout === 'COMPLETED';
    const record: ServiceDeployment = {
      arn: `${service.arn.replace(':service/', ':service-deployment/')}/${id}`,
      order: this.#order++,
      service,
      sources,
      target,
      createdAt: at,
      updatedAt: at,
      finishedAt: done ? at : undefined,
      status: done ? 'SUCCESSFUL' : 'IN_PROGRESS',
      reason: undefined,
      rollback: undefined,
    };
    this.records.set(record.arn, record);
    service.history = [record, ...service.history];
  }

  /** Starts to replace what runs by `revision`. Tasks of older ones that do not run yet are stopped. */
  start(service: Service, revision: Revision): void {
    const deployment = this.create(revision, 'IN_PROGRESS');
    const [current] = service.history;
    // What becomes of the record of an overtaken deployment is assumed.
    if (current !== undefined && current.finishedAt === undefined) this.#finish(service, 'STOPPED');
    const older = this.#keep(service);
    if (revision.definition !== service.deployments[0].revision.definition) {
      service.failedStarts = { count: 0, until: 0 };
    }
    service.deployments = [deployment, ...older];
    this.record(
      service,
      deployment,
      older.map((each) => each.revision),
    );
    // Tried at once; but what was told already is not told again.
    for (const [key, shortage] of service.shortages) {
      service.shortages.set(key, { ...shortage, attempts: 0, retryAt: this.#kernel.now() });
    }
    this.#events.deployment(service, deployment, 'SERVICE_DEPLOYMENT_IN_PROGRESS', deployment.reason);
  }

  /** While a deployment is in progress, more tasks are wanted of the older revisions too (as of November 2025). */
  scale(service: Service, desired: number): void {
    const [, ...older] = service.deployments;
    const growth = desired / Math.max(1, service.desired);
    if (growth > 1) for (const each of older) each.kept = Math.round(each.kept * growth);
    service.desired = desired;
  }

  /** Notes how many tasks each deployment has, and returns those that have any. */
  #keep(service: Service): Deployment[] {
    const byId = new Map(service.deployments.map((each) => [each.id, each]));
    for (const each of service.deployments) each.kept = 0;
    const present = new Set<string | undefined>();
    for (const task of service.tasks) {
      present.add(task.startedBy);
      if (task.desiredStatus !== 'RUNNING') continue;
      const own = byId.get(task.startedBy ?? '');
      if (starting(task)) this.#stop(task);
      else if (own !== undefined && own.rollout !== 'FAILED') own.kept += 1;
    }
    return service.deployments.filter(({ id }) => present.has(id));
  }

  /** Until when the deployment cannot be completed, whatever its tasks are. */
  notBefore({ history: [current], deployments: [primary] }: Service): number {
    return current?.rollback === undefined ? 0 : primary.createdAt + ROLLBACK_MS;
  }

  /** All that the PRIMARY deployment wants is there and healthy, and nothing else is. */
  complete(service: Service): void {
    const [primary] = service.deployments;
    primary.rollout = 'COMPLETED';
    primary.reason = `ECS deployment ${primary.id} completed.`;
    primary.updatedAt = this.#kernel.now();
    service.deployments = [primary];
    service.completed = primary;
    const rolledBack = service.history[0]?.rollback !== undefined;
    this.#finish(service, rolledBack ? 'ROLLBACK_SUCCESSFUL' : 'SUCCESSFUL');
    this.#events.say(service, `(service ${service.name}) (deployment ${primary.id}) deployment completed.`);
    this.#events.deployment(service, primary, 'SERVICE_DEPLOYMENT_COMPLETED', primary.reason);
  }

  /** A task ended that nobody stopped. It failed unless it was healthy before (API reference, Deployment, failedTasks). */
  taskFailed(task: Task): void {
    const { service } = task;
    if (service === undefined) return;
    if (task.stopCode === 'TaskFailedToStart') this.#events.startFailed(service);
    if (!task.healthy && service.deployments[0].id === task.startedBy) this.failedToLaunch(service);
  }

  /** One healthy task and the count begins anew: API reference, DeploymentCircuitBreaker, resetOnHealthyTask. */
  taskHealthy({ service, startedBy }: Task): void {
    if (service === undefined) return;
    if (service.failedStarts.count > 0) service.failedStarts = { count: 0, until: 0 };
    const [primary] = service.deployments;
    if (primary.id === startedBy) primary.failedTasks = 0;
  }

  /** The PRIMARY deployment could not get a task to run: what the circuit breaker counts. A rollback is let be. */
  failedToLaunch(service: Service): void {
    const [primary] = service.deployments;
    if (primary.rollout !== 'IN_PROGRESS') return;
    primary.failedTasks += 1;
    const [current] = service.history;
    if (!service.circuitBreaker.enable || current?.rollback !== undefined) return;
    if (primary.failedTasks >= threshold(service.desired)) this.#fail(service, primary);
  }

  #fail(service: Service, failed: Deployment): void {
    failed.rollout = 'FAILED';
    failed.reason = 'ECS deployment circuit breaker: tasks failed to start.';
    failed.updatedAt = this.#kernel.now();
    for (const task of service.tasks) if (task.startedBy === failed.id && starting(task)) this.#stop(task);
    this.#events.say(
      service,
      `(service ${service.name}) (deployment ${failed.id}) deployment failed: tasks failed to start.`,
    );
    // The events guide has another wording than rolloutStateReason.
    const reason = 'ECS deployment circuit breaker: task failed to start.';
    this.#events.deployment(service, failed, 'SERVICE_DEPLOYMENT_FAILED', reason);
    if (service.circuitBreaker.rollback && service.completed !== undefined) {
      this.#rollBack(service, failed, service.completed);
    } else this.#finish(service, 'STOPPED', failed.reason);
  }

  /**
   * The last completed revision is PRIMARY again, with the strategy that it had and under the id that it had, so that
   * its tasks stay: in all public outputs the rollback carries the id that its reason names.
   */
  #rollBack(service: Service, failed: Deployment, completed: Deployment): void {
    const at = this.#kernel.now();
    const reason = `ECS deployment circuit breaker: rolling back to deploymentId ${completed.id}.`;
    const back: Deployment = {
      ...completed,
      createdAt: at,
      updatedAt: at,
      rollout: 'IN_PROGRESS',
      reason,
      failedTasks: 0,
      kept: 0,
    };
    service.deployments = [back, ...service.deployments.filter(({ id }) => id !== back.id)];
    const [current] = service.history;
    if (current !== undefined) {
      current.status = 'ROLLBACK_IN_PROGRESS';
      current.reason = failed.reason;
      current.rollback = { reason: failed.reason, at, to: back };
      current.updatedAt = at;
    }
    this.#events.say(service, `(service ${service.name}) rolling back to deployment ${back.id}.`);
    this.#events.deployment(service, back, 'SERVICE_DEPLOYMENT_IN_PROGRESS', reason);
  }

  #finish(service: Service, status: ServiceDeployment['status'], reason?: string): void {
    const [current] = service.history;
    if (current === undefined) return;
    current.status = status;
    current.reason = reason ?? current.reason;
    current.updatedAt = this.#kernel.now();
    current.finishedAt = this.#kernel.now();
  }

  #stop(task: Task): void {
    const name = task.service?.name ?? '';
    this.#tasks.stop(task, 'ServiceSchedulerInitiated', `Scaling activity initiated by (service ${name})`);
  }
}

/** Half of the desired count, from 3 to 200: API reference, ServiceDeploymentCircuitBreaker. */
export function threshold(desired: number): number {
  return Math.min(200, Math.max(3, Math.ceil(desired / 2)));
}
