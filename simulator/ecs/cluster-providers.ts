import type * as Sdk from '@aws-sdk/client-ecs';
import { SECOND } from '../../lib/clock.ts';
import { ApiError, draw, type Kernel } from '../kernel.ts';
import type { CapacityProvider, Cluster } from './model.ts';
import { readStrategy } from './strategy.ts';

/** Capacity providers: those of the account, and which of them a cluster has. */
export class ClusterProviders {
  readonly #kernel: Kernel;
  /** FARGATE and FARGATE_SPOT are there in every account; the others were created. */
  readonly all = new Map<string, CapacityProvider>([
    ['FARGATE', fargate('FARGATE')],
    ['FARGATE_SPOT', fargate('FARGATE_SPOT')],
  ]);

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Creates one and gives it to the cluster. */
  add(cluster: Cluster, provider: CapacityProvider): void {
    this.all.set(provider.name, provider);
    cluster.capacityProviders.set(provider.name, provider);
  }

  /** The cluster has these providers and no others. @throws ApiError InvalidParameterException if one does not exist */
  associate(
    cluster: Cluster,
    names: readonly string[],
    defaultStrategy: readonly Sdk.CapacityProviderStrategyItem[],
  ): void {
    const found = names.map((name) => this.#known(name));
    cluster.capacityProviders.clear();
    for (const provider of found) cluster.capacityProviders.set(provider.name, provider);
    cluster.defaultStrategy = readStrategy(cluster, defaultStrategy);
  }

  /** PutClusterCapacityProviders. @throws ApiError as the operation does */
  put(cluster: Cluster, input: Sdk.PutClusterCapacityProvidersRequest): void {
    const { capacityProviders: names, defaultCapacityProviderStrategy: strategy } = input;
    if (names === undefined || strategy === undefined) {
      throw new ApiError(
        'InvalidParameterException',
        'Both the capacity providers and the default capacity provider strategy must be given.',
      );
    }
    const now = this.#kernel.now();
    if (now < cluster.updatingUntil) {
      throw new ApiError(
        'UpdateInProgressException',
        'The specified cluster is in a busy state. Cluster attachments must be in UPDATE_COMPLETE or UPDATE_FAILED state before they can be updated. Wait and try again.',
      );
    }
    const kept = new Set(names);
    for (const provider of providersInUse(cluster)) {
      if (kept.has(provider) || !cluster.capacityProviders.has(provider)) continue;
      throw new ApiError(
        'ResourceInUseException',
        'The specified capacity provider is in use and cannot be removed.',
      );
    }
    const before = { names: [...cluster.capacityProviders.keys()], strategy: cluster.defaultStrategy };
    try {
      this.associate(cluster, names, strategy);
    } catch (error) {
      this.associate(cluster, before.names, before.strategy);
      throw error;
    }
    // How long it takes is assumed.
    cluster.updatingUntil = now + draw(this.#kernel.random, [5 * SECOND, 15 * SECOND]);
  }

  #known(name: string): CapacityProvider {
    const provider = this.all.get(name);
    if (provider !== undefined) return provider;
    throw new ApiError(
      'InvalidParameterException',
      `The specified capacity provider '${name}' was not found.`,
    );
  }
}

/** By a task that is not STOPPED yet, or by a service. */
function providersInUse(cluster: Cluster): Set<string> {
  const used = new Set<string>();
  for (const { lastStatus, fargate, instance, provider: chosen } of cluster.tasks.values()) {
    if (lastStatus === 'STOPPED' || fargate?.byLaunchType === true) continue;
    const provider = fargate?.provider ?? chosen ?? instance?.capacityProvider;
    if (provider !== undefined) used.add(provider);
  }
  for (const { status, deployments } of cluster.services.values()) {
    if (status === 'INACTIVE') continue;
    for (const { revision } of deployments) {
      for (const { capacityProvider } of revision.capacity.strategy ?? []) used.add(capacityProvider);
    }
  }
  return used;
}

function fargate(name: string): CapacityProvider {
  const managed = { managedDraining: false, managedScaling: false, managedTerminationProtection: false };
  return { name, groupArn: undefined, ...managed };
}

const switched = (on: boolean) => (on ? 'ENABLED' : 'DISABLED');

export function providerShape(kernel: Kernel, provider: CapacityProvider) {
  const { name, groupArn, managedDraining, managedScaling, managedTerminationProtection } = provider;
  return {
    capacityProviderArn: `arn:aws:ecs:${kernel.region}:${kernel.account}:capacity-provider/${name}`,
    name,
    status: 'ACTIVE',
    ...(groupArn === undefined
      ? {}
      : {
          autoScalingGroupProvider: {
            autoScalingGroupArn: groupArn,
            managedScaling: { status: switched(managedScaling), targetCapacity: 100 },
            managedDraining: switched(managedDraining),
            managedTerminationProtection: switched(managedTerminationProtection),
          },
        }),
  };
}
