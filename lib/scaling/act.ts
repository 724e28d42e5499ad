import { SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import { UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { mapConcurrent } from '../aws/batch.ts';
import { isClusterNotFound, isGroupMissing, isServiceNotFound } from '../aws/errors.ts';
import { explain } from '../aws/explain.ts';
import type { ScalingClients } from '../aws/scaling-clients.ts';
import type { ScalingOutcome } from './outcome.ts';
import type { Target } from './policy.ts';

/** A count to set, absolute: to send it twice sets the same. */
export interface Order {
  readonly target: Target;
  readonly desired: number;
}

/** What came of it, and which call that was. */
export interface ActionOutcome extends ScalingOutcome {
  readonly call: string;
}

/** UpdateService is refilled at 5 a second for the account and Region ("Request throttling", ECS API reference). */
const CONCURRENT_CALLS = 4;

/** Sets the counts; expected AWS errors become outcomes, by target id. */
export async function act(
  clients: ScalingClients,
  orders: readonly Order[],
): Promise<Map<string, ActionOutcome>> {
  const outcomes = await mapConcurrent(
    orders,
    CONCURRENT_CALLS,
    async (order) => [order.target.id, await carryOut(clients, order)] as const,
  );
  return new Map(outcomes);
}

async function carryOut(clients: ScalingClients, order: Order): Promise<ActionOutcome> {
  const call = order.target.kind === 'service' ? 'ECS:UpdateService' : 'AutoScaling:SetDesiredCapacity';
  try {
    await send(clients, order);
    return { call, result: 'done' };
  } catch (error) {
    const { code, sentence, retryable } = explain(error);
    if (isServiceNotFound(error) || isClusterNotFound(error) || isGroupMissing(error)) {
      return { call, result: 'gone', error: { code, sentence } };
    }
    return { call, result: retryable ? 'retry' : 'refused', error: { code, sentence } };
  }
}

function send({ ecs, autoScaling }: ScalingClients, { target, desired }: Order): Promise<unknown> {
  switch (target.kind) {
    case 'service':
      // Nothing else is given, so that nothing else changes: what UpdateService leaves out stays as it is.
      return ecs.send(
        new UpdateServiceCommand({
          cluster: target.cluster,
          service: target.service,
          desiredCount: desired,
        }),
      );
    case 'group':
      // The cooldown of simple scaling is not ours; lifecycle hooks would hold it for long (widdix/aws-cf-templates#306).
      return autoScaling.send(
        new SetDesiredCapacityCommand({
          AutoScalingGroupName: target.group,
          DesiredCapacity: desired,
          HonorCooldown: false,
        }),
      );
    default:
      return target satisfies never;
  }
}
