import {
  type ContainerDefinition,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  ListServicesCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { chunk } from '../aws/batch.ts';
import { collectPages } from '../aws/paging.ts';
import { idOf } from '../ids.ts';

/** A service that a rule names, or that `*` stands for. */
export interface Named {
  /** `CLUSTER/SERVICE`. */
  readonly name: string;
  /** By `*`: it need not use the tag. */
  readonly byStar: boolean;
  readonly service: Service | 'missing';
}

/** The limits of DescribeServices and ListServices. */
const BATCH = 10;
const PAGE = 100;

/**
 * Reads services by `CLUSTER/SERVICE`, where `*` stands for all of the cluster.
 * @throws what ECS throws beyond the retries
 */
export async function readServices(ecs: ECSClient, names: readonly string[]): Promise<Named[]> {
  const clusters = Map.groupBy(names, (name) => name.slice(0, name.indexOf('/')));
  const named: Named[] = [];
  for (const [cluster, own] of clusters) {
    const wanted = new Set(own.map((name) => name.slice(cluster.length + 1)));
    const all = wanted.has('*') ? await listServices(ecs, cluster) : [];
    const services = new Set([...[...wanted].filter((name) => name !== '*'), ...all]);
    for (const batch of chunk([...services], BATCH)) {
      const { services: found = [] } = await ecs.send(
        new DescribeServicesCommand({ cluster, services: batch }),
      );
      for (const name of batch) {
        const service = found.find(({ serviceName }) => serviceName === name) ?? 'missing';
        named.push({ name: `${cluster}/${name}`, byStar: !wanted.has(name), service });
      }
    }
  }
  return named;
}

async function listServices(ecs: ECSClient, cluster: string): Promise<string[]> {
  const arns = await collectPages(`ECS ListServices of cluster ${cluster}`, async (nextToken) => {
    const output = await ecs.send(
      new ListServicesCommand({ cluster, maxResults: PAGE, ...(nextToken !== undefined && { nextToken }) }),
    );
    return { items: output.serviceArns, next: output.nextToken };
  });
  return arns.map(idOf);
}

/** The containers of task definitions, each read once. */
export function createContainers(ecs: ECSClient) {
  const read = new Map<string, readonly ContainerDefinition[]>();
  return async (taskDefinition: string): Promise<readonly ContainerDefinition[]> => {
    const known = read.get(taskDefinition);
    if (known) return known;
    const output = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    const containers = output.taskDefinition?.containerDefinitions ?? [];
    read.set(taskDefinition, containers);
    return containers;
  };
}
