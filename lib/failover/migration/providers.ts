import type { ClusterView, DefaultItem } from './snapshot.ts';

/** The capacity providers that every account has; they only need to be associated with the cluster. */
export const FARGATE_PROVIDERS: readonly string[] = ['FARGATE', 'FARGATE_SPOT'];

/** The whole of what PutClusterCapacityProviders sets: what it does not name is detached. */
export interface ProvidersToPut {
  readonly providers: readonly string[];
  readonly defaultStrategy: readonly DefaultItem[];
}

export const lacksFargate = ({ providers }: Pick<ClusterView, 'providers'>): boolean =>
  FARGATE_PROVIDERS.some((name) => !providers.includes(name));

/**
 * The list to write so that the cluster has both Fargate providers and everything that was ever seen on it, with the
 * default strategy that it has now; undefined when nothing is to be written.
 */
export function providersToPut(
  { providers, defaultStrategy }: Pick<ClusterView, 'providers' | 'defaultStrategy'>,
  known: readonly string[],
): ProvidersToPut | undefined {
  const all = union(providers, known, FARGATE_PROVIDERS);
  return all.length === new Set(providers).size ? undefined : { providers: all, defaultStrategy };
}

/**
 * What must still be there after a write. `before` is what the write was made from, `after` was read behind it. A
 * provider that somebody added in between was never in `before`, and our write has taken it away; but its attachments
 * (managed scaling, managed termination protection) are still there to tell of it.
 */
export function knownAfter(
  known: readonly string[],
  before: ClusterView,
  after: ClusterView,
): readonly string[] {
  const leftovers = after.attached.filter((name) => !before.attached.includes(name));
  return union(known, before.providers, after.providers, leftovers);
}

export const union = (...lists: readonly (readonly string[])[]): readonly string[] => [
  ...new Set(lists.flat()),
];
