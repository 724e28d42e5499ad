import { MINUTE } from '../../lib/clock.ts';
import { draw, type Kernel } from '../kernel.ts';
import { daemonMoves } from './daemon.ts';
import type { Deployments } from './deployments.ts';
import type { Fargate } from './fargate.ts';
import type { Cluster, Deployment, Service, Task } from './model.ts';
import { starting } from './model.ts';
import { orderOf, placer } from './placement.ts';
import { placementFailure } from './placement-failure.ts';
import { taskToStop } from './placement-strategies.ts';
import { keyOf, type Lack, type ServiceEvents } from './service-events.ts';
import { noteSteadiness } from './steadiness.ts';
import { onFargate } from './strategy.ts';
import type { Site, TaskChange, Tasks } from './tasks.ts';
import { assignOfService, assignStandalone, awaitedProvider } from './waiting.ts';

/** Tasks that the scheduler launches for one service in a minute (AWS General Reference, ECS service quotas). */
const LAUNCHES_PER_MINUTE = 500;

type Place = Site | Lack;

/** What one pass has found so far. */
interface Pass {
  /** Tasks that are to go: on a DRAINING instance, or of a deployment that is being replaced. */
  readonly leaving: Task[];
  readonly lacks: Map<string, Lack>;
  /** Of those that leave, the ones that are not healthy. */
  weak: number;
  running: number;
  healthy: number;
}

/**
 * The service scheduler: keeps the desired count, replaces the tasks of older deployments, and moves tasks off
 * DRAINING instances, within the minimum and maximum percent (API reference, UpdateContainerInstancesState and
 * DeploymentConfiguration). It looks at a service a moment after a change.
 */
export class ServiceScheduler {
  readonly #kernel: Kernel;
  readonly #tasks: Tasks;
  readonly #fargate: Fargate;
  readonly #deployments: Deployments;
  readonly #events: ServiceEvents;
  /** Where strategies leave a choice; drawn apart, so that it shifts nothing else. */
  readonly #choices: Kernel['random'];

  constructor(
    kernel: Kernel,
    parts: { tasks: Tasks; fargate: Fargate; deployments: Deployments; events: ServiceEvents },
  ) {
    this.#kernel = kernel;
    this.#tasks = parts.tasks;
    this.#fargate = parts.fargate;
    this.#deployments = parts.deployments;
    this.#events = parts.events;
    this.#choices = kernel.random.fork('placement');
  }

  /** Looks at the service soon, if it is not about to anyway. */
  wake(service: Service): void {
    this.#passBy(service, this.#kernel.now() + draw(this.#kernel.random, [500, 2000]));
  }

  /** Capacity came or went, or an instance changed its status. */
  wakeAll(cluster: Cluster): void {
    this.#assignStandalone(cluster);
    for (const service of cluster.services.values()) this.wake(service);
  }

  /** Fargate may have room for what it had none for. */
  wakeShort(cluster: Cluster): void {
    for (const service of cluster.services.values()) if (service.shortages.size > 0) this.wake(service);
  }

  /** What a change of a task means for services: its own, the starved ones, and the daemons that wait for it. */
  taskChanged(task: Task, change: TaskChange): void {
    if (change === 'exited') {
      this.#deployments.taskFailed(task);
      return;
    }
    if (change === 'healthy') this.#deployments.taskHealthy(task);
    if (task.service !== undefined) this.wake(task.service);
    const stopped = change === 'stopped';
    const draining = task.instance?.status === 'DRAINING';
    if (!stopped && !draining) return;
    if (stopped) this.#assignStandalone(task.cluster);
    if (stopped)
      for (const { service } of task.cluster.waiting) if (service !== undefined) this.wake(service);
    for (const service of task.cluster.services.values()) {
      if (stopped && service.shortages.size > 0) this.wake(service);
      if (draining && service.strategy === 'DAEMON') this.wake(service);
    }
  }

