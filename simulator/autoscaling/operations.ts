import { ApiError, type Operations, operation } from '../kernel.ts';
import { page } from '../paging.ts';
import type { AutoScaling } from './groups.ts';
import { defaultResult, globalTimeout, heartbeatTimeout, openAction } from './hooks.ts';
import { groupShape, memberShape } from './shapes.ts';

/** As decoded from the Query protocol: every value is text. */
interface ActionForm {
  readonly AutoScalingGroupName?: string;
  readonly LifecycleHookName?: string;
  readonly LifecycleActionToken?: string;
  readonly LifecycleActionResult?: string;
  readonly InstanceId?: string;
}

interface DescribeForm {
  readonly AutoScalingGroupNames?: readonly string[];
  readonly InstanceIds?: readonly string[];
  readonly MaxRecords?: string;
  readonly NextToken?: string;
}

/** The Auto Scaling API, as far as a controller needs it. */
export function autoScalingOperations(scaling: AutoScaling): Operations {
  return { ...lifecycleOperations(scaling), ...describeOperations(scaling), ...capacityOperations(scaling) };
}

function lifecycleOperations(scaling: AutoScaling): Operations {
  const find = (input: ActionForm) => {
    const group = scaling.group(input.AutoScalingGroupName);
    const { LifecycleActionToken: token, InstanceId: instanceId } = input;
    const by = {
      ...(token === undefined ? {} : { token }),
      ...(instanceId === undefined ? {} : { instanceId }),
    };
    return { group, ...openAction(group, input.LifecycleHookName ?? '', by) };
  };
  return {
    RecordLifecycleActionHeartbeat: operation((input: ActionForm) => {
      const { group, member, action } = find(input);
      scaling.hooks.heartbeat(group, member, action);
      return {};
    }),
    CompleteLifecycleAction: operation((input: ActionForm) => {
      const { LifecycleActionResult: result } = input;
      if (result !== 'CONTINUE' && result !== 'ABANDON') {
        throw new ApiError('ValidationError', `Invalid LifecycleActionResult: ${result}`);
      }
      const { group, member, action } = find(input);
      scaling.hooks.complete(group, member, action, result);
      return {};
    }),
    DescribeLifecycleHooks: operation((input: ActionForm) => {
      const group = scaling.group(input.AutoScalingGroupName);
      const LifecycleHooks = [...group.hooks.values()].map((hook) => ({
        AutoScalingGroupName: group.name,
        LifecycleHookName: hook.name,
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: heartbeatTimeout(hook) / 1000,
        GlobalTimeout: globalTimeout(hook) / 1000,
        DefaultResult: defaultResult(hook),
        NotificationMetadata: hook.notificationMetadata,
      }));
      return { LifecycleHooks };
    }),
  };
}

function describeOperations(scaling: AutoScaling): Operations {
  return {
    // The groups here have none: whoever scales them sets their desired capacity.
    DescribePolicies: operation(() => ({ ScalingPolicies: [] })),
    DescribeAutoScalingGroups: operation((input: DescribeForm) => {
      const names = input.AutoScalingGroupNames;
      const all = [...scaling.groups.values()].filter(
        ({ name }) => names === undefined || names.includes(name),
      );
      const { items, nextToken } = page(all, input.NextToken, pageSize(input.MaxRecords));
      return { AutoScalingGroups: items.map(groupShape), NextToken: nextToken };
    }),
    DescribeAutoScalingInstances: operation((input: DescribeForm) => {
      const ids = input.InstanceIds;
      const all = [...scaling.groups.values()]
        .flatMap((group) =>
          [...group.members.values()].map((member) => ({ order: member.order, group, member })),
        )
        .filter(({ member }) => ids === undefined || ids.includes(member.instanceId))
        .sort((a, b) => a.order - b.order);
      const { items, nextToken } = page(all, input.NextToken, Math.min(pageSize(input.MaxRecords), 50));
      return {
        AutoScalingInstances: items.map(({ group, member }) => ({
          ...memberShape(member),
          AutoScalingGroupName: group.name,
        })),
        NextToken: nextToken,
      };
    }),
  };
}

interface ProcessesForm {
  readonly AutoScalingGroupName?: string;
  readonly ScalingProcesses?: readonly string[];
}

function capacityOperations(scaling: AutoScaling): Operations {
  const suspend = (suspended: boolean) =>
    operation(({ AutoScalingGroupName, ScalingProcesses = [] }: ProcessesForm) => {
      const group = scaling.group(AutoScalingGroupName);
      for (const process of ScalingProcesses) scaling.setSuspended(group, process, suspended);
      return {};
    });
  return {
    SuspendProcesses: suspend(true),
    ResumeProcesses: suspend(false),
    SetDesiredCapacity: operation((input: { AutoScalingGroupName?: string; DesiredCapacity?: string }) => {
      scaling.setDesired(scaling.group(input.AutoScalingGroupName), Number(input.DesiredCapacity));
      return {};
    }),
    TerminateInstanceInAutoScalingGroup: operation(
      (input: { InstanceId?: string; ShouldDecrementDesiredCapacity?: string }) => {
        for (const group of scaling.groups.values()) {
          const member = group.members.get(input.InstanceId ?? '');
          if (member === undefined) continue;
          scaling.terminate(group, member, input.ShouldDecrementDesiredCapacity === 'true');
          return { Activity: { AutoScalingGroupName: group.name, StatusCode: 'InProgress', Progress: 0 } };
        }
        throw new ApiError(
          'ValidationError',
          `Instance Id not found - No managed instance found for instance ID: ${input.InstanceId}`,
        );
      },
    ),
  };
}

/** 50 unless asked, at most 100: API reference, DescribeAutoScalingGroups. */
function pageSize(maxRecords: string | undefined): number {
  const size = Number(maxRecords ?? 50);
  if (size <= 100) return size;
  throw new ApiError('ValidationError', `MaxRecords can be at most 100, not ${maxRecords}.`);
}
