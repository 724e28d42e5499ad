import type * as Sdk from '@aws-sdk/client-ecs';
import { ApiError, type Operations, operation } from '../kernel.ts';
import type { Random } from '../random.ts';
import type { Ecs } from './ecs.ts';
import { clusterNamed } from './lookup.ts';
import type { AskedPlace, Capacity, Cluster, ContainerImage, Task, TaskDefinition } from './model.ts';
import { type PlacementOrder, placeOne } from './placement.ts';
import { whyNot } from './placement-failure.ts';
import { readConstraints, readStrategies } from './placement-request.ts';
import { fargateSentence } from './service-events.ts';
import { onFargate, readStrategy } from './strategy.ts';
import { taskShape } from './task-shapes.ts';
import { checkFargate, known, readNetwork } from './update.ts';
import { awaitedProvider, tasksOfGroup } from './waiting.ts';

/** API reference, RunTask. */
const MOST_TASKS = 10;

interface Answer {
  readonly tasks: Task[];
  readonly failures: Sdk.Failure[];
}

/** What the tasks of one request have in common. */
interface Order {
  readonly cluster: Cluster;
  readonly definition: TaskDefinition;
  readonly images: readonly ContainerImage[];
  readonly group: string;
  readonly count: number;
  readonly startedBy?: string;
  readonly asked?: AskedPlace;
}

export function createRunTask(ecs: Ecs, random: Random): Operations {
  /** Tasks by client token: the same request again runs no more (developer guide, "Ensuring idempotency"). */
  const answered = new Map<string, Answer>();
  return {
    RunTask: operation((input: Sdk.RunTaskRequest) => {
      const { clientToken } = input;
      const before = clientToken === undefined ? undefined : answered.get(clientToken);
      const answer = before ?? runTask(ecs, input, random);
      if (clientToken !== undefined && answer.tasks.length > 0) answered.set(clientToken, answer);
      return { tasks: answer.tasks.map(taskShape), failures: answer.failures };
    }),
  };
}

function runTask(ecs: Ecs, input: Sdk.RunTaskRequest, random: Random): Answer {
  const cluster = clusterNamed(ecs.clusters, input.cluster);
  const definition = known(ecs, input.taskDefinition ?? '');
  const capacity = capacityOf(cluster, input);
  const count = input.count ?? 1;
  if (count < 1 || count > MOST_TASKS) {
    throw new ApiError('InvalidParameterException', `Count must be from 1 to ${MOST_TASKS}.`);
  }
  const order: Order = {
    cluster,
    definition,
    images: ecs.deployments.resolve(definition),
    group: input.group ?? `family:${definition.family}`,
    count,
    ...(input.startedBy === undefined ? {} : { startedBy: input.startedBy }),
  };
  if (!onFargate(capacity)) {
    const asked = {
      constraints: readConstraints(input.placementConstraints ?? []),
      strategies: readStrategies(input.placementStrategy ?? []),
    };
    return onInstances(ecs, { ...order, asked }, capacity, random);
  }
  const network = readNetwork(ecs, input.networkConfiguration);
  const { platformVersion } = input;
  checkFargate(ecs, { definition, capacity, network });
  const next = ecs.fargate.places({ definition, capacity, network, platformVersion }, []);
  const answer: Answer = { tasks: [], failures: [] };
  for (let task = 0; task < count; task++) {
    const place = next();
    // No ARN, and a sentence for a reason: seen in gchq/sleeper#904.
    if ('kind' in place) answer.failures.push({ reason: fargateSentence(place) });
    else answer.tasks.push(ecs.tasks.place({ ...order, on: { ...place, cluster } }));
  }
  return answer;
}

function onInstances(
  ecs: Ecs,
  order: Order & { asked: AskedPlace },
  capacity: Capacity,
  random: Random,
): Answer {
  const { cluster, definition, group, asked } = order;
  const answer: Answer = { tasks: [], failures: [] };
  const byProvider = capacity.strategy !== undefined;
  for (let task = 0; task < order.count; task++) {
    const alike = tasksOfGroup(cluster, group);
    const wanted: PlacementOrder = { cluster, definition, capacity, ...asked, alike };
    const on = placeOne(wanted, random);
    if (on !== undefined) {
      answer.tasks.push(ecs.tasks.place({ ...order, on, byProvider }));
      continue;
    }
    const awaited = awaitedProvider(cluster, capacity, alike);
    if (awaited === undefined) return { ...answer, failures: failuresOf(wanted) };
    answer.tasks.push(ecs.tasks.place({ ...order, on: { cluster, awaited } }));
  }
  return answer;
}

/** Of each instance, what it lacks: Developer Guide, "Amazon ECS API failure reasons". */
function failuresOf(wanted: PlacementOrder): Sdk.Failure[] {
  const instances = [...wanted.cluster.instances.values()].filter(({ status }) => status !== 'INACTIVE');
  if (instances.length === 0) {
    throw new ApiError('InvalidParameterException', 'No Container Instances were found in your cluster.');
  }
  return instances.map((instance) => ({
    arn: instance.arn,
    reason: whyNot(instance, wanted)?.reason ?? 'RESOURCE:MEMORY',
  }));
}

function capacityOf(cluster: Cluster, input: Sdk.RunTaskRequest): Capacity {
  const { launchType, capacityProviderStrategy: items } = input;
  if (items !== undefined && items.length > 0) {
    if (launchType !== undefined) {
      throw new ApiError(
        'InvalidParameterException',
        'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
      );
    }
    return { strategy: readStrategy(cluster, items) };
  }
  if (launchType === undefined && cluster.defaultStrategy.length > 0) {
    return { strategy: cluster.defaultStrategy };
  }
  return { launchType: launchType === 'FARGATE' ? 'FARGATE' : 'EC2' };
}
