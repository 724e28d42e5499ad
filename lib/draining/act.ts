import {
  CompleteLifecycleActionCommand,
  RecordLifecycleActionHeartbeatCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DeregisterContainerInstanceCommand,
  StopTaskCommand,
  UpdateContainerInstancesStateCommand,
} from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../aws/batch.ts';
import type { AwsClients } from '../aws/clients.ts';
import {
  isContainerInstanceGone,
  isHookGroupMissing,
  isInstanceNotActive,
  isNoActiveLifecycleAction,
  isTaskGone,
} from '../aws/errors.ts';
import { explain } from '../aws/explain.ts';
import type { ClusterName, ContainerInstanceArn, InstanceId } from '../ids.ts';
import type { Action } from './decision.ts';

/** An action to carry out, and for which instance. */
export interface Order {
  readonly instanceId: InstanceId;
  readonly action: Action;
}

/**
 * What came of it. `already`: AWS was in that state, or the thing is over. `gone`: the instance or task does not
 * exist any more. `retry`: AWS said no for a reason that may pass. `refused`: it will say no again.
 */
export interface ActionOutcome extends Order {
  readonly result: 'done' | 'already' | 'gone' | 'retry' | 'refused';
  readonly call: string;
  /** For a drain that began: the tasks that ECS counts (desired RUNNING). */
  readonly tasks?: number;
  readonly error?: { readonly code: string; readonly sentence: string };
}

/** UpdateContainerInstancesState takes at most 10 container instances (ECS API reference). */
const STATE_BATCH = 10;
const CONCURRENT_CALLS = 5;

/** Carries orders out, each idempotent; expected AWS errors become outcomes, and only programming errors throw. */
export async function act(
  clients: AwsClients,
  cluster: ClusterName,
  orders: readonly Order[],
): Promise<ActionOutcome[]> {
  const states = orders.filter(({ action }) => action.kind === 'begin-drain' || action.kind === 'reactivate');
  const others = orders.filter((order) => !states.includes(order));
  const byState = [
    chunk(
      states.filter(({ action }) => action.kind === 'begin-drain'),
      STATE_BATCH,
    ),
    chunk(
      states.filter(({ action }) => action.kind === 'reactivate'),
      STATE_BATCH,
    ),
  ].flat();
  const batches = await mapConcurrent(byState, CONCURRENT_CALLS, (batch) =>
    setState(clients, cluster, batch),
  );
  const singles = await mapConcurrent(others, CONCURRENT_CALLS, (order) => carryOut(clients, cluster, order));
  return [...batches.flat(), ...singles];
}

const arnOf = ({ action }: Order): ContainerInstanceArn | undefined =>
  'arn' in action ? action.arn : undefined;

async function setState(
  clients: AwsClients,
  cluster: ClusterName,
  batch: readonly Order[],
): Promise<ActionOutcome[]> {
  const call = 'ECS:UpdateContainerInstancesState';
  const status = batch[0]?.action.kind === 'reactivate' ? 'ACTIVE' : 'DRAINING';
  const containerInstances = batch.flatMap((order) => arnOf(order) ?? []);
  try {
    const answer = await clients.ecs.send(
      new UpdateContainerInstancesStateCommand({ cluster, containerInstances, status }),
    );
    // Successes and failures stand side by side under HTTP 200.
    return batch.map((order): ActionOutcome => {
      const changed = answer.containerInstances?.find((one) => one.containerInstanceArn === arnOf(order));
      if (changed) {
        // Desired RUNNING only: what is still PENDING is stopped at once (ECS developer guide, container instance
        // draining). Too low a number costs an early look, too high a one would make the last task go unnoticed.
        return { ...order, call, result: 'done', tasks: changed.runningTasksCount ?? 0 };
      }
      const reason = answer.failures?.find((failure) => failure.arn === arnOf(order))?.reason ?? 'no answer';
      if (reason === 'MISSING' || reason === 'INACTIVE') return { ...order, call, result: 'gone' };
      const sentence = `ECS did not set ${order.instanceId} ${status}: ${reason}.`;
      return { ...order, call, result: 'retry', error: { code: reason, sentence } };
    });
  } catch (error) {
    // One instance in a wrong state fails the whole batch: tried one by one, only that one is held back.
    if (batch.length > 1 && (isInstanceNotActive(error) || isContainerInstanceGone(error))) {
      const singles = await mapConcurrent(batch, 1, (order) => setState(clients, cluster, [order]));
      return singles.flat();
    }
    if (isContainerInstanceGone(error)) return batch.map((order) => ({ ...order, call, result: 'gone' }));
    return batch.map((order) => failed(order, call, error));
  }
}

async function carryOut(clients: AwsClients, cluster: ClusterName, order: Order): Promise<ActionOutcome> {
  const { action } = order;
  switch (action.kind) {
    case 'complete':
      return lifecycle(order, 'AutoScaling:CompleteLifecycleAction', () =>
        clients.autoScaling.send(
          new CompleteLifecycleActionCommand({ ...hookTarget(order), LifecycleActionResult: action.result }),
        ),
      );
    case 'heartbeat':
      return lifecycle(order, 'AutoScaling:RecordLifecycleActionHeartbeat', () =>
        clients.autoScaling.send(new RecordLifecycleActionHeartbeatCommand(hookTarget(order))),
      );
    case 'stop-task': {
      const call = 'ECS:StopTask';
      try {
        await clients.ecs.send(new StopTaskCommand({ cluster, task: action.task, reason: action.why }));
        return { ...order, call, result: 'done' };
      } catch (error) {
        return isTaskGone(error) ? { ...order, call, result: 'gone' } : failed(order, call, error);
      }
    }
    case 'deregister': {
      const call = 'ECS:DeregisterContainerInstance';
      try {
        // The tasks that ECS still shows on a ghost are not running anywhere, and only force clears them.
        await clients.ecs.send(
          new DeregisterContainerInstanceCommand({ cluster, containerInstance: action.arn, force: true }),
        );
        return { ...order, call, result: 'done' };
      } catch (error) {
        return isContainerInstanceGone(error)
          ? { ...order, call, result: 'gone' }
          : failed(order, call, error);
      }
    }
    case 'begin-drain':
    case 'reactivate':
      throw new Error(`${action.kind} of ${order.instanceId} is carried out in batches.`);
    default:
      return action satisfies never;
  }
}

/** By token where there is one: an instance id alone also fits a newer action of the same hook. */
function hookTarget({ action, instanceId }: Order) {
  if (action.kind !== 'complete' && action.kind !== 'heartbeat') {
    throw new Error(`${action.kind} has no lifecycle hook.`);
  }
  const { group, hook, token } = action.hook;
  return {
    AutoScalingGroupName: group,
    LifecycleHookName: hook,
    ...(token === undefined
      ? { InstanceId: instanceId }
      : { LifecycleActionToken: token, InstanceId: instanceId }),
  };
}

async function lifecycle(order: Order, call: string, send: () => Promise<unknown>): Promise<ActionOutcome> {
  try {
    await send();
    return { ...order, call, result: 'done' };
  } catch (error) {
    // Over by time, ended by somebody else, or gone with its group: what we wanted is so (spacelift-io#197,
    // PrairieLearn#6663).
    return isNoActiveLifecycleAction(error) || isHookGroupMissing(error)
      ? { ...order, call, result: 'already' }
      : failed(order, call, error);
  }
}

function failed(order: Order, call: string, cause: unknown): ActionOutcome {
  const { code, sentence, retryable } = explain(cause);
  return { ...order, call, result: retryable ? 'retry' : 'refused', error: { code, sentence } };
}
