import { MINUTE } from '../../lib/clock.ts';
import { draw, type Kernel } from '../kernel.ts';
import type { Cluster, ContainerInstance, Service, Task } from './model.ts';
import { starting } from './model.ts';
import { constraintTest, fits, open, placer } from './placement.ts';
import type { Tasks } from './tasks.ts';

/** Tasks that the scheduler launches for one service in a minute on EC2 (AWS General Reference, ECS service quotas). */
const LAUNCHES_PER_MINUTE = 500;

/** A failed placement is tried again after this long, or when capacity changes. Assumed: ECS publishes no figure. */
const RETRY_MS = MINUTE;

/**
 * The service scheduler: keeps the desired count, and moves tasks off DRAINING instances within the minimum and
 * maximum percent (API reference, UpdateContainerInstancesState). It looks at a service a moment after a change.
 */
export class ServiceScheduler {
  readonly #kernel: Kernel;
  readonly #tasks: Tasks;

  constructor(kernel: Kernel, tasks: Tasks) {
    this.#kernel = kernel;
    this.#tasks = tasks;
  }

  /** Looks at the service soon, if it is not about to anyway. */
  wake(service: Service): void {
    const at = this.#kernel.now() + draw(this.#kernel.random, [500, 2000]);
    if (service.pass !== undefined && service.pass.at <= at) return;
    this.#passAt(service, at);
  }

  /** Capacity came or went, or an instance changed its status. */
  wakeAll(cluster: Cluster): void {
    for (const service of cluster.services.values()) this.wake(service);
  }

  /** What a change of a task means for services: its own, the starved ones, and the daemons that wait for it. */
  taskChanged(task: Task, stopped: boolean): void {
    if (task.service !== undefined) this.wake(task.service);
    const draining = task.instance.status === 'DRAINING';
    if (!stopped && !draining) return;
    for (const service of task.cluster.services.values()) {
      if (stopped && service.starved) this.wake(service);
      if (draining && service.strategy === 'DAEMON') this.wake(service);
    }
  }

