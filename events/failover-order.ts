import * as z from 'zod/mini';
import { baseOf, type EventBase, type EventPattern, envelope, type PatternScope } from './envelope.ts';
import { clusterName, serviceName, text } from './fields.ts';
import { type Reading, read } from './rejection.ts';

export const source = 'stevedore.operator';
export const detailType = 'Stevedore Failover Order';

const verbs = ['fail-over', 'fail-back', 'reset'] as const;

/** An operator sends a service to on-demand capacity or back, or has its breaker forget what it has seen. */
export interface FailoverOrder extends EventBase {
  readonly kind: 'failover-order';
  readonly verb: (typeof verbs)[number];
  /** The cluster's short name. */
  readonly cluster: string;
  readonly service: string;
  /** Who asks, as the journal shall name them. */
  readonly by: string;
}

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  detail: z.object({
    verb: z.enum(verbs),
    cluster: clusterName,
    service: serviceName,
    by: text('the name of who gives the order'),
  }),
});

/** An order for a service that the policy does not name comes too: it deserves an answer in the journal. */
export function pattern(_scope: PatternScope): EventPattern {
  return { source: [source], 'detail-type': [detailType] };
}

export function parse(raw: unknown): Reading<FailoverOrder> {
  return read(schema, raw, (event) => ({
    event: { kind: 'failover-order', ...baseOf(event), ...event.detail },
  }));
}
