import * as z from 'zod/mini';
import { anyOf, baseOf, type EventBase, type EventPattern, envelope, type PatternScope } from './envelope.ts';
import { instanceId, isoTime, present, text } from './fields.ts';
import { describe, fieldOf, type Reading, read, reject } from './rejection.ts';

export const source = 'aws.autoscaling';
export const detailType = 'EC2 Instance-terminate Lifecycle Action';
const transition = 'autoscaling:EC2_INSTANCE_TERMINATING';
const testNotification = 'autoscaling:TEST_NOTIFICATION';

/** An Auto Scaling group wants to terminate an instance and waits for the hook to be completed. */
export interface LifecycleTerminate extends EventBase {
  readonly kind: 'lifecycle-terminate';
  readonly instanceId: string;
  readonly group: string;
  readonly hook: string;
  readonly token: string;
  /** From the hook's notification metadata, if that is a JSON object with a "cluster". */
  readonly cluster?: string;
  /** Where the instance comes from and goes to; only groups with a warm pool say so. */
  readonly origin?: string;
  readonly destination?: string;
}

/** What Auto Scaling sends once to the topic or queue of a new hook. It is about no instance. */
export interface LifecycleTest extends EventBase {
  readonly kind: 'lifecycle-test';
  readonly group: string;
}

const action = {
  LifecycleActionToken: text('a lifecycle action token'),
  AutoScalingGroupName: text('the name of an Auto Scaling group'),
  LifecycleHookName: text('the name of a lifecycle hook'),
  EC2InstanceId: instanceId,
  LifecycleTransition: z.literal(transition),
  NotificationMetadata: z.optional(z.unknown()),
  Origin: z.optional(z.string('EC2, AutoScalingGroup or WarmPool')),
  Destination: z.optional(z.string('EC2, AutoScalingGroup or WarmPool')),
};

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  detail: z.object(action),
});

// A hook with a notification target of its own sends the bare action there, without the envelope.
const message = z.object({ ...action, Time: isoTime });
const testMessage = z.object({ AutoScalingGroupName: action.AutoScalingGroupName, Time: isoTime });

export function pattern(scope: PatternScope): EventPattern {
  return {
    source: [source],
    'detail-type': [detailType],
    detail: {
      AutoScalingGroupName: anyOf(scope.groups),
      LifecycleHookName: anyOf(scope.hooks),
      LifecycleTransition: [transition],
    },
  };
}

export function parse(raw: unknown): Reading<LifecycleTerminate> {
  return read(schema, raw, (event) => ({ event: lifecycleEvent(baseOf(event), event.detail) }));
}

/**
 * Reads what Auto Scaling sends to an SNS topic or SQS queue. The message has no event id, so that the delivery's
 * (SNS or SQS message id) takes its place. `where` names the message in a rejection.
 */
/** Whatever is no alarm's message is taken for a lifecycle action, and rejected by what it lacks. */
export const isMessage = (message: unknown): boolean => fieldOf(message, 'AlarmName') === undefined;

export function parseMessage(
  raw: unknown,
  eventId: string,
  where: string,
): Reading<LifecycleTerminate | LifecycleTest> {
  const kind = fieldOf(raw, 'Event');
  if (kind === testNotification) {
    return read(
      testMessage,
      raw,
      ({ AutoScalingGroupName: group, Time: at }) => ({
        event: { kind: 'lifecycle-test', eventId, detailType: testNotification, at, group },
      }),
      where,
    );
  }
  if (kind !== undefined) {
    return reject('unknown', `${where}.Event is ${describe(kind)}; only "${testNotification}" is read`);
  }
  const going = fieldOf(raw, 'LifecycleTransition');
  if (typeof going === 'string' && going !== transition) {
    return reject(
      'unknown',
      `${where}.LifecycleTransition is ${describe(going)}; only "${transition}" is read`,
    );
  }
  return read(
    message,
    raw,
    (body) => ({ event: lifecycleEvent({ eventId, detailType, at: body.Time }, body) }),
    where,
  );
}

function lifecycleEvent(base: EventBase, detail: z.infer<typeof schema>['detail']): LifecycleTerminate {
  return {
    kind: 'lifecycle-terminate',
    ...base,
    instanceId: detail.EC2InstanceId,
    group: detail.AutoScalingGroupName,
    hook: detail.LifecycleHookName,
    token: detail.LifecycleActionToken,
    ...present({
      cluster: clusterIn(detail.NotificationMetadata),
      origin: detail.Origin,
      destination: detail.Destination,
    }),
  };
}

/** The metadata is whatever the owner of the hook wrote there; only `{"cluster": "NAME"}` means anything to us. */
function clusterIn(metadata: unknown): string | undefined {
  if (typeof metadata !== 'string') return undefined;
  try {
    const cluster = fieldOf(JSON.parse(metadata), 'cluster');
    return typeof cluster === 'string' && cluster !== '' ? cluster : undefined;
  } catch {
    return undefined;
  }
}
