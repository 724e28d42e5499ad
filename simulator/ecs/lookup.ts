import { idOf } from '../../lib/ids.ts';
import { ApiError } from '../kernel.ts';
import type { Cluster } from './model.ts';

/** What the API may name: a short name or an ARN; none means `default`. @throws ApiError ClusterNotFoundException */
export function clusterNamed(clusters: ReadonlyMap<string, Cluster>, name: string | undefined): Cluster {
  const cluster = clusters.get(idOf(name ?? 'default'));
  if (cluster === undefined) throw new ApiError('ClusterNotFoundException', 'Cluster not found.');
  return cluster;
}

/** An id or an ARN within a cluster as the full ARN: the keys of our maps. */
export function arnOf(cluster: Cluster, type: 'task' | 'container-instance', name: string): string {
  if (name.startsWith('arn:')) return name;
  return `${cluster.arn.replace(/:cluster\/.*$/, '')}:${type}/${cluster.name}/${name}`;
}

/** @throws ApiError InvalidParameterException when a request names more things than the API allows in one call */
export function limit<Item>(items: readonly Item[] | undefined, most: number, what: string): readonly Item[] {
  if (items === undefined || items.length === 0) {
    throw new ApiError('InvalidParameterException', `${what} cannot be empty.`);
  }
  if (items.length > most) {
    throw new ApiError(
      'InvalidParameterException',
      `${what} can have at most ${most} items, not ${items.length}.`,
    );
  }
  return items;
}

export function missing(arn: string) {
  return { arn, reason: 'MISSING' };
}

/** Up to 100, and 100 unless asked: API reference, ListTasks and ListContainerInstances. */
export function pageSize(maxResults: number | undefined): number {
  return Math.min(maxResults ?? 100, 100);
}
