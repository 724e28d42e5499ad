import { isDeepStrictEqual } from 'node:util';
import {
  DescribeTaskDefinitionCommand,
  type DescribeTaskDefinitionResponse,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionRequest,
} from '@aws-sdk/client-ecs';
import type { FailoverClients } from '../aws/failover-clients.ts';
import { pinnedTo } from './image-reference.ts';

export interface PinnedRevision {
  readonly arn: string;
  /** Set if there was none yet. */
  readonly registered?: true;
}

/**
 * A revision of the task definition in which the containers of `pin` have their images by digest, and all
 * else is as it was. It is registered, unless the newest revision of the family is such a one: so that what failed
 * after this is tried again without one more revision each time.
 * @throws what ECS throws beyond the retries
 */
export async function pinnedRevision(
  clients: FailoverClients,
  taskDefinition: string,
  pin: Readonly<Record<string, string>>,
): Promise<PinnedRevision> {
  const pinned = withDigests(registrable(await describe(clients, taskDefinition)), pin);
  const newest = await describe(clients, pinned.family ?? taskDefinition);
  const existing = newest.taskDefinition?.taskDefinitionArn;
  if (existing !== undefined && isDeepStrictEqual(registrable(newest), pinned)) return { arn: existing };
  const answer = await clients.ecs.send(new RegisterTaskDefinitionCommand(pinned));
  const arn = answer.taskDefinition?.taskDefinitionArn;
  if (arn === undefined) throw new Error(`ECS registered ${pinned.family} and did not say as what.`);
  return { arn, registered: true };
}

function describe({ ecs }: FailoverClients, taskDefinition: string): Promise<DescribeTaskDefinitionResponse> {
  return ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] }));
}

/** What RegisterTaskDefinition takes of what DescribeTaskDefinition gives; the rest ECS makes itself. */
function registrable({
  taskDefinition,
  tags,
}: DescribeTaskDefinitionResponse): RegisterTaskDefinitionRequest {
  const {
    taskDefinitionArn: _arn,
    revision: _revision,
    status: _status,
    requiresAttributes: _attributes,
    compatibilities: _compatibilities,
    registeredAt: _at,
    registeredBy: _by,
    deregisteredAt: _deregistered,
    deleteRequestedAt: _deleted,
    family,
    containerDefinitions,
    ...rest
  } = taskDefinition ?? {};
  return { ...rest, family, containerDefinitions, ...(tags && tags.length > 0 && { tags }) };
}

function withDigests(
  request: RegisterTaskDefinitionRequest,
  pin: Readonly<Record<string, string>>,
): RegisterTaskDefinitionRequest {
  return {
    ...request,
    containerDefinitions: request.containerDefinitions?.map((container) => {
      const digest = pin[container.name ?? ''];
      return digest === undefined || container.image === undefined
        ? container
        : { ...container, image: pinnedTo(container.image, digest) };
    }),
  };
}
