import { HOUR, MINUTE } from '../../lib/clock.ts';
import { draw, type Kernel } from '../kernel.ts';
import type { Fargate } from './fargate.ts';
import type {
  AskedPlace,
  Cluster,
  ContainerImage,
  ContainerInstance,
  FargateHost,
  Service,
  StopCode,
  Task,
  TaskDefinition,
  TaskStatus,
} from './model.ts';
import { starting } from './model.ts';
import { taskDetail } from './task-shapes.ts';

export type TaskChange = 'placed' | 'stopping' | 'exited' | 'stopped' | 'status' | 'healthy';

/** Told of every change of a task. `exited` comes before `stopped` if nobody asked for its end. */
export type TaskListener = (task: Task, change: TaskChange) => void;

/** The longest stopTimeout on Fargate, and the notice of an interruption (developer guide, "Fargate Spot termination notices"). */
const LONGEST_NOTICE_MS = 2 * MINUTE;

/** A container instance, a place on Fargate with the cluster, or none yet: an instance of the provider is awaited. */
export type Site =
  | ContainerInstance
  | (FargateHost & { readonly cluster: Cluster })
  | { readonly cluster: Cluster; readonly awaited: string };

export interface Placement {
  readonly definition: TaskDefinition;
  readonly on: Site;
  /** It runs by a strategy of capacity providers, so that its instance's is also its own. */
  readonly byProvider?: boolean;
  readonly asked?: AskedPlace;
  readonly images: readonly ContainerImage[];
  readonly service?: Service;
  readonly group: string;
  readonly startedBy?: string;
  /** It has been RUNNING and healthy for long: nothing is published. For a world that starts in a steady state. */
  readonly running?: boolean;
}

/** The life of tasks: PROVISIONING to STOPPED, at the pace of their task definition and of the agent. */
export class Tasks {
  readonly #kernel: Kernel;
  readonly #changed: TaskListener;
  readonly #fargate: () => Fargate;
  #order = 0;

  constructor(kernel: Kernel, fargate: () => Fargate, changed: TaskListener) {
    this.#kernel = kernel;
    this.#fargate = fargate;
    this.#changed = changed;
  }

  place(placement: Placement): Task {
    const { definition, on, images, service, group, startedBy, running = false } = placement;
    const { cluster } = on;
    const instance = 'ec2InstanceId' in on ? on : undefined;
    const fargate = 'attachmentId' in on ? on : undefined;
    const { region, account, random } = this.#kernel;
    const task: Task = {
      arn: `arn:aws:ecs:${region}:${account}:task/${cluster.name}/${random.hex(32)}`,
      order: this.#order++,
      cluster,
      definition,
      service,
      group,
      startedBy,
      instance: undefined,
      provider: providerOf(placement),
      asked: placement.asked,
      fargate,
      images,
      createdAt: this.#kernel.now(),
      desiredStatus: 'RUNNING',
      lastStatus: running ? 'RUNNING' : 'PROVISIONING',
      version: running ? 3 : 1,
      healthy: running,
      timer: undefined,
    };
    cluster.tasks.set(task.arn, task);
    service?.tasks.add(task);
    if (instance !== undefined) occupy(instance, task);
    if (fargate !== undefined) this.#fargate().add(task, fargate);
    if (running) {
      task.startedAt = this.#kernel.now();
      this.#mayCrash(task);
    } else this.#launch(task);
    return task;
  }

  /** A task that has waited for an instance gets one. */
  assign(task: Task, instance: ContainerInstance): void {
    task.cluster.waiting.delete(task);
    occupy(instance, task);
    task.version += 1;
    this.#launch(task);
  }

