import { type Service, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { explain } from '../aws/explain.ts';
import type { FailoverClients } from '../aws/failover-clients.ts';
import type { ServiceAction } from './decision.ts';
import type { ActionOutcome } from './outcome.ts';
import { pinnedRevision } from './pin.ts';
import type { ServicePolicy } from './policy.ts';
import type { Strategy } from './record.ts';

/**
 * Carries out what was decided on one service; expected AWS errors become outcomes. To do so twice does no harm: the
 * strategy and the count are absolute, though the first makes ECS deploy once more.
 * @param taskDefinition what the service has now, of which images are pinned
 */
export async function act(
  clients: FailoverClients,
  policy: ServicePolicy,
  action: ServiceAction,
  taskDefinition: string,
): Promise<ActionOutcome> {
  let call = 'ECS:UpdateService';
  const wrote: string[] = [];
  try {
    switch (action.kind) {
      case 'set-strategy': {
        call = action.pin ? 'ECS:RegisterTaskDefinition' : call;
        const pinned = action.pin && (await pinnedRevision(clients, taskDefinition, action.pin));
        if (pinned?.registered) wrote.push(call);
        call = 'ECS:UpdateService';
        const service = await setStrategy(clients, policy, action.strategy, pinned?.arn);
        return { call, result: 'done', wrote, ...deployed(service, pinned?.arn ?? taskDefinition) };
      }
      case 'set-paired-count': {
        const { cluster, paired: service } = policy;
        if (service === null) throw new Error(`${policy.id} has no paired service in the policy.`);
        // Nothing else is given, so that nothing else changes: what UpdateService leaves out stays as it is.
        await clients.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: action.desired }));
        return { call, result: 'done' };
      }
      default:
        return action satisfies never;
    }
  } catch (error) {
    const { code, sentence, retryable } = explain(error);
    return { call, result: retryable ? 'retry' : 'refused', wrote, error: { code, sentence } };
  }
}

async function setStrategy(
  { ecs }: FailoverClients,
  { cluster, service }: ServicePolicy,
  strategy: Strategy,
  taskDefinition: string | undefined,
): Promise<Service | undefined> {
  const answer = await ecs.send(
    new UpdateServiceCommand({
      cluster,
      service,
      capacityProviderStrategy: strategy.map(({ provider, base, weight }) => ({
        capacityProvider: provider,
        base,
        weight,
      })),
      // Without it ECS refuses another strategy, whatever its reference says (ecspresso#977), and moves no task.
      forceNewDeployment: true,
      ...(taskDefinition !== undefined && { taskDefinition }),
    }),
  );
  return answer.service;
}

type Done = Extract<ActionOutcome, { readonly result: 'done' }>;

/** By which deployment the change is followed. */
function deployed(
  service: Service | undefined,
  taskDefinition: string,
): Pick<Done, 'deploymentId' | 'taskDefinition'> {
  const primary = service?.deployments?.find(({ status }) => status === 'PRIMARY');
  return {
    ...(primary?.id !== undefined && { deploymentId: primary.id }),
    taskDefinition: primary?.taskDefinition ?? service?.taskDefinition ?? taskDefinition,
  };
}
