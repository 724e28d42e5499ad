import type { EpochMs } from '../../lib/clock.ts';
import type { Span } from '../kernel.ts';
import type { Timer } from '../scheduler.ts';

export interface Cluster {
  readonly name: string;
  readonly arn: string;
  readonly instances: Map<string, ContainerInstance>;
  readonly services: Map<string, Service>;
  readonly tasks: Map<string, Task>;
  /** Those that wait for an instance, oldest first. */
  readonly waiting: Set<Task>;
  readonly capacityProviders: Map<string, CapacityProvider>;
  defaultStrategy: Strategy;
  /** Until then a change of its capacity providers is in progress. */
  updatingUntil: EpochMs;
}

export interface CapacityProvider {
  readonly name: string;
  /** Undefined for FARGATE and FARGATE_SPOT, which AWS provides. */
  readonly groupArn: string | undefined;
  readonly managedDraining: boolean;
  readonly managedScaling: boolean;
  readonly managedTerminationProtection: boolean;
}

export type FargateProvider = 'FARGATE' | 'FARGATE_SPOT';
export type Architecture = 'X86_64' | 'ARM64';

/** As given, in order; base and weight are 0 unless said (API reference, CapacityProviderStrategyItem). */
export type Strategy = readonly {
  readonly capacityProvider: string;
  readonly base: number;
  readonly weight: number;
}[];

/** A launch type, or capacity providers by base and weight: one excludes the other. */
export type Capacity =
  | { readonly launchType: 'EC2' | 'FARGATE'; readonly strategy?: never }
  | { readonly strategy: Strategy; readonly launchType?: never };

/** `awsvpcConfiguration`, as given. */
export interface Network {
  readonly subnets: string[];
  readonly securityGroups?: string[];
  readonly assignPublicIp?: 'ENABLED' | 'DISABLED';
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
  readonly gpus: number;
  /** Network interfaces that tasks can have. */
  readonly enis: number;
  readonly agentVersion: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly capacityProvider: string | undefined;
  readonly registeredAt: EpochMs;
  /** Tasks that are not yet STOPPED: they hold their resources until then. */
  readonly tasks: Set<Task>;
  /** Those and the STOPPED ones that are still visible. */
  readonly visible: Set<Task>;
  /** Taken, by tasks or by the instance itself. */
  readonly ports: Set<number>;
  readonly udpPorts: Set<number>;
  status: InstanceStatus;
  agentConnected: boolean;
  version: number;
  usedCpu: number;
  usedMemory: number;
  usedGpus: number;
  usedEnis: number;
  /** Steps of tasks that wait for the agent to come back. */
  parked: (() => void)[];
}

export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  readonly compatibilities: readonly ('EC2' | 'FARGATE')[];
  readonly networkMode: NetworkMode;
  readonly architecture: Architecture;
  /** LINUX, or one of the Windows families. */
  readonly operatingSystem: string;
  readonly containers: readonly Container[];
  readonly cpu: number;
  readonly memory: number;
  /** Whether those are of the whole task, and not what its containers have together. */
  readonly sizedAsTask: boolean;
  readonly gpus: number;
  /** Fixed ones, that no other task on the instance can have. */
  readonly hostPorts: readonly number[];
  readonly udpPorts: readonly number[];
  /** `requiresAttributes`. */
  readonly requires: readonly { readonly name: string; readonly value?: string }[];
  readonly constraints: readonly PlacementConstraint[];
  readonly stopTimeoutMs: number;
  /** From placed to RUNNING. */
  readonly startMs: Span;
  /** From SIGTERM to exit; SIGKILL ends it at `stopTimeoutMs`. */
  readonly stopMs: Span;
  /** Detaching a network interface (awsvpc); 0: no such state. */
  readonly deprovisionMs: Span;
  /** Its container exits by itself so long after it started; undefined: never. */
  readonly crashMs: Span | undefined;
}

export type NetworkMode = 'bridge' | 'host' | 'awsvpc' | 'none';

/** As DescribeTaskDefinition gives it back. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly cpu: number;
  readonly memory?: number;
  readonly memoryReservation?: number;
  readonly gpus?: number;
  readonly ports: readonly PortMapping[];
}

export interface PortMapping {
  readonly containerPort: number;
  /** 0: one of the ephemeral ones. */
  readonly hostPort: number;
  readonly protocol: 'tcp' | 'udp';
}

/** A container's image and the digest that its tag had when ECS resolved it; undefined if it could not. */
export interface ContainerImage {
  readonly containerName: string;
  readonly image: string;
  readonly digest: string | undefined;
}

