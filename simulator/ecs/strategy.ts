import type * as Sdk from '@aws-sdk/client-ecs';
import { ApiError } from '../kernel.ts';
import type { Capacity, Cluster, FargateProvider, Strategy } from './model.ts';

/** API reference, CapacityProviderStrategyItem and CreateService. */
const MOST_PROVIDERS = 20;
const MOST_WEIGHT = 1000;
const MOST_BASE = 100_000;

export function isFargate(provider: string): provider is FargateProvider {
  return provider === 'FARGATE' || provider === 'FARGATE_SPOT';
}

/** Whether its tasks run on Fargate rather than on container instances; a strategy never mixes the two. */
export function onFargate({ launchType, strategy }: Capacity): boolean {
  if (strategy === undefined) return launchType === 'FARGATE';
  return isFargate(strategy[0]?.capacityProvider ?? '');
}

/**
 * What a request asks for, in its own order.
 * @throws ApiError InvalidParameterException if a provider is not the cluster's, or the strategy breaks a rule
 */
export function readStrategy(cluster: Cluster, items: readonly Sdk.CapacityProviderStrategyItem[]): Strategy {
  const strategy = items.map(({ capacityProvider = '', base = 0, weight = 0 }) => ({
    capacityProvider,
    base,
    weight,
  }));
  // The sentence is the API's: dask/dask-cloudprovider#328.
  if (strategy.some((item) => !cluster.capacityProviders.has(item.capacityProvider))) {
    throw invalid(
      'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and try again.',
    );
  }
  if (strategy.length > MOST_PROVIDERS) {
    throw invalid(`A capacity provider strategy can contain at most ${MOST_PROVIDERS} capacity providers.`);
  }
  if (
    strategy.some(({ base, weight }) => base < 0 || base > MOST_BASE || weight < 0 || weight > MOST_WEIGHT)
  ) {
    throw invalid(`Base must be from 0 to ${MOST_BASE}, and weight from 0 to ${MOST_WEIGHT}.`);
  }
  if (new Set(strategy.map((item) => item.capacityProvider)).size < strategy.length) {
    throw invalid('A capacity provider strategy cannot contain duplicate capacity providers.');
  }
  if (strategy.filter(({ base }) => base > 0).length > 1) {
    throw invalid('Only one capacity provider in a capacity provider strategy can have a base defined.');
  }
  if (strategy.length > 0 && strategy.every(({ weight }) => weight === 0)) {
    throw invalid('At least one capacity provider must have a weight value greater than zero.');
  }
  if (new Set(strategy.map((item) => isFargate(item.capacityProvider))).size > 1) {
    throw invalid(
      'A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate.',
    );
  }
  return strategy;
}

export function sameStrategy(left: Strategy, right: Strategy): boolean {
  return (
    left.length === right.length &&
    left.every((item, index) => {
      const other = right[index];
      return (
        other?.capacityProvider === item.capacityProvider &&
        other.base === item.base &&
        other.weight === item.weight
      );
    })
  );
}

/**
 * The provider of the next task, given how many tasks each has: the base first, then the provider that is furthest
 * below its share by weight. Nothing here looks at capacity: there is no fallback (containers-roadmap#852). A base
 * counts without a weight too.
 */
export function nextProvider(strategy: Strategy, counts: ReadonlyMap<string, number>): string {
  const count = (provider: string) => counts.get(provider) ?? 0;
  const based = strategy.find(({ capacityProvider, base }) => count(capacityProvider) < base);
  if (based !== undefined) return based.capacityProvider;
  let chosen = '';
  let lowest = Number.POSITIVE_INFINITY;
  for (const { capacityProvider, base, weight } of strategy) {
    if (weight === 0) continue;
    const filled = (count(capacityProvider) - base + 1) / weight;
    if (filled >= lowest) continue;
    lowest = filled;
    chosen = capacityProvider;
  }
  return chosen;
}

/** How many of `desired` tasks each provider of the strategy is to have. */
export function shares(strategy: Strategy, desired: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let task = 0; task < desired; task++) {
    const provider = nextProvider(strategy, counts);
    counts.set(provider, (counts.get(provider) ?? 0) + 1);
  }
  return counts;
}

function invalid(sentence: string): ApiError {
  return new ApiError('InvalidParameterException', sentence);
}
