import { DescribeTaskDefinitionCommand, type TaskDefinition } from '@aws-sdk/client-ecs';
import { mapConcurrent } from '../../aws/batch.ts';
import type { AwsClients } from '../../aws/clients.ts';
import type { Needs } from '../../placement/model.ts';
import { type ContainerNeeds, containerNeeds } from './needs.ts';

/** What of a revision decides where its tasks can be. */
export interface Definition {
  readonly arn: string;
  /** Of the whole task; undefined: the containers' are added up. */
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
  /** Each task has a network interface of its own. */
  readonly awsvpc: boolean;
  readonly containers: readonly ContainerNeeds[];
  readonly requires: Needs['requires'];
  /** Of `memberOf` constraints. */
  readonly expressions: readonly string[];
}

const CONCURRENT_READS = 4;

/** Revisions by ARN. A revision never changes, so that `known` ones are not read again. */
export async function readDefinitions(
  { ecs }: AwsClients,
  arns: Iterable<string>,
  known: Map<string, Definition>,
): Promise<ReadonlyMap<string, Definition>> {
  const unknown = [...new Set(arns)].filter((arn) => !known.has(arn));
  await mapConcurrent(unknown, CONCURRENT_READS, async (taskDefinition) => {
    const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    // Taken for one that needs nothing, its tasks would fit everywhere.
    if (!answer.taskDefinition)
      throw new Error(`ECS described nothing of task definition ${taskDefinition}.`);
    known.set(taskDefinition, definitionOf(taskDefinition, answer.taskDefinition));
  });
  return known;
}

function definitionOf(arn: string, definition: TaskDefinition): Definition {
  const { networkMode = 'bridge', containerDefinitions = [], placementConstraints = [] } = definition;
  return {
    arn,
    cpu: numberIn(definition.cpu),
    memory: numberIn(definition.memory),
    awsvpc: networkMode === 'awsvpc',
    containers: containerDefinitions.map((container) => containerNeeds(container, networkMode)),
    requires: (definition.requiresAttributes ?? []).map(({ name = '', value }) => ({ name, value })),
    expressions: placementConstraints.flatMap(({ type, expression }) =>
      type === 'memberOf' ? (expression ?? '') : [],
    ),
  };
}

/** ECS writes `1 vCPU` and `2 GB` as whole numbers when a revision is registered (API reference, TaskDefinition). */
const numberIn = (text: string | undefined) => (text === undefined ? undefined : Number(text) || undefined);
