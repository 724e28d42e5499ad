import type { EpochMs } from '../clock.ts';
import type { ContainerInstanceArn, GroupName, TaskArn } from '../ids.ts';
import type { Ec2State } from './notice.ts';
import type { Blocker } from './record.ts';

/** What has to be read from AWS before a record can be decided on; the rest is not asked for. */
export interface Look {
  /** The container instance: status, counts, capacity provider. */
  readonly instance: boolean;
  /** Every task of the instance by `lastStatus`, desired RUNNING and desired STOPPED. */
  readonly tasks: boolean;
  /** Heartbeat timeouts of the hooks of these groups. */
  readonly hooks: readonly GroupName[];
  /** What EC2 says of the instance. */
  readonly ec2: boolean;
  /** Why the remaining tasks do not leave. */
  readonly diagnosis: boolean;
}

/** What was read, as plain values. A missing part was not looked at. */
export interface Snapshot {
  readonly instance?: InstanceView | 'gone';
  readonly tasks?: readonly TaskView[];
  /** By `group/hook`; `missing` when the group no longer has the hook. */
  readonly hooks?: ReadonlyMap<string, HookView | 'missing'>;
  readonly ec2?: Ec2State | 'not-found';
  readonly blockers?: readonly Blocker[];
  /** Who else drains this instance, or why it is not ours to touch. */
  readonly standDown?: StandDown;
}

export type StandDown = 'managed-draining' | 'managed-instance' | 'external-instance';

export interface InstanceView {
  readonly arn: ContainerInstanceArn;
  /** REGISTERING, ACTIVE, DRAINING, DEREGISTERING, INACTIVE, REGISTRATION_FAILED. */
  readonly status: string;
  readonly agentConnected: boolean;
  /** Counts desired RUNNING: 0 does not mean that nothing runs (API reference, ContainerInstance). */
  readonly runningTasks: number;
}

export interface TaskView {
  readonly task: TaskArn;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly service?: string;
  /** When it was told to stop. */
  readonly stoppingAt?: EpochMs;
}

export interface HookView {
  readonly heartbeatTimeoutMs: number;
}

export const hookKey = (group: string, hook: string) => `${group}/${hook}`;
