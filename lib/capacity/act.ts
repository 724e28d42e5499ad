import {
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mapConcurrent } from '../aws/batch.ts';
import type { CommonClients } from '../aws/common-clients.ts';
import { isManagedInstanceMissing } from '../aws/errors.ts';
import { explain } from '../aws/explain.ts';
import type { ClusterName } from '../ids.ts';
import type { Action } from './decision.ts';

/** What came of an action. `gone`: there is nothing any more that it could be done to. */
export interface ActionOutcome {
  readonly action: Action;
  readonly call: string;
  readonly result: 'done' | 'retry' | 'refused' | 'gone';
  readonly error?: { readonly code: string; readonly sentence: string };
}

const CONCURRENT_CALLS = 4;

/**
 * Carries actions out; expected AWS errors become outcomes. Counts are set before anything is terminated: set after it
 * they would launch again what a termination has just taken off the count.
 */
export async function act(
  clients: CommonClients,
  cluster: ClusterName,
  actions: readonly Action[],
): Promise<ActionOutcome[]> {
  const isCount = ({ kind }: Action) => kind === 'set-desired';
  const all = (some: readonly Action[]) =>
    mapConcurrent(some, CONCURRENT_CALLS, (action) => carryOut(clients, cluster, action));
  const counts = await all(actions.filter(isCount));
  return [...counts, ...(await all(actions.filter((action) => !isCount(action))))];
}

async function carryOut(
  clients: CommonClients,
  cluster: ClusterName,
  action: Action,
): Promise<ActionOutcome> {
  const call = CALLS[action.kind];
  try {
    await send(clients, cluster, action);
    return { action, call, result: 'done' };
  } catch (error) {
    const { code, sentence, retryable } = explain(error);
    if (isManagedInstanceMissing(error)) return { action, call, result: 'gone', error: { code, sentence } };
    return { action, call, result: retryable ? 'retry' : 'refused', error: { code, sentence } };
  }
}

const CALLS: Readonly<Record<Action['kind'], string>> = {
  'set-desired': 'AutoScaling:SetDesiredCapacity',
  'order-drain': 'EventBridge:PutEvents',
  'order-release': 'EventBridge:PutEvents',
  terminate: 'AutoScaling:TerminateInstanceInAutoScalingGroup',
};

async function send(
  { autoScaling, events }: CommonClients,
  cluster: ClusterName,
  action: Action,
): Promise<void> {
  switch (action.kind) {
    case 'set-desired':
      await autoScaling.send(
        new SetDesiredCapacityCommand({
          AutoScalingGroupName: action.group,
          DesiredCapacity: action.desired,
          HonorCooldown: false,
        }),
      );
      return;
    case 'order-drain':
      return order(events, { verb: 'drain', instanceId: action.host, cluster, by: action.by });
    case 'order-release':
      return order(events, { verb: 'release', instanceId: action.host, cluster, by: action.by });
    case 'terminate':
      // With decrement: otherwise the group launches another one. By name, so that no termination policy chooses.
      await autoScaling.send(
        new TerminateInstanceInAutoScalingGroupCommand({
          InstanceId: action.host,
          ShouldDecrementDesiredCapacity: true,
        }),
      );
      return;
    default:
      return action satisfies never;
  }
}

/** An order to draining, as an operator gives it: events/drain-order.ts reads it. */
async function order(
  events: CommonClients['events'],
  detail: { verb: 'drain' | 'release'; instanceId: string; cluster: string; by: string },
): Promise<void> {
  const entry = {
    Source: 'stevedore.operator',
    DetailType: 'Stevedore Drain Order',
    Detail: JSON.stringify(detail),
  };
  const { FailedEntryCount = 0, Entries = [] } = await events.send(
    new PutEventsCommand({ Entries: [entry] }),
  );
  if (FailedEntryCount === 0) return;
  // PutEvents answers 200 even if it took none of them. What it names here passes: ThrottlingException, InternalFailure.
  const [{ ErrorCode = 'no code', ErrorMessage = 'no message' } = {}] = Entries;
  throw Object.assign(new Error(ErrorMessage), { name: ErrorCode });
}
