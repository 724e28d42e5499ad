import * as z from 'zod/mini';
import { baseOf, type EventBase, type EventPattern, envelope, type PatternScope } from './envelope.ts';
import { instanceId } from './fields.ts';
import { type Reading, read } from './rejection.ts';

export const source = 'aws.ec2';
export const detailType = 'EC2 Instance Rebalance Recommendation';

/** Advice that a Spot instance is likelier than others to be interrupted soon. Nothing may follow. */
export interface RebalanceRecommendation extends EventBase {
  readonly kind: 'rebalance-recommendation';
  readonly instanceId: string;
}

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  detail: z.object({ 'instance-id': instanceId }),
});

/** The event names no cluster, so that the rule takes all of the account and Region. */
export function pattern(_scope: PatternScope): EventPattern {
  return { source: [source], 'detail-type': [detailType] };
}

export function parse(raw: unknown): Reading<RebalanceRecommendation> {
  return read(schema, raw, (event) => ({
    event: { kind: 'rebalance-recommendation', ...baseOf(event), instanceId: event.detail['instance-id'] },
  }));
}
