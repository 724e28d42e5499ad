import type { EpochMs } from '../clock.ts';
import type { ClusterName, GroupName } from '../ids.ts';
import type { Amounts, Host, Placed, Workload } from '../placement/model.ts';

/** A cluster with its groups, services and tasks at one moment: all that is decided by. */
export interface ClusterView {
  readonly cluster: ClusterName;
  readonly hosts: readonly HostView[];
  /** Every task that holds resources of a host: until its last status is STOPPED. */
  readonly tasks: readonly TaskView[];
  /** Tasks that should run and have no instance: what scale-out is for. */
  readonly pending: readonly PendingTasks[];
  /** By task group, as `service:web`. */
  readonly services: ReadonlyMap<string, ServiceView>;
  readonly groups: readonly GroupView[];
  /** Workloads of daemon services, those without any task included: a first instance gets them too. */
  readonly daemons?: readonly Workload[];
}

/** A container instance and the EC2 instance below it. */
export interface HostView extends Host {
  /** Undefined: in no group of the policy, so never to be terminated by us; its tasks and room count. */
  readonly group: GroupName | undefined;
  readonly instanceType: string;
  readonly zone: string;
  readonly lifecycle: 'on-demand' | 'spot';
  readonly launchedAt: EpochMs;
  /** Scale-in protection of the Auto Scaling group. */
  readonly protectedFromScaleIn: boolean;
  /** Whether the group would launch it otherwise now: other launch template version or other AMI. */
  readonly generation: 'current' | 'obsolete' | 'unknown';
  /** As Auto Scaling calls it: InService, Pending, Terminating:Wait, Standby ... */
  readonly lifecycleState: string;
}

export interface TaskView extends Placed {
  readonly kind: 'service' | 'daemon' | 'standalone';
  readonly startedAt: EpochMs | undefined;
  /** ECS's task scale-in protection; undefined: none. */
  readonly protectedUntil: EpochMs | undefined;
  /** ECS or somebody has told it to stop. */
  readonly stopping: boolean;
}

export interface PendingTasks {
  readonly workload: Workload;
  readonly count: number;
  /** Since when at least one of them has waited. */
  readonly since: EpochMs;
}

export interface ServiceView {
  readonly desired: number;
  readonly running: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** A deployment is in progress. */
  readonly deploying: boolean;
  /** Another deployment controller than ECS moves tasks otherwise. */
  readonly controller: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
}

export interface GroupView {
  readonly name: GroupName;
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  readonly zones: readonly string[];
  /** Of the launch template, with the overrides of a mixed instances policy; in the policy's order. */
  readonly types: readonly InstanceTypeView[];
  readonly provider: string | undefined;
  readonly managedScaling: boolean;
  readonly managedTerminationProtection: boolean;
  /** ECS drains instances itself, when Auto Scaling terminates them and not before. */
  readonly managedDraining: boolean;
  /** Suspended processes, as Launch, Terminate, AZRebalance. */
  readonly suspended: readonly string[];
  /** Instances that were launched and are not yet ACTIVE container instances, by zone. */
  readonly launching: ReadonlyMap<string, number>;
  /**
   * Instances that did not become ACTIVE within the launch timeout, by zone. The group counts them, and nothing else
   * does: left out here they would pass for instances that Auto Scaling is about to launch.
   */
  readonly overdue?: ReadonlyMap<string, number>;
}

/** What a new instance of a type would bring to the cluster. */
export interface InstanceTypeView {
  readonly name: string;
  /** As ECS would register it: from an instance of the type in the cluster, or EC2's amounts less a reserve. */
  readonly registered: Amounts;
  /** Of an hour, in the policy's currency; undefined: not known. */
  readonly price: number | undefined;
  readonly attributes: ReadonlyMap<string, string>;
}
