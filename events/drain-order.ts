import * as z from 'zod/mini';
import { baseOf, type EventBase, type EventPattern, envelope, type PatternScope } from './envelope.ts';
import { clusterName, instanceId, present, text } from './fields.ts';
import { type Reading, read } from './rejection.ts';

export const source = 'stevedore.operator';
export const detailType = 'Stevedore Drain Order';

/** An operator asks to drain an instance, or to let go of one that an order drained. */
export interface DrainOrder extends EventBase {
  readonly kind: 'drain-order';
  readonly verb: 'drain' | 'release';
  readonly instanceId: string;
  /** The cluster's short name, if the operator gave it. */
  readonly cluster?: string;
  /** Who asks, as the journal shall name them. */
  readonly by: string;
}

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  detail: z.object({
    verb: z.enum(['drain', 'release']),
    instanceId,
    cluster: z.optional(clusterName),
    by: text('the name of who gives the order'),
  }),
});

/** An order for a cluster that the policy does not name comes too: it deserves an answer in the journal. */
export function pattern(_scope: PatternScope): EventPattern {
  return { source: [source], 'detail-type': [detailType] };
}

export function parse(raw: unknown): Reading<DrainOrder> {
  return read(schema, raw, (event) => ({
    event: {
      kind: 'drain-order',
      ...baseOf(event),
      verb: event.detail.verb,
      instanceId: event.detail.instanceId,
      by: event.detail.by,
      ...present({ cluster: event.detail.cluster }),
    },
  }));
}
