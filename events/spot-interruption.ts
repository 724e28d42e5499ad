import * as z from 'zod/mini';
import { baseOf, type EventBase, type EventPattern, envelope, type PatternScope } from './envelope.ts';
import { instanceId } from './fields.ts';
import { type Reading, read } from './rejection.ts';

export const source = 'aws.ec2';
export const detailType = 'EC2 Spot Instance Interruption Warning';

/** EC2 takes the instance back two minutes after this; a `hibernate` begins at once. */
export interface SpotInterruption extends EventBase {
  readonly kind: 'spot-interruption';
  readonly instanceId: string;
  readonly action: 'terminate' | 'stop' | 'hibernate';
}

// The instance is read from the detail: published samples of the resource ARN have an Availability Zone in the
// place of the Region.
export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  detail: z.object({
    'instance-id': instanceId,
    'instance-action': z.enum(['terminate', 'stop', 'hibernate']),
  }),
});

/** The event names no cluster, so that the rule takes all of the account and Region. */
export function pattern(_scope: PatternScope): EventPattern {
  return { source: [source], 'detail-type': [detailType] };
}

export function parse(raw: unknown): Reading<SpotInterruption> {
  return read(schema, raw, (event) => ({
    event: {
      kind: 'spot-interruption',
      ...baseOf(event),
      instanceId: event.detail['instance-id'],
      action: event.detail['instance-action'],
    },
  }));
}
