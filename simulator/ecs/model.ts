import type { EpochMs } from '../../lib/clock.ts';
import type { Span } from '../kernel.ts';
import type { Timer } from '../scheduler.ts';

export interface Cluster {
  readonly name: string;
  readonly arn: string;
  readonly instances: Map<string, ContainerInstance>;
  readonly services: Map<string, Service>;
  readonly tasks: Map<string, Task>;
  readonly capacityProviders: Map<string, CapacityProvider>;
}

export interface CapacityProvider {
  readonly name: string;
  readonly groupArn: string;
  readonly managedDraining: boolean;
}

export type InstanceStatus =
  | 'REGISTERING'
  | 'REGISTRATION_FAILED'
  | 'ACTIVE'
  | 'DRAINING'
  | 'DEREGISTERING'
  | 'INACTIVE';

export interface ContainerInstance {
  readonly arn: string;
  readonly order: number;
  readonly cluster: Cluster;
  readonly ec2InstanceId: string;
  readonly cpu: number;
  readonly memory: number;
  readonly attributes: ReadonlyMap<string, string>;
  readonly capacityProvider: string | undefined;
  readonly registeredAt: EpochMs;
  /** Tasks that are not yet STOPPED: they hold their resources until then. */
  readonly tasks: Set<Task>;
  /** Those and the STOPPED ones that are still visible. */
  readonly visible: Set<Task>;
  readonly ports: Set<number>;
  status: InstanceStatus;
  agentConnected: boolean;
  version: number;
  usedCpu: number;
  usedMemory: number;
  /** Steps of tasks that wait for the agent to come back. */
  parked: (() => void)[];
}

export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly cpu: number;
  readonly memory: number;
  readonly hostPorts: readonly number[];
  readonly stopTimeoutMs: number;
  /** From placed to RUNNING. */
  readonly startMs: Span;
  /** From SIGTERM to exit; SIGKILL ends it at `stopTimeoutMs`. */
  readonly stopMs: Span;
  /** Detaching a network interface (awsvpc); 0: no such state. */
  readonly deprovisionMs: Span;
}

export type TaskStatus =
  | 'PROVISIONING'
  | 'PENDING'
  | 'RUNNING'
  | 'DEACTIVATING'
  | 'STOPPING'
  | 'DEPROVISIONING'
  | 'STOPPED';

export type StopCode =
  | 'EssentialContainerExited'
  | 'UserInitiated'
  | 'ServiceSchedulerInitiated'
  | 'TerminationNotice';

export interface Task {
  readonly arn: string;
  readonly order: number;
  readonly cluster: Cluster;
  readonly definition: TaskDefinition;
  /** Undefined for a standalone task. */
  readonly service: Service | undefined;
  readonly group: string;
  readonly startedBy: string | undefined;
  readonly instance: ContainerInstance;
  readonly createdAt: EpochMs;
  desiredStatus: 'RUNNING' | 'STOPPED';
  lastStatus: TaskStatus;
  version: number;
  /** RUNNING for the service's health delay. */
  healthy: boolean;
  startedAt?: EpochMs;
  stoppingAt?: EpochMs;
  stoppedAt?: EpochMs;
  stopCode?: StopCode;
  stoppedReason?: string;
  protectedUntil?: EpochMs;
  /** The next step of its life. */
  timer: Timer | undefined;
}

export interface Service {
  readonly name: string;
  readonly arn: string;
  readonly order: number;
  readonly cluster: Cluster;
  /** Newest first: the PRIMARY one, then those that are being replaced. */
  deployments: readonly [Deployment, ...Deployment[]];
  readonly createdAt: EpochMs;
  readonly strategy: 'REPLICA' | 'DAEMON';
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly constraints: readonly PlacementConstraint[];
  /** RUNNING to healthy by the load balancer's reckoning; 0 without one. */
  readonly healthDelayMs: number;
  /** Time in DEACTIVATING; 0: no load balancer. */
  readonly deregistrationDelayMs: number;
  /** Tasks that are not yet STOPPED. */
  readonly tasks: Set<Task>;
  readonly events: { readonly id: string; readonly at: EpochMs; readonly message: string }[];
  desired: number;
  /** How many tasks it has launched in this minute of the epoch. */
  launched: { minute: number; count: number };
  /** Whether the last pass found no place for a task. */
  starved: boolean;
  steady: boolean;
  /** The next pass of the scheduler over it. */
  pass: Timer | undefined;
}

/** Its tasks have its id as `startedBy`. */
export interface Deployment {
  readonly id: string;
  readonly definition: TaskDefinition;
  readonly createdAt: EpochMs;
  updatedAt: EpochMs;
  rollout: 'IN_PROGRESS' | 'COMPLETED';
}

export type PlacementConstraint =
  | { readonly type: 'distinctInstance' }
  | { readonly type: 'memberOf'; readonly expression: string };

/** Tasks with desired status RUNNING, which is what ECS counts as running (API reference, ContainerInstance). */
export function runningTasks(instance: ContainerInstance): number {
  let count = 0;
  for (const task of instance.tasks) if (task.desiredStatus === 'RUNNING') count += 1;
  return count;
}

export function pendingTasks(instance: ContainerInstance): number {
  let count = 0;
  for (const task of instance.tasks) {
    if (task.desiredStatus === 'RUNNING' && starting(task)) count += 1;
  }
  return count;
}

export function starting(task: Task): boolean {
  return task.lastStatus === 'PROVISIONING' || task.lastStatus === 'PENDING';
}
