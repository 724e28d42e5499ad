import { HOUR, SECOND } from '../../lib/clock.ts';
import type { Ec2Instance, Ec2StateName } from '../ec2/model.ts';
import { ApiError, draw, type Kernel } from '../kernel.ts';
import { instanceDetail, RESERVED_PORTS } from './instance-shapes.ts';
import type { Cluster, ContainerInstance, InstanceStatus } from './model.ts';
import type { ServiceScheduler } from './services.ts';
import type { Tasks } from './tasks.ts';

export interface Registration {
  readonly cluster: Cluster;
  readonly ec2InstanceId: string;
  readonly cpu: number;
  readonly memory: number;
  /** None unless set. */
  readonly gpus?: number;
  /** As many as are wanted unless set. */
  readonly enis?: number;
  readonly agentVersion?: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly capacityProvider?: string;
  /** ACTIVE unless said; REGISTERING is what awsvpc trunking shows first. */
  readonly status?: InstanceStatus;
  /** A world that starts in a steady state announces nothing. */
  readonly quiet?: boolean;
}

/** Container instances: registration, status, the agent's connection, and what follows from their EC2 instance. */
export class Instances {
  readonly #kernel: Kernel;
  readonly #tasks: Tasks;
  readonly #services: ServiceScheduler;
  readonly #byEc2 = new Map<string, ContainerInstance>();
  #order = 0;

  constructor(kernel: Kernel, tasks: Tasks, services: ServiceScheduler) {
    this.#kernel = kernel;
    this.#tasks = tasks;
    this.#services = services;
  }

  register(spec: Registration): ContainerInstance {
    const { region, account, random } = this.#kernel;
    const instance: ContainerInstance = {
      arn: `arn:aws:ecs:${region}:${account}:container-instance/${spec.cluster.name}/${random.hex(32)}`,
      order: this.#order++,
      cluster: spec.cluster,
      ec2InstanceId: spec.ec2InstanceId,
      cpu: spec.cpu,
      memory: spec.memory,
      gpus: spec.gpus ?? 0,
      enis: spec.enis ?? Number.POSITIVE_INFINITY,
      agentVersion: spec.agentVersion ?? '1.90.0',
      attributes: spec.attributes,
      capacityProvider: spec.capacityProvider,
      registeredAt: this.#kernel.now(),
      tasks: new Set(),
      visible: new Set(),
      ports: new Set(RESERVED_PORTS),
      udpPorts: new Set(),
      status: spec.status ?? 'ACTIVE',
      agentConnected: true,
      version: 1,
      usedCpu: 0,
      usedMemory: 0,
      usedGpus: 0,
      usedEnis: 0,
      parked: [],
    };
    spec.cluster.instances.set(instance.arn, instance);
    this.#byEc2.set(spec.ec2InstanceId, instance);
    if (spec.quiet !== true) {
      this.changed(instance);
      this.#services.wakeAll(spec.cluster);
    }
    return instance;
  }

  find(ec2InstanceId: string): ContainerInstance | undefined {
    return this.#byEc2.get(ec2InstanceId);
  }

  /** The version rises and an event goes out: on a status, a connection, a task placed or stopped. */
  changed(instance: ContainerInstance): void {
    instance.version += 1;
    this.#kernel.publish({
      source: 'aws.ecs',
      detailType: 'ECS Container Instance State Change',
      resources: [instance.arn],
      brief: { status: instance.status },
      detail: () => instanceDetail(this.#kernel, instance),
    });
  }

  setStatus(instance: ContainerInstance, status: InstanceStatus): void {
    if (instance.status === status) return;
    instance.status = status;
    this.changed(instance);
    this.#services.wakeAll(instance.cluster);
  }

  setAgentConnected(instance: ContainerInstance, connected: boolean): void {
    if (instance.agentConnected === connected || instance.status === 'INACTIVE') return;
    instance.agentConnected = connected;
    this.changed(instance);
    if (!connected) return;
    const parked = instance.parked;
    instance.parked = [];
    for (const step of parked) step();
    this.#services.wakeAll(instance.cluster);
  }

  /** DeregisterContainerInstance; final. @throws ApiError while it has tasks and `force` is not set. */
  deregister(instance: ContainerInstance, force: boolean): void {
    if (instance.tasks.size > 0 && !force) {
      throw new ApiError('InvalidParameterException', 'Found running tasks on the instance.');
    }
    // The API reference says the orphans keep running; for ECS they are STOPPED all the same (amazon-ecs-agent#125).
    this.#forget(instance, 'Container instance deregistered forcibly by user');
  }

  /** What ECS learns from EC2, or rather from the agent falling silent. */
  ec2Changed(ec2: Ec2Instance, state: Ec2StateName): void {
    const instance = this.#byEc2.get(ec2.id);
    if (instance === undefined || instance.status === 'INACTIVE') return;
    if (state === 'running') {
      // Started again after a stop: the same agent, the same identity.
      this.#kernel.after(draw(this.#kernel.random, [20 * SECOND, 40 * SECOND]), () => {
        if (ec2.state === 'running') this.setAgentConnected(instance, true);
      });
    } else if (state === 'stopping') {
      this.setAgentConnected(instance, false);
    } else if (state === 'stopped') {
      this.#loseTasks(instance, `Host EC2 (instance ${ec2.id}) stopped.`);
    } else if (state === 'shutting-down') {
      const connected = instance.agentConnected;
      this.setAgentConnected(instance, false);
      // Only an instance that was connected when it was terminated is deregistered by ECS itself (API reference,
      // DeregisterContainerInstance). The others stay registered: ghosts.
      if (!connected) return;
      this.#kernel.after(draw(this.#kernel.random, [10 * SECOND, 30 * SECOND]), () => {
        this.#forget(instance, `Host EC2 (instance ${ec2.id}) terminated.`);
      });
    }
  }

  #forget(instance: ContainerInstance, reason: string): void {
    if (instance.status === 'INACTIVE') return;
    instance.status = 'INACTIVE';
    instance.agentConnected = false;
    this.#loseTasks(instance, reason);
    this.changed(instance);
    this.#byEc2.delete(instance.ec2InstanceId);
    this.#services.wakeAll(instance.cluster);
    // Describable for an hour, unlisted at once: developer guide, "Amazon ECS container instances".
    this.#kernel.after(HOUR, () => instance.cluster.instances.delete(instance.arn));
  }

  #loseTasks(instance: ContainerInstance, reason: string): void {
    for (const task of [...instance.tasks]) this.#tasks.lost(task, reason);
  }
}
