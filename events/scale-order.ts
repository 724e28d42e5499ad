import * as z from 'zod/mini';
import { baseOf, type EventBase, type EventPattern, envelope, type PatternScope } from './envelope.ts';
import { count, scalingTarget, text } from './fields.ts';
import { type Reading, read } from './rejection.ts';

export const source = 'stevedore.operator';
export const detailType = 'Stevedore Scale Order';

/** An operator sets the count of a service or a group. */
export interface ScaleOrder extends EventBase {
  readonly kind: 'scale-order';
  /** As the policy has it: `service/CLUSTER/NAME` or `group/NAME`. */
  readonly target: string;
  /** Absolute. */
  readonly count: number;
  /** Who asks, as the journal shall name them. */
  readonly by: string;
}

export const schema = z.extend(envelope, {
  source: z.literal(source),
  'detail-type': z.literal(detailType),
  detail: z.object({
    target: scalingTarget,
    count,
    by: text('the name of who gives the order'),
  }),
});

/** An order for a target that the policy does not name comes too: it deserves an answer in the journal. */
export function pattern(_scope: PatternScope): EventPattern {
  return { source: [source], 'detail-type': [detailType] };
}

export function parse(raw: unknown): Reading<ScaleOrder> {
  return read(schema, raw, (event) => ({
    event: { kind: 'scale-order', ...baseOf(event), ...event.detail },
  }));
}
