import {
  type Cluster,
  type ClusterField,
  DescribeClustersCommand,
  type ECSClient,
  ListClustersCommand,
} from '@aws-sdk/client-ecs';
import { collectPages } from '../../lib/aws/paging.ts';
import { idOf } from '../../lib/ids.ts';
import type { Policy } from './finding.ts';
import { inBatches } from './read/in-batches.ts';

/** As many as DescribeClusters takes. */
const CLUSTERS_A_CALL = 100;

/** Every cluster that a policy file names, for any capability. */
export function clustersOf(policy: Policy): string[] {
  if (policy === null) return [];
  const { draining, scaling, failover, retagging } = policy;
  const scaled = scaling.targets.flatMap(({ target }) => target.cluster ?? []);
  const deployed = retagging.rules.flatMap(({ deploy }) => deploy);
  const all = [...draining.clusters, ...failover.services, ...failover.migrations, ...deployed];
  return [...new Set([...all.map(({ cluster }) => cluster), ...scaled])];
}

/** Names or ARNs, or every one of the account and Region. `missing`: ECS does not have it, or not any more. */
export async function findClusters(
  ecs: ECSClient,
  wanted: readonly string[] | 'all',
  include: ClusterField[] = [],
): Promise<{ readonly found: readonly Cluster[]; readonly missing: readonly string[] }> {
  const names = wanted === 'all' ? await listClusters(ecs) : wanted;
  const clusters = await inBatches(names, CLUSTERS_A_CALL, async (some) => {
    const answer = await ecs.send(new DescribeClustersCommand({ clusters: some, include }));
    return answer.clusters ?? [];
  });
  // A deleted one can be described for some time.
  const found = clusters.filter(({ status }) => status !== 'INACTIVE');
  const known = new Set(found.map(({ clusterName }) => clusterName));
  return { found, missing: [...new Set(names.map(idOf))].filter((name) => !known.has(name)) };
}

const listClusters = (ecs: ECSClient): Promise<string[]> =>
  collectPages('ECS ListClusters', async (nextToken) => {
    const page = await ecs.send(new ListClustersCommand({ nextToken }));
    return { items: page.clusterArns, next: page.nextToken };
  });
