import * as z from 'zod/mini';
import * as deployment from './deployment-state-change.ts';
import {
  anyServiceOf,
  baseOf,
  type EventBase,
  type EventPattern,
  envelope,
  type PatternScope,
} from './envelope.ts';
import { clusterArn, present, serviceArn, text } from './fields.ts';
import { fieldOf, type Reading, read, reject } from './rejection.ts';

export const source = 'aws.ecs';
export const detailType = 'ECS Service Action';

/**
 * ECS's scheduler says how a service fares. There is no version that would order these events, and what lasts is said
 * once in six hours (ECS developer guide, service event messages), so that it is only a sign that there is something
 * to look at.
 */
export interface ServiceAction extends EventBase {
  readonly kind: 'service-action';
  readonly service: string;
  /** The cluster's short name. */
  readonly cluster: string;
  /** E.g. SERVICE_TASK_PLACEMENT_FAILURE, SERVICE_STEADY_STATE. */
  readonly eventName: string;
  /** Of an error, e.g. `RESOURCE:FARGATE`, which is the same for Spot and on-demand. */
  readonly reason?: string;
  /** Names of the capacity providers that it is about; empty for a launch type, and for container instances. */
  readonly providers: readonly string[];
}

const aProvider = 'the ARN of a capacity provider';
const providerArn = z.pipe(
  z
    .string(aProvider)
    .check(z.regex(/^(?:arn:[^:]+:ecs:[^:]*:[^:]*:capacity-provider\/)?[A-Za-z0-9_-]+$/, aProvider)),
  z.transform((arn: string) => arn.slice(arn.lastIndexOf('/') + 1)),
);

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  resources: z.tuple([serviceArn], z.unknown()),
  detail: z.object({
    eventName: text('the name of a service action'),
    clusterArn: z.optional(clusterArn),
    reason: z.optional(z.string('the reason of the service action')),
    capacityProviderArns: z.optional(z.array(providerArn, 'a list of capacity providers')),
  }),
});

/** What says that capacity is short or back, and how deployments go; of the services that the policy names. */
export function pattern(scope: PatternScope): EventPattern {
  return {
    source: [source],
    'detail-type': [detailType],
    resources: anyServiceOf(scope),
    detail: {
      eventName: [
        'SERVICE_TASK_PLACEMENT_FAILURE',
        'SERVICE_STEADY_STATE',
        'CAPACITY_PROVIDER_STEADY_STATE',
        ...deployment.eventNames,
      ],
    },
  };
}

/** Only that a task finds no place: for whom it is the instances that count. */
export function placementPattern(scope: PatternScope): EventPattern {
  return { ...pattern(scope), detail: { eventName: ['SERVICE_TASK_PLACEMENT_FAILURE'] } };
}

/** The developer guide lists deployments under both types of event: one that has what the other type has is that one. */
export function parse(raw: unknown): Reading<ServiceAction | deployment.DeploymentStateChange> {
  if (isDeployment(raw)) return deployment.parseAction(raw);
  return read(schema, raw, (event) => {
    const [{ service, cluster: inArn }] = event.resources;
    const cluster = event.detail.clusterArn ?? inArn;
    if (cluster === undefined) {
      const sentence =
        'detail.clusterArn is missing; expected the ARN of an ECS cluster beside a short service ARN';
      return reject('malformed', sentence, raw);
    }
    return {
      event: {
        kind: 'service-action',
        ...baseOf(event),
        service,
        cluster,
        eventName: event.detail.eventName,
        providers: event.detail.capacityProviderArns ?? [],
        ...present({ reason: event.detail.reason }),
      },
    };
  });
}

function isDeployment(raw: unknown): boolean {
  const detail = fieldOf(raw, 'detail');
  const name = fieldOf(detail, 'eventName');
  return (
    deployment.eventNames.some((known) => known === name) && fieldOf(detail, 'deploymentId') !== undefined
  );
}
