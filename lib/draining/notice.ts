import type { EpochMs } from '../clock.ts';
import type { ClusterName, ContainerInstanceArn, GroupName, InstanceId, TaskArn } from '../ids.ts';
import type { Cause } from '../journal/journal.ts';

/** What an event claims. It says only where to look; what is true is read from AWS. */
export type Notice =
  | {
      /** The group wants to terminate the instance and waits for us. */
      readonly kind: 'hook';
      readonly group: GroupName;
      readonly hook: string;
      /** Missing when the sweep found the waiting instance; the action is then completed by instance id. */
      readonly token?: string;
      readonly at: EpochMs;
    }
  | { readonly kind: 'spot-interruption'; readonly action: SpotAction; readonly at: EpochMs }
  | { readonly kind: 'rebalance'; readonly at: EpochMs }
  | {
      readonly kind: 'ec2-state';
      readonly state: Ec2State;
      readonly at: EpochMs;
      /** Found by the sweep: its cluster lists it, without its agent. */
      readonly listed?: true;
    }
  | {
      readonly kind: 'maintenance';
      readonly eventArn: string;
      readonly code: string;
      readonly startAt: EpochMs;
      /** `withdrawn` when AWS Health closed the event. */
      readonly status: 'scheduled' | 'withdrawn';
      readonly at: EpochMs;
    }
  /** ECS has forgotten the container instance: INACTIVE is final for an ARN. */
  | { readonly kind: 'unlisted'; readonly at: EpochMs }
  | { readonly kind: 'task-stopped'; readonly task: TaskArn; readonly at: EpochMs }
  | { readonly kind: 'order'; readonly verb: 'drain' | 'release'; readonly by: string; readonly at: EpochMs };

export type SpotAction = 'terminate' | 'stop' | 'hibernate';
export type Ec2State = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

/** A notice and the thing it is about, as far as the event names it. */
export interface Arrival {
  readonly notice: Notice;
  readonly subject:
    | { readonly by: 'instance'; readonly instanceId: InstanceId; readonly cluster?: ClusterName }
    | {
        readonly by: 'container-instance';
        readonly arn: ContainerInstanceArn;
        readonly cluster: ClusterName;
        readonly instanceId?: InstanceId;
      };
  readonly cause: Cause;
}

/** A notice as it waits in a record's inbox. */
export interface Heard {
  readonly notice: Notice;
  readonly cause: Cause;
}
