import { PutClusterCapacityProvidersCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { isTransient } from '../../aws/errors.ts';
import { explain } from '../../aws/explain.ts';
import type { FailoverClients } from '../../aws/failover-clients.ts';
import type { ClusterName } from '../../ids.ts';
import type { MigrationAction } from './decision.ts';
import { readCluster } from './observe.ts';
import type { MigrationOutcome } from './outcome.ts';
import { knownAfter, type ProvidersToPut, providersToPut } from './providers.ts';

type Associate = Extract<MigrationAction, { readonly kind: 'associate' }>;
type Move = Extract<MigrationAction, { readonly kind: 'move' }>;

/** Carries out what was decided; expected AWS errors become outcomes. To do so twice does no harm. */
export function act(
  clients: FailoverClients,
  cluster: ClusterName,
  action: MigrationAction,
): Promise<MigrationOutcome> {
  switch (action.kind) {
    case 'associate':
      return associate(clients, cluster, action);
    case 'move':
      return move(clients, cluster, action);
    default:
      return action satisfies never;
  }
}

/**
 * Reads the list, writes it with what is missing, and reads it again: PutClusterCapacityProviders replaces the whole
 * list and has no compare-and-set, so that a write of somebody else in between may have lost ours, or ours theirs. Then
 * the union of both is written. A list that reads as it was before may just be an old answer (ECS developer guide,
 * "eventual consistency"), so that it is left to the next look.
 */
async function associate(
  clients: FailoverClients,
  cluster: ClusterName,
  action: Associate,
): Promise<MigrationOutcome> {
  let { known } = action;
  let writes = 0;
  let isWriting = false;
  try {
    let view = await readCluster(clients, cluster);
    while (view !== 'missing') {
      const put = providersToPut(view, known);
      const about = { kind: 'associated', writes, known, providers: view.providers } as const;
      if (!put) return { ...about, complete: true };
      if (writes === action.writes) return { ...about, complete: false };
      isWriting = true;
      await write(clients, cluster, put);
      isWriting = false;
      writes += 1;
      const after = await readCluster(clients, cluster);
      if (after === 'missing') break;
      known = knownAfter(known, view, after);
      if (sameSet(after.providers, view.providers)) {
        return { kind: 'associated', writes, known, providers: after.providers, complete: false };
      }
      view = after;
    }
    throw new Error(`Cluster ${cluster} was deleted while its capacity providers were written.`);
  } catch (error) {
    // Nobody knows whether a call that was cut off took effect.
    const written = writes > 0 || (isWriting && isTransient(error));
    return { kind: 'failed', ...failure(PUT, error), written, writes, known };
  }
}

const sameSet = (one: readonly string[], other: readonly string[]): boolean =>
  one.toSorted().join() === other.toSorted().join();

export const PUT = 'ECS:PutClusterCapacityProviders';
export const UPDATE = 'ECS:UpdateService';

function write(
  { ecs }: FailoverClients,
  cluster: ClusterName,
  { providers, defaultStrategy }: ProvidersToPut,
): Promise<unknown> {
  return ecs.send(
    new PutClusterCapacityProvidersCommand({
      cluster,
      capacityProviders: [...providers],
      defaultCapacityProviderStrategy: defaultStrategy.map((item) => ({ ...item })),
    }),
  );
}

async function move({ ecs }: FailoverClients, cluster: ClusterName, action: Move): Promise<MigrationOutcome> {
  try {
    const { service } = await ecs.send(
      new UpdateServiceCommand({
        cluster,
        service: action.service,
        capacityProviderStrategy: action.strategy.map(({ provider, base, weight }) => ({
          capacityProvider: provider,
          base,
          weight,
        })),
        // Without it ECS refuses another strategy, whatever its reference says (ecspresso#977), and moves no task.
        forceNewDeployment: true,
        // What is left out stays as it is; an empty list takes away.
        ...(action.clearConstraints && { placementConstraints: [] }),
        ...(action.clearStrategies && { placementStrategy: [] }),
      }),
    );
    const primary = service?.deployments?.find(({ status }) => status === 'PRIMARY');
    return { kind: 'moved', ...(primary?.id !== undefined && { deploymentId: primary.id }) };
  } catch (error) {
    return { kind: 'failed', ...failure(UPDATE, error), written: isTransient(error), writes: 0, known: [] };
  }
}

function failure(call: string, error: unknown) {
  const { code, sentence, retryable } = explain(error);
  return { call, code, sentence, retryable };
}
