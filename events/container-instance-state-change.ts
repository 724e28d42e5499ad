import * as z from 'zod/mini';
import {
  anyClusterOf,
  baseOf,
  type EventBase,
  type EventPattern,
  envelope,
  type PatternScope,
} from './envelope.ts';
import { clusterArn, containerInstanceArn, count, instanceId, present, text } from './fields.ts';
import { type Reading, read } from './rejection.ts';

export const source = 'aws.ecs';
export const detailType = 'ECS Container Instance State Change';

/** ECS sees a container instance change: its status, its agent's connection, or what runs on it. */
export interface ContainerInstanceStateChange extends EventBase {
  readonly kind: 'container-instance-state-change';
  /** The cluster's short name. */
  readonly cluster: string;
  readonly containerInstance: string;
  readonly instanceId?: string;
  readonly status: string;
  readonly agentConnected: boolean;
  /** Tasks whose desired status is RUNNING; those still stopping are not counted. Left out by some events. */
  readonly runningTasks?: number;
  readonly pendingTasks?: number;
  /** Rises with every change of this container instance; duplicates share it. */
  readonly version: number;
}

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  detail: z.object({
    clusterArn,
    containerInstanceArn,
    ec2InstanceId: z.optional(instanceId),
    status: text('the status of the container instance'),
    agentConnected: z.boolean('true or false'),
    runningTasksCount: z.optional(count),
    pendingTasksCount: z.optional(count),
    version: count,
  }),
});

/**
 * Only the last status, when ECS forgets the host: the others come with every task that is placed or stopped, also
 * while it drains, and say nothing that the tasks' own events do not say better.
 */
export function pattern(scope: PatternScope): EventPattern {
  return {
    source: [source],
    'detail-type': [detailType],
    detail: { clusterArn: anyClusterOf(scope), status: ['INACTIVE'] },
  };
}

export function parse(raw: unknown): Reading<ContainerInstanceStateChange> {
  return read(schema, raw, (event) => ({
    event: {
      kind: 'container-instance-state-change',
      ...baseOf(event),
      cluster: event.detail.clusterArn,
      containerInstance: event.detail.containerInstanceArn,
      status: event.detail.status,
      agentConnected: event.detail.agentConnected,
      version: event.detail.version,
      ...present({
        instanceId: event.detail.ec2InstanceId,
        runningTasks: event.detail.runningTasksCount,
        pendingTasks: event.detail.pendingTasksCount,
      }),
    },
  }));
}
