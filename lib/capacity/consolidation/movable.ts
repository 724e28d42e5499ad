import { type EpochMs, utc } from '../../clock.ts';
import { idOf } from '../../ids.ts';
import type { KeptReason } from '../plan.ts';
import type { ServiceView, TaskView } from '../view.ts';

/** What keeps a task where it is. */
export interface Hold {
  readonly why: Extract<
    KeptReason,
    'protected-task' | 'standalone-task' | 'service-deploying' | 'service-cannot-move'
  >;
  readonly sentence: string;
}

export const taskInWords = ({ id, workload }: Pick<TaskView, 'id' | 'workload'>) =>
  `Task ${idOf(id)} of ${workload.group}`;

/** What keeps the task on its instance; undefined: a drain would move it, or it goes with the instance. */
export function holdOf(
  task: TaskView,
  services: ReadonlyMap<string, ServiceView>,
  now: EpochMs,
): Hold | undefined {
  if (task.kind === 'daemon') return undefined;
  const who = taskInWords(task);
  if (task.protectedUntil !== undefined && task.protectedUntil > now) {
    const sentence = `${who} is protected from scale-in until ${utc(task.protectedUntil)}. It can go when the task ends its protection.`;
    return { why: 'protected-task', sentence };
  }
  // Draining leaves them alone (Developer Guide, "Draining Amazon ECS container instances"): it would wait for their end.
  if (task.kind === 'standalone') {
    const sentence = `${who} is of no service, and ECS does not move such tasks. It can go when the task has ended.`;
    return { why: 'standalone-task', sentence };
  }
  // It needs no other place; ECS has started what comes after it, or will.
  return task.stopping ? undefined : holdOfService(task.workload.group, services.get(task.workload.group));
}

/**
 * CODE_DEPLOY and EXTERNAL are no exception: between their deployments ECS itself replaces their tasks on DRAINING
 * instances, within the same two percentages (API reference, DeploymentConfiguration).
 */
function holdOfService(group: string, service: ServiceView | undefined): Hold | undefined {
  if (service === undefined) {
    return {
      why: 'service-cannot-move',
      sentence: `${group} is not among the services of the cluster, so that its tasks may not be replaced. See whether it was deleted.`,
    };
  }
  // Twice the tasks are there meanwhile, and what is counted on now may be gone when it ends.
  if (service.deploying) {
    const by = service.controller === 'ECS' ? '' : ` (${service.controller})`;
    return { why: 'service-deploying', sentence: `${group} is being deployed${by}. It can go afterwards.` };
  }
  if (stopsFirst(service) && service.running <= floorOf(service)) {
    const { desired, running, minimumHealthyPercent, maximumPercent } = service;
    return {
      why: 'service-cannot-move',
      sentence: `${group} cannot move: of ${desired} desired tasks ${running} run, ${minimumHealthyPercent} % must stay healthy and ${maximumPercent} % may run, so that ECS may neither stop one nor start one more. Lower minimumHealthyPercent or raise maximumPercent.`,
    };
  }
  return undefined;
}

// Rounded up, and down: Developer Guide, service definition parameters.
const floorOf = ({ desired, minimumHealthyPercent }: ServiceView) =>
  Math.ceil((desired * minimumHealthyPercent) / 100);
const ceilingOf = ({ desired, maximumPercent }: ServiceView) => Math.floor((desired * maximumPercent) / 100);

/** Whether ECS may start no task more, and thus has to stop one before it replaces it. */
export const stopsFirst = (service: ServiceView) => ceilingOf(service) <= service.running;
