import type { Test } from './expression.ts';
import type { ContainerInstance, Service, Task } from './model.ts';
import { starting } from './model.ts';
import { changingTest, constraintTest, fits, open, providerTest } from './placement.ts';

/** What a daemon service does next: the tasks to stop, the instances to place one on, and how many it is for. */
interface DaemonMoves {
  readonly gone: readonly Task[];
  readonly free: readonly ContainerInstance[];
  readonly hosts: number;
}

/**
 * One task on every open instance that it fits. On a DRAINING one the daemon goes last, once no replica task there
 * is RUNNING; observed so, and not at STOPPED, in aws/amazon-ecs-agent#3829.
 */
export function daemonMoves(service: Service): DaemonMoves {
  const [primary] = service.deployments;
  const allowed = daemonTest(service);
  const own = new Set<ContainerInstance>();
  const gone: Task[] = [];
  for (const task of service.tasks) {
    const { instance } = task;
    if (instance === undefined) continue;
    own.add(instance);
    const replaced = task.startedBy !== primary.id;
    if (replaced || (instance.status === 'DRAINING' && !hasReplica(instance))) gone.push(task);
  }
  const free: ContainerInstance[] = [];
  let hosts = 0;
  for (const instance of service.cluster.instances.values()) {
    if (!allowed(instance)) continue;
    hosts += 1;
    if (!own.has(instance) && fits(instance, primary.revision.definition)) free.push(instance);
  }
  return { gone, free, hosts };
}

function hasReplica(instance: ContainerInstance): boolean {
  for (const task of instance.tasks) {
    if (task.service?.strategy !== 'REPLICA') continue;
    if (task.lastStatus === 'RUNNING' || (starting(task) && task.desiredStatus === 'RUNNING')) return true;
  }
  return false;
}

/** Instances that a daemon service has a task on, room or not. */
export function daemonTest({ constraints, deployments: [{ revision }] }: Service): Test {
  const { definition, capacity } = revision;
  const provided = providerTest(capacity);
  const lasting = constraintTest(constraints, definition);
  const changing = changingTest([...constraints, ...definition.constraints]);
  return (instance) => open(instance) && provided(instance) && lasting(instance) && changing(instance);
}
