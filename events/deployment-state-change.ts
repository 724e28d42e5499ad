import * as z from 'zod/mini';
import {
  anyServiceOf,
  baseOf,
  type EventBase,
  type EventPattern,
  envelope,
  type PatternScope,
} from './envelope.ts';
import { clusterArn, present, serviceArn, text } from './fields.ts';
import { type Reading, read } from './rejection.ts';

export const source = 'aws.ecs';
export const detailType = 'ECS Deployment State Change';

export const eventNames = [
  'SERVICE_DEPLOYMENT_IN_PROGRESS',
  'SERVICE_DEPLOYMENT_COMPLETED',
  'SERVICE_DEPLOYMENT_FAILED',
] as const;

/** A deployment of a service began, completed, or failed. Only the words of `reason` tell of a roll-back. */
export interface DeploymentStateChange extends EventBase {
  readonly kind: 'deployment-state-change';
  readonly service: string;
  /** The cluster's short name; missing if the service's ARN is in the short format, since the detail has none. */
  readonly cluster?: string;
  /** `ecs-svc/...`, as in DescribeServices. */
  readonly deploymentId: string;
  readonly eventName: (typeof eventNames)[number];
  readonly reason: string;
}

const fields = {
  source: z.literal(source),
  resources: z.tuple([serviceArn], z.unknown()),
  detail: z.object({
    eventName: z.enum(eventNames),
    deploymentId: text('the id of the deployment'),
    reason: z._default(z.string('the reason of the state'), ''),
    // Only where the same is told as a service action.
    clusterArn: z.optional(clusterArn),
  }),
};

export const schema = z.extend(envelope, { ...fields, 'detail-type': z.literal(detailType) });
const action = z.extend(envelope, fields);

/** Deployments of the services that the policy names. */
export function pattern(scope: PatternScope): EventPattern {
  return {
    source: [source],
    'detail-type': [detailType],
    resources: anyServiceOf(scope),
    detail: { eventName: [...eventNames] },
  };
}

/** The end of a deployment of a service in which an image has to run before it is promoted. */
export function completedPattern(scope: PatternScope): EventPattern {
  return { ...pattern(scope), detail: { eventName: ['SERVICE_DEPLOYMENT_COMPLETED'] } };
}

export function parse(raw: unknown): Reading<DeploymentStateChange> {
  return read(schema, raw, (event) => ({ event: changeOf(event) }));
}

/** Reads a deployment that was told as a service action: the same but for its detail-type. */
export function parseAction(raw: unknown): Reading<DeploymentStateChange> {
  return read(action, raw, (event) => ({ event: changeOf(event) }));
}

function changeOf(event: z.infer<typeof action>): DeploymentStateChange {
  const [{ service, cluster }] = event.resources;
  const { deploymentId, eventName, reason, clusterArn: named } = event.detail;
  return {
    kind: 'deployment-state-change',
    ...baseOf(event),
    service,
    deploymentId,
    eventName,
    reason,
    ...present({ cluster: named ?? cluster }),
  };
}
