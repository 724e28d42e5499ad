import { type EpochMs, HOUR, MINUTE, utc } from '../clock.ts';
import type { Finding } from './decision.ts';
import { guard } from './guards.ts';
import type { MetricPolicy } from './policy.ts';
import type { Intent, Order, ScalingRecord } from './record.ts';
import { type Situation, unitsOf } from './situation.ts';
import type { ScalingSnapshot } from './snapshot.ts';

/** Whoever gave an order has looked after it by then, and would be surprised by it later. */
const ORDER_LIFE = HOUR;

/** The least cooldown after an order: the default of scaling policies for ECS (Application Auto Scaling user guide). */
const ORDER_COOLDOWN = 5 * MINUTE;

/** What an order comes to in one look. */
export interface Followed {
  /** The change to make now. */
  readonly intent?: Intent;
  /** Whether the order is answered, but for the change that is to be made. Otherwise it waits for the next look. */
  readonly over: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Follows an order, within bounds and past the guards. Pure. It is a person's word as a schedule is, so that it waits
 * for no cooldown; unlike a schedule it begins one, so that policies let it show before they scale in what it added.
 */
export function follow(order: Order, situation: Situation, snapshot: ScalingSnapshot): Followed {
  const { capacity, bounds, policy, now } = situation;
  const { desired } = order;
  const from = capacity.desired;
  const what = `${desired} ${unitsOf(policy)} for ${policy.target.id}`;
  const facts = { from, wanted: desired, orderedBy: order.by };
  const over = (reason: Finding['reason'], outcome: Finding['outcome'], sentence: string): Followed => ({
    over: true,
    findings: [{ reason, outcome, sentence, facts }],
  });
  if (now - order.at >= ORDER_LIFE) {
    const sentence = `${order.by} ordered ${what} at ${utc(order.at)}, which could not be done within an hour and is over; there are ${from}. Give the order again if it shall hold.`;
    return over('order-expired', 'refused', sentence);
  }
  if (desired < bounds.min || desired > bounds.max) {
    const sentence = `${order.by} ordered ${what}, but ${bounds.min} to ${bounds.max} are allowed now. Order a count within these bounds, or change min or max in the policy file.`;
    return over('order-out-of-bounds', 'refused', sentence);
  }
  if (desired === from) return over('ordered', 'done', `${order.by} ordered ${what}, and so many there are.`);
  const { to, findings: held } = guard({ from, to: desired, by: 'order' }, situation, snapshot);
  const findings = held.map((one) => ({ ...one, facts: { ...one.facts, orderedBy: order.by } }));
  if (to === from) return { over: held.some(({ outcome }) => outcome === 'refused'), findings };
  const sentence = `${policy.target.id} goes from ${from} to ${to} ${unitsOf(policy)} by order of ${order.by}, within ${bounds.min} to ${bounds.max}.`;
  const cooldownMs = Math.max(ORDER_COOLDOWN, ...policy.policies.map(cooldownOf));
  return {
    intent: { desired: to, from, policy: orderBy(order), decidedAt: now, cooldownMs },
    over: to === desired,
    findings: [...findings, { reason: 'ordered', outcome: 'acted', sentence, facts: { ...facts, to } }],
  };
}

function cooldownOf(policy: MetricPolicy): number {
  switch (policy.kind) {
    case 'step':
      return policy.cooldownMs;
    case 'backlog':
      return policy.inCooldownMs;
    case 'target-tracking':
      return 0;
    default:
      return policy satisfies never;
  }
}

const ORDER_BY = 'order by ';
const orderBy = ({ by }: Pick<Order, 'by'>) => `${ORDER_BY}${by}`;

/** The record as mode observe keeps it: nothing is to be applied, and an order has had its answer. */
export function unintended(record: ScalingRecord): ScalingRecord {
  const { intent, ...observed } = record;
  // Names of policies have no blank.
  return intent?.policy.startsWith(ORDER_BY) ? withoutOrder(observed) : observed;
}

export const withoutOrder = ({ order: _, ...record }: ScalingRecord): ScalingRecord => record;

/** The record after a change was made: an order that asked for this count is carried out. */
export function withOrderMet(record: ScalingRecord, desired: number): ScalingRecord {
  return record.order?.desired === desired ? withoutOrder(record) : record;
}

/** The record with an order taken in. A newer one takes the place of what waits, be it an order or a change. */
export function withOrder(
  record: ScalingRecord,
  { desired, by, at }: Order,
): { readonly record: ScalingRecord; readonly findings: readonly Finding[] } {
  const { intent: _, ...kept } = record;
  const order: Order = { desired, by, at };
  if (record.orderedAt !== undefined && record.orderedAt > at) {
    return { record, findings: [superseded(record.target, order, record.orderedAt)] };
  }
  const findings = record.order ? [superseded(record.target, record.order, at)] : [];
  return { record: { ...kept, order, orderedAt: at }, findings };
}

function superseded(target: string, { desired, by, at }: Order, newer: EpochMs): Finding {
  const sentence = `${target}: the count of ${desired} that ${by} ordered at ${utc(at)} is given up for the order of ${utc(newer)}.`;
  return {
    reason: 'order-superseded',
    outcome: 'refused',
    sentence,
    facts: { orderedBy: by, wanted: desired },
  };
}