  #passBy(service: Service, at: number): void {
    if (service.pass !== undefined && service.pass.at <= at) return;
    service.pass?.cancel();
    service.pass = this.#kernel.at(at, () => {
      service.pass = undefined;
      if (service.status !== 'ACTIVE') this.#empty(service);
      else if (service.strategy === 'DAEMON') this.#daemon(service);
      else this.#replica(service);
    });
  }

  #replica(service: Service): void {
    if (service.cluster.waiting.size > 0) {
      assignOfService(service, this.#choices, (task, instance) => this.#tasks.assign(task, instance));
    }
    const [primary, ...older] = service.deployments;
    const pass: Pass = { leaving: [], weak: 0, lacks: new Map(), running: 0, healthy: 0 };
    // One walk and no copies: a service may have thousands of tasks, and every change of one brings a pass.
    for (const task of service.tasks) {
      if (task.desiredStatus !== 'RUNNING') continue;
      const draining = task.instance?.status === 'DRAINING';
      if (draining && starting(task)) {
        this.#stop(task);
        continue;
      }
      pass.running += 1;
      if (task.healthy) pass.healthy += 1;
      if (!draining && task.startedBy === primary.id) continue;
      pass.leaving.push(task);
      if (!task.healthy) pass.weak += 1;
    }
    const staying = pass.running - pass.leaving.length;
    // The minimum is rounded up and the maximum down: developer guide, "Container instance draining".
    const minimum = Math.ceil((service.desired * service.minimumHealthyPercent) / 100);
    const maximum = Math.floor((service.desired * service.maximumPercent) / 100);
    if (primary.rollout !== 'FAILED') {
      this.#release(service, pass, minimum);
      this.#shrink(service, pass, staying, minimum);
    }
    if (older.length > 0) this.#replaceLost(service, older, pass, minimum, maximum);
    // A failed deployment launches no tasks any more: API reference, DeploymentCircuitBreaker.
    if (primary.rollout !== 'FAILED') {
      this.#grow(service, primary, Math.min(service.desired - staying, maximum - pass.running), pass);
    }
    this.#settleShortages(service, pass.lacks);
    if (service.deployments[0] !== primary) this.wake(service);
    noteSteadiness(this.#events, service);
    this.#rolledOut(service);
  }

  /** Stops leaving tasks for as long as enough healthy ones remain; those that are not healthy cost nothing. */
  #release(service: Service, pass: Pass, minimum: number): void {
    if (pass.leaving.length === 0) return;
    const failed = new Set<string | undefined>();
    for (const { id, rollout } of service.deployments) if (rollout === 'FAILED') failed.add(id);
    const before = pass.healthy;
    for (const task of pass.leaving) {
      if (pass.healthy <= minimum && pass.weak === 0) break;
      if (!task.healthy) pass.weak -= 1;
      const free = !task.healthy && (before > minimum || failed.has(task.startedBy));
      if (!free && (!task.healthy || pass.healthy <= minimum)) continue;
      if (task.healthy) pass.healthy -= 1;
      pass.running -= 1;
      this.#stop(task);
      const own = service.deployments.find(({ id }) => id === task.startedBy);
      if (own !== undefined && own !== service.deployments[0]) own.kept = Math.max(0, own.kept - 1);
    }
  }

  /**
   * A task that an older deployment lost is replaced in its own revision, while there are fewer healthy ones than the
   * minimum. So since November 2025; before that only the PRIMARY deployment launched tasks.
   */
  #replaceLost(service: Service, older: Deployment[], pass: Pass, minimum: number, maximum: number): void {
    for (const deployment of older) {
      let present = 0;
      for (const task of service.tasks) {
        if (task.startedBy === deployment.id && task.desiredStatus === 'RUNNING') present += 1;
      }
      if (pass.healthy >= minimum) deployment.kept = Math.min(deployment.kept, present);
      this.#grow(service, deployment, Math.min(deployment.kept - present, maximum - pass.running), pass);
    }
  }

  /** A deployment has come to its end when only its own tasks are left and all that are wanted are healthy. */
  #rolledOut(service: Service): void {
    const [primary] = service.deployments;
    if (primary.rollout !== 'IN_PROGRESS' || service.tasks.size !== service.desired) return;
    for (const task of service.tasks) {
      if (!task.healthy || task.desiredStatus !== 'RUNNING' || task.startedBy !== primary.id) return;
    }
    const notBefore = this.#deployments.notBefore(service);
    if (notBefore > this.#kernel.now()) this.#passBy(service, notBefore);
    else this.#deployments.complete(service);
  }

  /** By the service's strategies; without any, the newest. */
  #surplusTask({ placementStrategy, tasks }: Service, left: ReadonlySet<Task>): Task | undefined {
    if (placementStrategy.length === 0) return left.values().next().value;
    return taskToStop([...left], placementStrategy, tasks, this.#choices);
  }

  /** Stops what is beyond the desired count; protected tasks are spared (scale-in protection). */
  #shrink(service: Service, pass: Pass, staying: number, minimum: number): void {
    let surplus = staying - service.desired;
    if (surplus <= 0) return;
    const now = this.#kernel.now();
    const [primary] = service.deployments;
    const stays = (task: Task) =>
      task.desiredStatus === 'RUNNING' &&
      task.instance?.status !== 'DRAINING' &&
      task.startedBy === primary.id;
    const spared = (task: Task) =>
      (task.protectedUntil ?? 0) > now || (task.healthy && pass.healthy <= minimum);
    const left = new Set([...service.tasks].filter(stays).reverse());
    while (surplus > 0) {
      const task = this.#surplusTask(service, left);
      if (task === undefined) return;
      left.delete(task);
      if (spared(task)) continue;
      if (task.healthy) pass.healthy -= 1;
      pass.running -= 1;
      this.#stop(task);
      surplus -= 1;
    }
  }

  /** Places up to `wanted` tasks of a deployment, and notes in the pass what it found no room on. */
  #grow(service: Service, deployment: Deployment, wanted: number, pass: Pass): void {
    if (wanted <= 0) return;
    const { failedStarts } = service;
    if (failedStarts.until > this.#kernel.now()) {
      this.#passBy(service, failedStarts.until);
      return;
    }
    const allowed = this.#launchesLeft(service);
    const next = allowed > 0 ? this.#places(service, deployment) : undefined;
    for (let placed = 0; next !== undefined && placed < Math.min(wanted, allowed); placed++) {
      const place = next();
      if (!('kind' in place)) {
        this.#place(service, deployment, place);
        service.launched.count += 1;
        pass.running += 1;
        continue;
      }
      const known = pass.lacks.has(keyOf(place));
      pass.lacks.set(keyOf(place), place);
      const primary = deployment === service.deployments[0];
      if (!known && this.#events.short(service, place) && primary) this.#deployments.failedToLaunch(service);
      // One instance is like another; but on Fargate the other provider of a strategy may have room.
      if (place.kind === 'instances' || deployment.rollout === 'FAILED') return;
    }
    if (wanted > allowed) this.#passBy(service, (service.launched.minute + 1) * MINUTE);
  }

  #places(service: Service, { id, revision }: Deployment): () => Place {
    const { cluster } = service;
    if (!onFargate(revision.capacity)) {
      const next = placer(service, revision, this.#choices);
      return () => {
        const instance = next();
        if (instance !== undefined) return instance;
        const awaited = awaitedProvider(cluster, revision.capacity, service.tasks);
        if (awaited !== undefined) return { cluster, awaited };
        return { kind: 'instances', why: () => placementFailure(orderOf(service, revision)) };
      };
    }
    const next = this.#fargate.places(revision, service.tasks, ({ startedBy }) => startedBy === id);
    return () => {
      const place = next();
      return 'kind' in place ? place : { ...place, cluster };
    };
  }

  #launchesLeft(service: Service): number {
    const minute = Math.floor(this.#kernel.now() / MINUTE);
    if (service.launched.minute !== minute) service.launched = { minute, count: 0 };
    return Math.max(0, LAUNCHES_PER_MINUTE - service.launched.count);
  }

  /** What was lacking and is not any more is over; for the rest there is another try. */
  #settleShortages(service: Service, lacks: ReadonlyMap<string, Lack>): void {
    if (service.shortages.size === 0) return;
    for (const [key, { retryAt }] of service.shortages) {
      if (lacks.has(key)) this.#passBy(service, retryAt);
      else service.shortages.delete(key);
    }
  }

  #daemon(service: Service): void {
    const { gone, free, hosts } = daemonMoves(service);
    for (const task of gone) this.#stop(task);
    for (const instance of free) this.#place(service, service.deployments[0], instance);
    service.desired = hosts;
    noteSteadiness(this.#events, service);
    this.#rolledOut(service);
  }

  /** A deleted service is DRAINING until its tasks are gone: API reference, DeleteService. */
  #empty(service: Service): void {
    for (const task of service.tasks) if (task.desiredStatus === 'RUNNING') this.#stop(task);
    if (service.tasks.size === 0) service.status = 'INACTIVE';
  }

  #place(service: Service, { id, revision }: Deployment, on: Site): void {
    const { definition, images, capacity } = revision;
    const byProvider = capacity.strategy !== undefined;
    const group = `service:${service.name}`;
    this.#tasks.place({ definition, images, on, service, group, startedBy: id, byProvider });
  }

  #assignStandalone(cluster: Cluster): void {
    if (cluster.waiting.size === 0) return;
    assignStandalone(cluster, this.#choices, (task, instance) => this.#tasks.assign(task, instance));
  }

  #stop(task: Task): void {
    const name = task.service?.name ?? '';
    this.#tasks.stop(task, 'ServiceSchedulerInitiated', `Scaling activity initiated by (service ${name})`);
  }
}
