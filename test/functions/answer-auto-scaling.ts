import {
  type AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeLifecycleHooksCommand,
  RecordLifecycleActionHeartbeatCommand,
} from '@aws-sdk/client-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { awsError } from './calls.ts';
import type { WorldState } from './world.ts';

/** A lifecycle action that waits for us. */
export interface WaitingAction {
  readonly group: string;
  readonly hook: string;
  readonly token: string;
  readonly instanceId: string;
}

interface ActionInput {
  readonly LifecycleActionToken?: string;
  readonly InstanceId?: string;
  readonly LifecycleHookName?: string;
}

/** Auto Scaling as far as draining asks it; an action that is over is over for good. */
export function answerAutoScaling(client: AutoScalingClient, state: WorldState): void {
  const autoScaling = mockClient(client);
  const { answer } = state.log;
  autoScaling.on(DescribeLifecycleHooksCommand).callsFake(
    answer('AutoScaling:DescribeLifecycleHooks', (input: { AutoScalingGroupName?: string }) => ({
      LifecycleHooks: [...state.heartbeatTimeouts]
        .filter(([hook]) => hook.startsWith(`${input.AutoScalingGroupName}/`))
        .map(([hook, HeartbeatTimeout]) => ({ LifecycleHookName: hook.split('/')[1], HeartbeatTimeout })),
    })),
  );
  autoScaling.on(DescribeAutoScalingGroupsCommand).callsFake(
    answer('AutoScaling:DescribeAutoScalingGroups', (input: { AutoScalingGroupNames?: string[] }) => ({
      AutoScalingGroups: (input.AutoScalingGroupNames ?? []).map((AutoScalingGroupName) => ({
        AutoScalingGroupName,
        Instances: state.waiting
          .filter(({ group }) => group === AutoScalingGroupName)
          .map(({ instanceId }) => ({ InstanceId: instanceId, LifecycleState: 'Terminating:Wait' })),
      })),
    })),
  );
  autoScaling.on(RecordLifecycleActionHeartbeatCommand).callsFake(
    answer('AutoScaling:RecordLifecycleActionHeartbeat', (input: ActionInput) => {
      indexOf(state.waiting, input);
      return {};
    }),
  );
  autoScaling.on(CompleteLifecycleActionCommand).callsFake(
    answer('AutoScaling:CompleteLifecycleAction', (input: ActionInput) => {
      state.waiting.splice(indexOf(state.waiting, input), 1);
      return {};
    }),
  );
}

function indexOf(waiting: readonly WaitingAction[], input: ActionInput): number {
  const { LifecycleActionToken, InstanceId, LifecycleHookName } = input;
  const index = waiting.findIndex(
    ({ token, instanceId, hook }) =>
      hook === LifecycleHookName &&
      (LifecycleActionToken ? token === LifecycleActionToken : instanceId === InstanceId),
  );
  if (index >= 0) return index;
  const what = LifecycleActionToken ? `token ${LifecycleActionToken}` : `instance ID ${InstanceId}`;
  throw awsError('ValidationError', `No active Lifecycle Action found with ${what}`);
}