  #launch(task: Task): void {
    this.#publish(task);
    if (task.instance === undefined && task.fargate === undefined) {
      task.cluster.waiting.add(task);
      return;
    }
    this.#changed(task, 'placed');
    const startMs = draw(this.#kernel.random, task.definition.startMs);
    this.#step(task, startMs / 4, () => {
      this.#become(task, 'PENDING');
      this.#step(task, (3 * startMs) / 4, () => {
        const lost = task.images.find(({ digest }) => digest === undefined);
        if (lost === undefined) this.#run(task);
        else
          this.failToStart(task, `CannotPullContainerError: failed to resolve ref ${lost.image}: not found`);
      });
    });
  }

  /** Asks for the end: target deregistration, SIGTERM, and so on, or at once for a task not yet RUNNING. */
  stop(task: Task, stopCode: StopCode, reason: string): void {
    if (task.desiredStatus === 'STOPPED') return;
    const waiting = starting(task);
    task.timer?.cancel();
    task.cluster.waiting.delete(task);
    task.desiredStatus = 'STOPPED';
    task.stopCode = stopCode;
    task.stoppedReason = reason;
    task.stoppingAt = this.#kernel.now();
    this.#become(task, task.lastStatus);
    this.#changed(task, 'stopping');
    const { random } = this.#kernel;
    if (waiting) {
      this.#step(task, draw(random, [200, 800]), () => this.#deprovision(task));
      return;
    }
    const deregistration = task.service?.deregistrationDelayMs ?? 0;
    if (deregistration === 0) {
      this.#step(task, draw(random, [200, 800]), () => this.#terminate(task));
      return;
    }
    // Deregistration is the control plane's: it goes on without the agent.
    task.timer = this.#kernel.after(100, () => {
      this.#become(task, 'DEACTIVATING');
      this.#step(task, deregistration, () => this.#terminate(task));
    });
  }

  /** The container exits by itself. */
  exit(task: Task, exitCode = 0): void {
    if (task.lastStatus !== 'RUNNING' || task.desiredStatus === 'STOPPED') return;
    this.#end(task, 'EssentialContainerExited', 'Essential container in task exited', exitCode);
  }

  /** A task that is not yet RUNNING will not be. */
  failToStart(task: Task, reason: string): void {
    if (!starting(task) || task.desiredStatus === 'STOPPED') return;
    this.#end(task, 'TaskFailedToStart', reason, undefined);
  }

  #end(task: Task, stopCode: StopCode, reason: string, exitCode: number | undefined): void {
    task.timer?.cancel();
    task.desiredStatus = 'STOPPED';
    task.stopCode = stopCode;
    task.stoppedReason = reason;
    if (exitCode !== undefined) task.exitCode = exitCode;
    this.#step(task, 500, () => this.#deprovision(task));
    this.#changed(task, 'exited');
  }

  /**
   * Fargate takes a Spot task back. The warning is a state change of the task, RUNNING still; SIGTERM comes with it,
   * and SIGKILL at its stop timeout. Without regard to load balancers (containers-roadmap#2673).
   */
  interrupt(task: Task, stopCode: 'SpotInterruption' | 'TerminationNotice'): void {
    const reason = 'Your Spot Task was interrupted.';
    if (task.desiredStatus === 'STOPPED') return;
    if (starting(task)) this.stop(task, stopCode, reason);
    else {
      task.timer?.cancel();
      task.desiredStatus = 'STOPPED';
      task.stopCode = stopCode;
      task.stoppedReason = reason;
      task.stoppingAt = this.#kernel.now();
      this.#become(task, task.lastStatus);
      this.#changed(task, 'stopping');
      const own = draw(this.#kernel.random, task.definition.stopMs);
      const notice = Math.min(own, task.definition.stopTimeoutMs, LONGEST_NOTICE_MS);
      this.#step(task, notice, () => this.#deprovision(task));
    }
    this.#changed(task, 'exited');
  }

  /** The host is gone: nothing is asked any more. */
  lost(task: Task, reason: string): void {
    task.timer?.cancel();
    task.timer = undefined;
    task.desiredStatus = 'STOPPED';
    task.stopCode = 'TerminationNotice';
    task.stoppedReason = reason;
    this.#stopped(task);
  }

  #run(task: Task): void {
    task.startedAt = this.#kernel.now();
    this.#become(task, 'RUNNING');
    const delay = task.service?.healthDelayMs ?? 0;
    this.#kernel.after(delay, () => {
      if (task.lastStatus !== 'RUNNING') return;
      task.healthy = true;
      this.#changed(task, 'healthy');
    });
    this.#mayCrash(task);
  }

  #mayCrash(task: Task): void {
    const { crashMs } = task.definition;
    if (crashMs !== undefined)
      this.#kernel.after(draw(this.#kernel.random, crashMs), () => this.exit(task, 1));
  }

  #terminate(task: Task): void {
    this.#become(task, 'STOPPING');
    const own = draw(this.#kernel.random, task.definition.stopMs);
    this.#step(task, Math.min(own, task.definition.stopTimeoutMs), () => this.#deprovision(task));
  }

  #deprovision(task: Task): void {
    const wait = draw(this.#kernel.random, task.definition.deprovisionMs);
    if (wait === 0) {
      this.#stopped(task);
      return;
    }
    this.#become(task, 'DEPROVISIONING');
    task.timer = this.#kernel.after(wait, () => this.#stopped(task));
  }

  #stopped(task: Task): void {
    const { instance, fargate, service, cluster } = task;
    task.stoppedAt = this.#kernel.now();
    if (instance !== undefined) vacate(instance, task);
    cluster.waiting.delete(task);
    if (fargate !== undefined) this.#fargate().remove(task, fargate);
    service?.tasks.delete(task);
    this.#become(task, 'STOPPED');
    this.#changed(task, 'stopped');
    // Stopped tasks stay visible for about an hour: API reference, DescribeTasks.
    this.#kernel.after(HOUR, () => {
      cluster.tasks.delete(task.arn);
      instance?.visible.delete(task);
    });
  }

  /** A step that the agent takes, or reports: it waits while the agent is away. */
  #step(task: Task, ms: number, run: () => void): void {
    const timer = this.#kernel.after(ms, () => {
      if (task.instance === undefined || task.instance.agentConnected) run();
      else task.instance.parked.push(() => task.timer === timer && run());
    });
    task.timer = timer;
  }

  #become(task: Task, status: TaskStatus): void {
    task.lastStatus = status;
    task.version += 1;
    if (status !== 'RUNNING') task.healthy = false;
    this.#publish(task);
    this.#changed(task, 'status');
  }

  #publish(task: Task): void {
    this.#kernel.publish({
      source: 'aws.ecs',
      detailType: 'ECS Task State Change',
      resources: [task.arn],
      brief: { lastStatus: task.lastStatus },
      detail: () => taskDetail(this.#kernel, task),
    });
  }
}

function providerOf({ on, byProvider }: Placement): string | undefined {
  if ('awaited' in on) return on.awaited;
  return byProvider === true && 'ec2InstanceId' in on ? on.capacityProvider : undefined;
}

function occupy(instance: ContainerInstance, task: Task): void {
  const { definition } = task;
  task.instance = instance;
  instance.tasks.add(task);
  instance.visible.add(task);
  instance.usedCpu += definition.cpu;
  instance.usedMemory += definition.memory;
  instance.usedGpus += definition.gpus;
  if (definition.networkMode === 'awsvpc') instance.usedEnis += 1;
  for (const port of definition.hostPorts) instance.ports.add(port);
  for (const port of definition.udpPorts) instance.udpPorts.add(port);
}

function vacate(instance: ContainerInstance, task: Task): void {
  const { definition } = task;
  instance.tasks.delete(task);
  instance.usedCpu -= definition.cpu;
  instance.usedMemory -= definition.memory;
  instance.usedGpus -= definition.gpus;
  if (definition.networkMode === 'awsvpc') instance.usedEnis -= 1;
  for (const port of definition.hostPorts) instance.ports.delete(port);
  for (const port of definition.udpPorts) instance.udpPorts.delete(port);
}