  #passAt(service: Service, at: number): void {
    service.pass?.cancel();
    service.pass = this.#kernel.at(at, () => {
      service.pass = undefined;
      if (service.strategy === 'DAEMON') this.#daemon(service);
      else this.#replica(service);
    });
  }

  #replica(service: Service): void {
    const leaving: Task[] = [];
    const [primary] = service.deployments;
    let running = 0;
    let healthy = 0;
    // One walk and no copies: a service may have thousands of tasks, and every change of one brings a pass.
    for (const task of service.tasks) {
      if (task.desiredStatus !== 'RUNNING') continue;
      const goes = task.instance.status === 'DRAINING' || task.startedBy !== primary.id;
      if (goes && starting(task)) {
        this.#stop(task);
        continue;
      }
      running += 1;
      if (task.healthy) healthy += 1;
      if (goes) leaving.push(task);
    }
    const staying = running - leaving.length;
    // The minimum is rounded up and the maximum down: developer guide, "Container instance draining".
    const minimum = Math.ceil((service.desired * service.minimumHealthyPercent) / 100);
    const maximum = Math.floor((service.desired * service.maximumPercent) / 100);
    const spare = Math.max(0, healthy - minimum);
    const moved = Math.min(spare, leaving.length);
    for (const task of leaving.slice(0, moved)) this.#stop(task);
    const stopped = this.#shrink(service, staying, spare - moved);
    this.#grow(service, Math.min(service.desired - staying, maximum - (running - moved - stopped)));
    this.#steady(service);
    this.#rolledOut(service);
  }

  /** A deployment has come to its end when only its own tasks are left and all that are wanted are healthy. */
  #rolledOut(service: Service): void {
    const [primary, ...replaced] = service.deployments;
    if (primary.rollout === 'COMPLETED' || service.tasks.size !== service.desired) return;
    if (![...service.tasks].every((task) => task.healthy && task.startedBy === primary.id)) return;
    primary.rollout = 'COMPLETED';
    primary.updatedAt = this.#kernel.now();
    if (replaced.length > 0) service.deployments = [primary];
    this.#event(service, `(service ${service.name}) (deployment ${primary.id}) deployment completed.`);
  }

  /** Stops what is beyond the desired count, oldest last; protected tasks are spared (scale-in protection). Returns how many. */
  #shrink(service: Service, staying: number, spare: number): number {
    let surplus = staying - service.desired;
    if (surplus <= 0) return 0;
    const now = this.#kernel.now();
    const [primary] = service.deployments;
    const stays = (task: Task) =>
      task.desiredStatus === 'RUNNING' &&
      task.instance.status !== 'DRAINING' &&
      task.startedBy === primary.id;
    for (const task of [...service.tasks].filter(stays).reverse()) {
      if (surplus <= 0) break;
      if ((task.protectedUntil ?? 0) > now) continue;
      if (task.healthy && spare <= 0) continue;
      if (task.healthy) spare -= 1;
      this.#stop(task);
      surplus -= 1;
    }
    return staying - service.desired - surplus;
  }

  #grow(service: Service, wanted: number): void {
    if (wanted <= 0) {
      service.starved = false;
      return;
    }
    const allowed = this.#launchesLeft(service);
    const next = allowed > 0 ? placer(service) : () => undefined;
    for (let placed = 0; placed < Math.min(wanted, allowed); placed++) {
      const instance = next();
      if (instance === undefined) {
        this.#starve(service);
        return;
      }
      this.#place(service, instance);
      service.launched.count += 1;
    }
    service.starved = false;
    if (wanted > allowed) this.#passAt(service, (service.launched.minute + 1) * MINUTE);
  }

  #launchesLeft(service: Service): number {
    const minute = Math.floor(this.#kernel.now() / MINUTE);
    if (service.launched.minute !== minute) service.launched = { minute, count: 0 };
    return Math.max(0, LAUNCHES_PER_MINUTE - service.launched.count);
  }

  #starve(service: Service): void {
    service.starved = true;
    const { account, region, random } = this.#kernel;
    this.#kernel.publish({
      source: 'aws.ecs',
      detailType: 'ECS Service Action',
      resources: [service.arn],
      detail: {
        eventType: 'ERROR',
        eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
        clusterArn: service.cluster.arn,
        reason: 'RESOURCE:MEMORY',
        createdAt: new Date(this.#kernel.now()).toISOString(),
        containerInstanceArns: [
          `arn:aws:ecs:${region}:${account}:container-instance/${service.cluster.name}/any`,
        ],
      },
    });
    this.#event(
      service,
      `(service ${service.name}) was unable to place a task because no container instance met all of its requirements.`,
    );
    this.#passAt(service, this.#kernel.now() + RETRY_MS + random.between(0, 5000));
  }

  #steady(service: Service): void {
    // The size first: it tells most services in motion without a look at their tasks.
    const steady = service.tasks.size === service.desired && [...service.tasks].every((task) => task.healthy);
    if (steady && !service.steady)
      this.#event(service, `(service ${service.name}) has reached a steady state.`);
    service.steady = steady;
  }

  /**
   * One task on every open instance that it fits. On a DRAINING one the daemon goes last, once no replica task there
   * is RUNNING; observed so, and not at STOPPED, in aws/amazon-ecs-agent#3829.
   */
  #daemon(service: Service): void {
    const allowed = constraintTest(service.constraints);
    const own = new Map<ContainerInstance, Task>();
    for (const task of service.tasks) own.set(task.instance, task);
    for (const task of service.tasks) {
      if (task.instance.status === 'DRAINING' && !hasReplica(task.instance)) this.#stop(task);
    }
    let hosts = 0;
    for (const instance of service.cluster.instances.values()) {
      if (!open(instance) || !allowed(instance)) continue;
      hosts += 1;
      if (!own.has(instance) && fits(instance, service.deployments[0].definition))
        this.#place(service, instance);
    }
    service.desired = hosts;
    this.#steady(service);
  }

  #place(service: Service, instance: ContainerInstance): void {
    const { id, definition } = service.deployments[0];
    this.#tasks.place({ definition, instance, service, group: `service:${service.name}`, startedBy: id });
  }

  #stop(task: Task): void {
    const name = task.service?.name ?? '';
    this.#tasks.stop(task, 'ServiceSchedulerInitiated', `Scaling activity initiated by (service ${name})`);
  }

  #event(service: Service, message: string): void {
    service.events.unshift({ id: this.#kernel.random.uuid(), at: this.#kernel.now(), message });
    // DescribeServices returns the newest hundred.
    service.events.length = Math.min(service.events.length, 100);
  }
}

function hasReplica(instance: ContainerInstance): boolean {
  for (const task of instance.tasks) {
    if (task.service?.strategy !== 'REPLICA') continue;
    if (task.lastStatus === 'RUNNING' || (starting(task) && task.desiredStatus === 'RUNNING')) return true;
  }
  return false;
}
