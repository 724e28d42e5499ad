import { HOUR } from '../../lib/clock.ts';
import { ApiError, type Kernel } from '../kernel.ts';
import type { Group, HookSpec, LifecycleAction, Member } from './model.ts';

export type Result = 'CONTINUE' | 'ABANDON';
/** What a hook's end means for the instance: go on once all have ended, or now. */
export type HookEnd = (group: Group, member: Member, result: Result) => void;

export const heartbeatTimeout = (hook: HookSpec) => hook.heartbeatTimeoutMs ?? HOUR;
export const defaultResult = (hook: HookSpec): Result => hook.defaultResult ?? 'ABANDON';

/** However often heartbeats come: EC2 Auto Scaling user guide, "Lifecycle hooks", and the model of PutLifecycleHook. */
export const globalTimeout = (hook: HookSpec) => Math.min(48 * HOUR, 100 * heartbeatTimeout(hook));

/** The waits of terminate hooks: tokens, heartbeats, time-outs. */
export class Hooks {
  readonly #kernel: Kernel;
  readonly #ended: HookEnd;

  constructor(kernel: Kernel, ended: HookEnd) {
    this.#kernel = kernel;
    this.#ended = ended;
  }

  /** Opens the wait and tells EventBridge. */
  open(group: Group, member: Member, hook: HookSpec): void {
    const now = this.#kernel.now();
    const token = this.#kernel.random.uuid();
    const action: LifecycleAction = {
      token,
      hook,
      openedAt: now,
      globalEnd: now + globalTimeout(hook),
      timer: this.#kernel.after(heartbeatTimeout(hook), () => this.#expire(group, member, action)),
    };
    member.actions.set(hook.name, action);
    this.#kernel.publish({
      source: 'aws.autoscaling',
      detailType: 'EC2 Instance-terminate Lifecycle Action',
      resources: [group.arn],
      detail: {
        LifecycleActionToken: token,
        AutoScalingGroupName: group.name,
        LifecycleHookName: hook.name,
        EC2InstanceId: member.instanceId,
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        ...(hook.notificationMetadata === undefined
          ? {}
          : { NotificationMetadata: hook.notificationMetadata }),
      },
    });
  }

  /** Restarts the heartbeat timeout, up to the global end. */
  heartbeat(group: Group, member: Member, action: LifecycleAction): void {
    action.timer.cancel();
    const end = Math.min(this.#kernel.now() + heartbeatTimeout(action.hook), action.globalEnd);
    action.timer = this.#kernel.at(end, () => this.#expire(group, member, action));
  }

  complete(group: Group, member: Member, action: LifecycleAction, result: Result): void {
    action.timer.cancel();
    member.actions.delete(action.hook.name);
    if (result === 'ABANDON') {
      // The remaining hooks are skipped.
      for (const other of member.actions.values()) other.timer.cancel();
      member.actions.clear();
    }
    this.#ended(group, member, result);
  }

  #expire(group: Group, member: Member, action: LifecycleAction): void {
    this.complete(group, member, action, defaultResult(action.hook));
  }
}

/**
 * The open wait that a request names, by token or by instance id.
 * @throws ApiError ValidationError, as Auto Scaling says it for a wait that has been completed or has run out
 */
export function openAction(
  group: Group,
  hookName: string,
  by: { readonly token?: string; readonly instanceId?: string },
): { readonly member: Member; readonly action: LifecycleAction } {
  if (!group.hooks.has(hookName)) {
    throw new ApiError(
      'ValidationError',
      `No Lifecycle Hook found with name ${hookName} for AutoScalingGroup ${group.name}`,
    );
  }
  for (const member of group.members.values()) {
    const action = member.actions.get(hookName);
    if (action === undefined) continue;
    if (by.token === undefined ? member.instanceId === by.instanceId : action.token === by.token) {
      return { member, action };
    }
  }
  const what = by.token === undefined ? `instance ID ${by.instanceId}` : `token ${by.token}`;
  throw new ApiError('ValidationError', `No active Lifecycle Action found with ${what}`);
}
