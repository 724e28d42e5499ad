import type { AwsClients } from '../../lib/aws/clients.ts';
import { isClusterNotFound } from '../../lib/aws/errors.ts';
import { describeContainerInstances, findContainerInstances } from '../../lib/draining/observe.ts';
import type { ClusterPolicy, DrainingPolicy } from '../../lib/draining/policy.ts';
import { type InstanceId, instanceId } from '../../lib/ids.ts';
import { BadInput } from '../command.ts';

/** How somebody names an instance: by its EC2 id, or by its id or ARN as a container instance. */
export type Named =
  | { readonly by: 'ec2'; readonly id: InstanceId }
  | { readonly by: 'container-instance'; readonly id: string; readonly cluster: string | null };

/** An instance of a cluster of the policy. */
export interface Host {
  readonly instanceId: InstanceId;
  readonly cluster: ClusterPolicy;
}

const ARN = /^arn:[^:]+:ecs:[^:]*:[^:]*:container-instance\/(?:([A-Za-z0-9_-]+)\/)?([0-9A-Za-z-]+)$/;

/** Throws `BadInput`. */
export function namedInstance(text: string): Named {
  if (/^i-[0-9a-z]{1,40}$/.test(text)) return { by: 'ec2', id: instanceId(text) };
  const [, cluster = null, id = ''] = ARN.exec(text) ?? [];
  if (id !== '') return { by: 'container-instance', id: text, cluster };
  if (/^[0-9a-f]{32}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) {
    return { by: 'container-instance', id: text, cluster: null };
  }
  throw new BadInput(
    `INSTANCE: found ${JSON.stringify(text)}, expected an EC2 id such as i-0a1b2c3d4e5f67890, or the id or ARN of a container instance.`,
  );
}

/** The clusters that an instance may be in: the one that is named, or all of the policy. Throws `BadInput`. */
export function clustersOf(
  { clusters }: DrainingPolicy,
  named: Named,
  option: string | undefined,
  policyFile: string,
): readonly ClusterPolicy[] {
  const inArn = named.by === 'container-instance' ? named.cluster : null;
  if (inArn !== null && option !== undefined && option !== inArn) {
    throw new BadInput(`--cluster: found ${option}, but the ARN is of cluster ${inArn}.`);
  }
  const wanted = option ?? inArn;
  const names = clusters.map(({ cluster }) => cluster).join(', ');
  if (clusters.length === 0)
    throw new BadInput(`${policyFile} drains nothing: it has no clusters under draining.`);
  if (wanted === null) return clusters;
  const found = clusters.filter(({ cluster }) => cluster === wanted);
  if (found.length === 0) {
    throw new BadInput(`${policyFile} has no cluster ${wanted} under draining, only ${names}.`);
  }
  return found;
}

/**
 * Asks ECS which of the clusters has the instance. Throws `BadInput` if none has, and what ECS throws beyond the
 * retries.
 */
export async function findHost(
  clients: AwsClients,
  named: Named,
  clusters: readonly ClusterPolicy[],
): Promise<Host> {
  for (const cluster of clusters) {
    const found = await unlessMissing(instanceIn(clients, named, cluster));
    if (found === undefined) continue;
    if (found.startsWith('i-')) return { instanceId: instanceId(found), cluster };
    throw new BadInput(
      `${named.id} is ${found}, an ECS Anywhere machine, which Stevedore leaves alone: drain it with aws ecs update-container-instances-state.`,
    );
  }
  const names = clusters.map(({ cluster }) => cluster).join(', ');
  throw new BadInput(
    `${named.id} is no container instance of ${names}. Look for it in ECS, or name its cluster.`,
  );
}

async function instanceIn(
  clients: AwsClients,
  named: Named,
  { cluster }: ClusterPolicy,
): Promise<string | undefined> {
  if (named.by === 'ec2') {
    const [arn] = await findContainerInstances(clients, cluster, [named.id]);
    return arn === undefined ? undefined : named.id;
  }
  const [one] = await describeContainerInstances(clients, cluster, [named.id]);
  return one?.status === 'INACTIVE' ? undefined : one?.ec2InstanceId;
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isClusterNotFound(error)) return undefined;
    throw error;
  }
}
