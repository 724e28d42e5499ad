import type * as Sdk from '@aws-sdk/client-ecs';
import { MINUTE } from '../../lib/clock.ts';
import { ApiError, type Kernel, type Operations, operation, type Wire } from '../kernel.ts';
import type { Ecs } from './ecs.ts';
import { arnOf, clusterNamed, limit, missing } from './lookup.ts';
import type { Task } from './model.ts';

/** API reference, UpdateTaskProtection. */
const MOST_MINUTES = 2880;
const USUAL_MINUTES = 120;

/** Task scale-in protection: of tasks of services only. */
export function protectionOperations(ecs: Ecs, kernel: Kernel): Operations {
  const each = (
    input: { readonly cluster?: string | undefined; readonly tasks?: readonly string[] | undefined },
    most: number,
    change: (task: Task) => void,
  ) => {
    const cluster = clusterNamed(ecs.clusters, input.cluster);
    const protectedTasks: Wire<Sdk.ProtectedTask>[] = [];
    const failures: Sdk.Failure[] = [];
    for (const name of limit(input.tasks, most, 'Tasks')) {
      const arn = arnOf(cluster, 'task', name);
      const task = cluster.tasks.get(arn);
      if (task === undefined) failures.push(missing(arn));
      else if (task.service === undefined) failures.push({ arn, reason: 'TASK_NOT_VALID' });
      else {
        change(task);
        protectedTasks.push(protectionShape(task, kernel.now()));
      }
    }
    return { protectedTasks, failures };
  };
  return {
    // The API reference allows 100 here; the 10 of the developer guide is for UpdateTaskProtection.
    GetTaskProtection: operation((input: Sdk.GetTaskProtectionRequest) => each(input, 100, () => {})),
    UpdateTaskProtection: operation((input: Sdk.UpdateTaskProtectionRequest) => {
      const { protectionEnabled, expiresInMinutes = USUAL_MINUTES } = input;
      if (expiresInMinutes < 1 || expiresInMinutes > MOST_MINUTES) {
        throw new ApiError(
          'InvalidParameterException',
          `expiresInMinutes must be between 1 and ${MOST_MINUTES}.`,
        );
      }
      const until = protectionEnabled === true ? kernel.now() + expiresInMinutes * MINUTE : 0;
      return each(input, 10, (task) => ecs.protect(task, until));
    }),
  };
}

function protectionShape({ arn, protectedUntil = 0 }: Task, now: number): Wire<Sdk.ProtectedTask> {
  const on = protectedUntil > now;
  return {
    taskArn: arn,
    protectionEnabled: on,
    ...(on ? { expirationDate: protectedUntil / 1000 } : {}),
  };
}
