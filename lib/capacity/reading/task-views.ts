import type { Service, Task } from '@aws-sdk/client-ecs';
import type { EpochMs } from '../../clock.ts';
import type { Since } from '../since.ts';
import type { PendingTasks, TaskView } from '../view.ts';
import { missingTasks } from './missing-tasks.ts';
import { type Overrides, overridesOf } from './needs.ts';
import type { Definition } from './read-definitions.ts';
import { type Kind, keyOf, type Workloads } from './workloads.ts';

/** What tasks are made of. */
export interface Making {
  readonly workloads: Workloads;
  readonly definitions: ReadonlyMap<string, Definition>;
  /** By task group. */
  readonly services: ReadonlyMap<string, Service>;
  /** ARNs of container instances. */
  readonly draining: ReadonlySet<string>;
}

/** The tasks on hosts. @param hosts EC2 ids by container instance ARN. Pure. */
export function taskViews(
  tasks: readonly Task[],
  hosts: ReadonlyMap<string, string>,
  protectedUntil: ReadonlyMap<string, EpochMs>,
  making: Making,
): TaskView[] {
  return tasks.flatMap((task): TaskView[] => {
    const { taskArn: id = '', group = '', desiredStatus, startedAt } = task;
    const host = hosts.get(task.containerInstanceArn ?? '');
    const kind = kindOf(task, making);
    if (host === undefined || kind === undefined) return [];
    return [
      {
        id,
        host,
        workload: making.workloads.of(kind),
        kind: ownerOf(group, making),
        startedAt: startedAt?.getTime(),
        protectedUntil: protectedUntil.get(id),
        stopping: desiredStatus === 'STOPPED',
      },
    ];
  });
}

/** RunTask may set any group but one that begins so (API reference, RunTask). */
function ownerOf(group: string, { services }: Making): TaskView['kind'] {
  if (!group.startsWith('service:')) return 'standalone';
  return services.get(group)?.schedulingStrategy === 'DAEMON' ? 'daemon' : 'service';
}

/**
 * What should run and has no instance: tasks that ECS keeps PROVISIONING for a capacity provider, and those that it
 * cannot even make. Pure.
 */
export function pendingTasks(tasks: readonly Task[], making: Making, since: Since): PendingTasks[] {
  const waiting = new Map<string, { kind: Kind; count: number; since: EpochMs }>();
  const add = (kind: Kind | undefined, count: number, createdAt?: EpochMs) => {
    if (kind === undefined) return;
    const key = keyOf(kind);
    const before = waiting.get(key);
    // When ECS made the first of them is exact; what it has not made has no date but ours.
    const from = Math.min(before?.since ?? Number.POSITIVE_INFINITY, createdAt ?? since.of(key));
    waiting.set(key, { kind, count: count + (before?.count ?? 0), since: from });
  };
  const wanted = tasks.filter(({ desiredStatus }) => desiredStatus === 'RUNNING');
  for (const task of wanted) {
    if (isWaiting(task)) add(kindOf(task, making), 1, task.createdAt?.getTime());
  }
  const byGroup = Map.groupBy(wanted, ({ group = '' }) => group);
  for (const [group, service] of making.services) {
    const own = byGroup.get(group) ?? [];
    for (const { definitionArn, count, provider } of missingTasks(service, own, making.draining)) {
      add(kindFor(group, definitionArn, making, undefined, provider), count);
    }
  }
  return [...waiting.values()].map(({ kind, count, since }) => {
    return { workload: making.workloads.of(kind), count, since };
  });
}

const isWaiting = ({ lastStatus, containerInstanceArn }: Task) =>
  lastStatus === 'PROVISIONING' && containerInstanceArn === undefined;

function kindOf(task: Task, making: Making): Kind | undefined {
  const { group = '', taskDefinitionArn = '', overrides, capacityProviderName } = task;
  return kindFor(group, taskDefinitionArn, making, overridesOf(overrides), capacityProviderName);
}

/** Undefined: the definition is not known. */
export function kindFor(
  group: string,
  definitionArn: string,
  { definitions }: Pick<Making, 'definitions'>,
  overrides?: Overrides,
  provider?: string,
): Kind | undefined {
  const definition = definitions.get(definitionArn);
  return definition && { group, definition, overrides, provider };
}
