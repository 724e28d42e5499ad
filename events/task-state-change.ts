import * as z from 'zod/mini';
import {
  anyClusterOf,
  anyOf,
  baseOf,
  type EventBase,
  type EventPattern,
  envelope,
  type PatternScope,
} from './envelope.ts';
import { clusterArn, containerInstanceArn, count, present, taskArn, text } from './fields.ts';
import { type Reading, read } from './rejection.ts';

export const source = 'aws.ecs';
export const detailType = 'ECS Task State Change';

/** ECS sees a task move on. Only `lastStatus` says what has happened; `desiredStatus` is a wish. */
export interface TaskStateChange extends EventBase {
  readonly kind: 'task-state-change';
  readonly task: string;
  /** The cluster's short name. */
  readonly cluster: string;
  /** Missing on Fargate, and until a task is placed. */
  readonly containerInstance?: string;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly launchType?: string;
  /** The service's name; missing for a standalone task. */
  readonly service?: string;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  /** A task of Fargate that Spot takes back, or has taken: one event warns two minutes ahead, another says STOPPED. */
  readonly interrupted?: true;
  readonly version: number;
}

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  detail: z.object({
    taskArn,
    clusterArn,
    containerInstanceArn: z.optional(containerInstanceArn),
    lastStatus: text('the last status of the task'),
    desiredStatus: text('the desired status of the task'),
    launchType: z.optional(text('the launch type of the task')),
    group: z.optional(z.string('the group of the task')),
    stopCode: z.optional(z.string('the stop code of the task')),
    stoppedReason: z.optional(z.string('the reason why the task stopped')),
    version: count,
  }),
});

/** Tasks that have stopped on EC2 hosts of the clusters. */
export function pattern(scope: PatternScope): EventPattern {
  return {
    source: [source],
    'detail-type': [detailType],
    detail: { clusterArn: anyClusterOf(scope), lastStatus: ['STOPPED'], launchType: ['EC2'] },
  };
}

/** The ECS developer guide has had either code for the same thing (Fargate capacity providers, termination notices). */
const interruptionCodes = ['SpotInterruption', 'TerminationNotice'];

/** Service tasks that Fargate Spot takes back: the warning and the stop. On an EC2 host the codes mean something else. */
export function interruptionPattern(scope: PatternScope): EventPattern {
  const names = new Set(scope.services.map((id) => id.slice(id.lastIndexOf('/') + 1)));
  const groups = [...names].map((name) => `service:${name}`);
  return {
    source: [source],
    'detail-type': [detailType],
    detail: {
      clusterArn: anyClusterOf(scope),
      group: names.has('*') ? [{ prefix: 'service:' }] : anyOf(groups),
      capacityProviderName: ['FARGATE_SPOT'],
      stopCode: interruptionCodes,
    },
  };
}

export function parse(raw: unknown): Reading<TaskStateChange> {
  return read(schema, raw, (event) => ({
    event: {
      kind: 'task-state-change',
      ...baseOf(event),
      task: event.detail.taskArn,
      cluster: event.detail.clusterArn,
      lastStatus: event.detail.lastStatus,
      desiredStatus: event.detail.desiredStatus,
      version: event.detail.version,
      ...present({
        containerInstance: event.detail.containerInstanceArn,
        launchType: event.detail.launchType,
        service: serviceOf(event.detail.group),
        stopCode: event.detail.stopCode,
        stoppedReason: event.detail.stoppedReason,
        interrupted: isInterrupted(event.detail) ? (true as const) : undefined,
      }),
    },
  }));
}

/** By the code, or by the text if the code should change once more. */
function isInterrupted(detail: z.infer<typeof schema>['detail']): boolean {
  const onHost = detail.containerInstanceArn !== undefined || detail.launchType === 'EC2';
  const said = interruptionCodes.includes(detail.stopCode ?? '');
  return !onHost && (said || /spot task was interrupted/i.test(detail.stoppedReason ?? ''));
}

/** ECS puts service tasks into the group `service:NAME`. RunTask chooses any other group it likes. */
function serviceOf(group: string | undefined): string | undefined {
  return group?.startsWith('service:') ? group.slice('service:'.length) : undefined;
}
