import type { Deployment, Service, Task, TaskSet } from '@aws-sdk/client-ecs';

/** Tasks that a service wants and that ECS finds no place for. */
export interface Missing {
  readonly definitionArn: string;
  readonly count: number;
  /** The capacity provider that would get them; undefined: launch type EC2. */
  readonly provider: string | undefined;
}

/**
 * What a service lacks. Where no instance has room ECS makes no task at all, only a message, so that what is lacking is
 * what it would start now, less what is there. With managed scaling ECS makes the tasks at once and leaves them
 * PROVISIONING until there is an instance, so that none lacks; without it a capacity provider makes none either
 * (AWS Containers blog, "Deep dive on Amazon ECS cluster auto scaling").
 * @param tasks of the service, told to run, PROVISIONING ones included
 * @param draining ARNs of DRAINING container instances: ECS replaces the tasks on them, and finds room elsewhere or not
 */
export function missingTasks(
  service: Service,
  tasks: readonly Task[],
  draining: ReadonlySet<string>,
): Missing[] {
  if (service.status !== 'ACTIVE' || service.schedulingStrategy === 'DAEMON') return [];
  const { deployments = [], taskSets = [] } = service;
  const found =
    taskSets.length > 0
      ? taskSets.map((set) => missingOfSet(set, tasks))
      : deployments
          .filter(({ status }) => status === 'PRIMARY')
          .map((one) => missingOf(one, service, tasks, draining));
  return found.filter(({ count }) => count > 0);
}

/** Task sets each have a count of their own, and share no room (API reference, TaskSet). */
function missingOfSet(set: TaskSet, tasks: readonly Task[]): Missing {
  const { id, taskDefinition = '', computedDesiredCount = 0 } = set;
  const own = tasks.filter(({ startedBy }) => startedBy === id).length;
  return { definitionArn: taskDefinition, count: computedDesiredCount - own, provider: providerOf(set) };
}

function missingOf(
  primary: Deployment,
  service: Service,
  tasks: readonly Task[],
  draining: ReadonlySet<string>,
): Missing {
  const { desiredCount: desired = 0, deploymentConfiguration } = service;
  const { minimumHealthyPercent = 100, maximumPercent = 200 } = deploymentConfiguration ?? {};
  const definitionArn = primary.taskDefinition ?? service.taskDefinition ?? '';
  // A task says by whose deployment it was started (API reference, Task).
  const own = tasks.filter(
    ({ startedBy, containerInstanceArn = '' }) =>
      startedBy === primary.id && !draining.has(containerInstanceArn),
  ).length;
  const running = tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length;
  // While ECS may still stop tasks of the deployment before, or on DRAINING instances, it makes room for itself.
  const makesRoom = own < tasks.length && running > Math.ceil((desired * minimumHealthyPercent) / 100);
  const room = Math.floor((desired * maximumPercent) / 100) - tasks.length;
  const count = makesRoom ? 0 : Math.min(desired - own, room);
  return { definitionArn, count, provider: providerOf(primary.capacityProviderStrategy ? primary : service) };
}

/** Of several, the one that gets most by base and weight; how many each gets ECS alone knows. */
function providerOf({
  capacityProviderStrategy: strategy = [],
}: Pick<Service, 'capacityProviderStrategy'>): string | undefined {
  const first = strategy.toSorted(
    (a, b) => (b.weight ?? 0) - (a.weight ?? 0) || (b.base ?? 0) - (a.base ?? 0),
  )[0];
  return first?.capacityProvider;
}