/** Where a Fargate task runs. */
export interface FargateHost {
  readonly provider: FargateProvider;
  /** By launch type, without a capacity provider. */
  readonly byLaunchType: boolean;
  readonly zone: string;
  readonly subnet: string;
  readonly platformVersion: string;
  readonly attachmentId: string;
  readonly networkInterface: string;
  readonly address: string;
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
  | 'TaskFailedToStart'
  | 'TerminationNotice'
  | 'SpotInterruption';

export interface Task {
  readonly arn: string;
  readonly order: number;
  readonly cluster: Cluster;
  readonly definition: TaskDefinition;
  /** Undefined for a standalone task. */
  readonly service: Service | undefined;
  readonly group: string;
  readonly startedBy: string | undefined;
  /** A task has an instance, a place on Fargate, or waits PROVISIONING for an instance of its capacity provider. */
  instance: ContainerInstance | undefined;
  /** Of an Auto Scaling group, that ECS chose for it; undefined: of a launch type. */
  readonly provider: string | undefined;
  /** What RunTask said of its place. */
  readonly asked: AskedPlace | undefined;
  readonly fargate: FargateHost | undefined;
  readonly images: readonly ContainerImage[];
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
  exitCode?: number;
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
  /** The last that was completed: what the circuit breaker rolls back to. */
  completed: Deployment | undefined;
  /** Service deployments, newest first. */
  history: readonly ServiceDeployment[];
  readonly createdAt: EpochMs;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  readonly strategy: 'REPLICA' | 'DAEMON';
  readonly controller: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
  minimumHealthyPercent: number;
  maximumPercent: number;
  circuitBreaker: CircuitBreaker;
  constraints: readonly PlacementConstraint[];
  placementStrategy: readonly PlacementStrategy[];
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
  /** Why it cannot place tasks, by the capacity that it wants; none if it can. */
  readonly shortages: Map<string, Shortage>;
  /** Tasks in a row that did not start, and until when no other is tried. */
  failedStarts: { count: number; until: EpochMs };
  steady: boolean;
  /** Capacity providers of its strategy that run their share. */
  readonly steadyProviders: Set<string>;
  /** When its steady state is announced again. */
  reminder: Timer | undefined;
  /** The next pass of the scheduler over it. */
  pass: Timer | undefined;
}

export interface CircuitBreaker {
  readonly enable: boolean;
  readonly rollback: boolean;
}

/** What a deployment deploys; it never changes. */
export interface Revision {
  readonly arn: string;
  readonly definition: TaskDefinition;
  readonly capacity: Capacity;
  readonly network: Network | undefined;
  readonly platformVersion: string | undefined;
  readonly images: readonly ContainerImage[];
  readonly createdAt: EpochMs;
}

/** Its tasks have its id as `startedBy`. */
export interface Deployment {
  readonly id: string;
  readonly revision: Revision;
  readonly createdAt: EpochMs;
  updatedAt: EpochMs;
  rollout: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  reason: string;
  /** In a row, while it is in progress. */
  failedTasks: number;
  /** Of a deployment that is being replaced: how many of its tasks are still to be there. */
  kept: number;
}

/** The record of one deployment, and of the rollback that may have followed. */
export interface ServiceDeployment {
  readonly arn: string;
  readonly order: number;
  readonly service: Service;
  readonly sources: readonly Revision[];
  readonly target: Deployment;
  readonly createdAt: EpochMs;
  updatedAt: EpochMs;
  finishedAt: EpochMs | undefined;
  status: 'IN_PROGRESS' | 'SUCCESSFUL' | 'STOPPED' | 'ROLLBACK_IN_PROGRESS' | 'ROLLBACK_SUCCESSFUL';
  reason: string | undefined;
  rollback: { readonly reason: string; readonly at: EpochMs; readonly to: Deployment } | undefined;
}

/** A capacity that a service wants and does not get. */
export interface Shortage {
  readonly toldAt: EpochMs;
  readonly attempts: number;
  readonly retryAt: EpochMs;
}

export type PlacementConstraint =
  | { readonly type: 'distinctInstance' }
  | { readonly type: 'memberOf'; readonly expression: string };

export type PlacementStrategy =
  | { readonly type: 'binpack'; readonly field: 'cpu' | 'memory' }
  /** `instanceId`, or an attribute as `attribute:NAME`. */
  | { readonly type: 'spread'; readonly field: string }
  | { readonly type: 'random' };

export interface AskedPlace {
  readonly constraints: readonly PlacementConstraint[];
  readonly strategies: readonly PlacementStrategy[];
}

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
