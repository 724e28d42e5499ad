import * as z from 'zod/mini';
import { baseOf, type EventBase, type EventPattern, envelope, type PatternScope } from './envelope.ts';
import { instanceId } from './fields.ts';
import { type Reading, read } from './rejection.ts';

export const source = 'aws.ec2';
export const detailType = 'EC2 Instance State-change Notification';

/** EC2 starts, stops or terminates an instance, whoever asked for it. */
export interface InstanceStateChange extends EventBase {
  readonly kind: 'instance-state-change';
  readonly instanceId: string;
  readonly state: 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';
}

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  detail: z.object({
    'instance-id': instanceId,
    state: z.enum(['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated']),
  }),
});

/** The states in which a host is going or gone. The event names no cluster, so that all instances come. */
export function pattern(_scope: PatternScope): EventPattern {
  return {
    source: [source],
    'detail-type': [detailType],
    detail: { state: ['stopping', 'stopped', 'shutting-down', 'terminated'] },
  };
}

export function parse(raw: unknown): Reading<InstanceStateChange> {
  return read(schema, raw, (event) => ({
    event: {
      kind: 'instance-state-change',
      ...baseOf(event),
      instanceId: event.detail['instance-id'],
      state: event.detail.state,
    },
  }));
}
