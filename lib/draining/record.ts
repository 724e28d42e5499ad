import type { EpochMs } from '../clock.ts';
import type { ClusterName, ContainerInstanceArn, GroupName, InstanceId, TaskArn } from '../ids.ts';
import type { Ec2State } from './notice.ts';

/** The durable state of one instance's departure. One record per instance, whatever events speak of it. */
export interface DrainRecord {
  readonly instanceId: InstanceId;
  readonly cluster: ClusterName;
  /**
   * `requested`: to be drained, not yet DRAINING.  `draining`: DRAINING, tasks are leaving.  `leaving`: nothing
   * runs on it and every hook is completed; ECS has yet to forget it.  `closed`: over; kept for a day so that a
   * replayed event finds it.
   */
  readonly phase: 'requested' | 'draining' | 'leaving' | 'closed';
  /** How a closed record ended. */
  readonly closedAs?: 'gone' | 'reactivated' | 'withdrawn' | 'stood-down';
  readonly openedAt: EpochMs;
  readonly containerInstance?: ContainerInstanceArn;
  /** ECS has announced that it forgot the container instance (INACTIVE is final for an ARN). */
  readonly unlisted?: true;
  readonly reasons: readonly DrainReason[];
  /**
   * When drains of our own choice were withdrawn, by `release` or by the ARN of a Health event: an older reason that
   * is delivered late or twice does not come back.
   */
  readonly withdrawn?: Readonly<Record<string, EpochMs>>;
  /** Who gave the newest release. */
  readonly releasedBy?: string;
  /** Every hook token ever seen, completed or not. */
  readonly hooks: readonly HookAction[];
  /** The earliest moment by which it must be over; only ever tightened. */
  readonly deadline?: EpochMs;
  /** The instance may vanish then, whatever we do (Spot, direct termination). */
  readonly reclaimAt?: EpochMs;
  /** Set before DRAINING is asked for, so that a crash in between cannot make us forget whose drain it is. */
  readonly drainRequestedAt?: EpochMs;
  readonly drainingSince?: EpochMs;
  /** Tasks the instance had when it became DRAINING, by ECS's count of desired RUNNING. */
  readonly expectedTasks?: number;
  /** Tasks known STOPPED. */
  readonly stopped: readonly TaskArn[];
  /** Tasks seen not yet STOPPED at the last look; undefined before the first. */
  readonly remaining?: readonly RemainingTask[];
  readonly stopRequested: readonly TaskArn[];
  readonly deadlineActedAt?: EpochMs;
  readonly lastProgressAt: EpochMs;
  /** The longest time between two tasks that left. */
  readonly longestPauseMs?: number;
  readonly lastLookAt?: EpochMs;
  readonly lastDiagnosisAt?: EpochMs;
  readonly blockedBy: readonly Blocker[];
  readonly ec2?: { readonly state: Ec2State | 'not-found'; readonly since: EpochMs };
  /** The last reason journalled, so that the same one is not journalled at every look. */
  readonly lastReason?: string;
}

export type DrainReason =
  | { readonly kind: 'hook'; readonly at: EpochMs }
  | { readonly kind: 'spot-interruption'; readonly at: EpochMs }
  | { readonly kind: 'rebalance'; readonly at: EpochMs }
  | { readonly kind: 'direct-termination'; readonly at: EpochMs }
  | {
      readonly kind: 'maintenance';
      readonly eventArn: string;
      readonly startAt: EpochMs;
      readonly at: EpochMs;
    }
  | { readonly kind: 'order'; readonly by: string; readonly at: EpochMs }
  | { readonly kind: 'ghost'; readonly at: EpochMs };

export interface HookAction {
  readonly group: GroupName;
  readonly hook: string;
  readonly token?: string;
  readonly openedAt: EpochMs;
  readonly state: 'open' | 'completed' | 'expired';
  /** From DescribeLifecycleHooks. */
  readonly heartbeatTimeoutMs?: number;
  readonly lastHeartbeatAt: EpochMs;
}

export interface RemainingTask {
  readonly task: TaskArn;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  /** The service's name; undefined for a standalone task. */
  readonly service?: string;
}

/** What keeps a drain from ending, by name. */
export interface Blocker {
  readonly kind:
    | 'service-cannot-move'
    | 'no-capacity'
    | 'protected-task'
    | 'standalone-task'
    | 'slow-stop'
    | 'placement-impossible'
    | 'daemon-last'
    | 'waiting-for-replacement';
  /** The service or task. */
  readonly name: string;
  readonly sentence: string;
}
