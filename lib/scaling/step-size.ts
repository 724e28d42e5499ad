import { outCooldown } from './cooldown.ts';
import type { StepPolicy, Target } from './policy.ts';
import type { ScalingReason } from './reasons.ts';
import { type Situation, withinBounds } from './situation.ts';
import type { CapacityView } from './snapshot.ts';
import { adjust } from './steps.ts';

/**
 * The count that a step starts from.
 *
 * A service: the running tasks, not the desired ones, so that tasks that cannot be placed do not feed a growth without
 * end (ECS developer guide, service auto scaling). While tasks stop there are more running than desired, so the
 * smaller counts. In a deployment it is the desired count: the old and the new tasks together would be too many
 * (aws/containers-roadmap#525) and those of the PRIMARY deployment alone too few while it rolls out. A scale-in with
 * nothing running starts from the desired count as well: after an outage nothing that was measured speaks for the minimum.
 *
 * A group: what is in service without what is warming up (EC2 Auto Scaling user guide, step scaling, instance warmup);
 * container instances that ECS cannot use count as little as those.
 *
 * Within a scale-out's cooldown a further one starts from what was there before the first: see `proposeStep`.
 */
export function startValue(capacity: CapacityView, target: Target, direction: 'out' | 'in'): number {
  const { desired, running, deploying, warming } = capacity;
  if (target.kind === 'service') {
    if (deploying || (direction === 'in' && running === 0)) return desired;
    return Math.min(running, desired);
  }
  // For a scale-in AWS counts all, terminating ones too; that there may be more than desired keeps it from acting.
  return direction === 'out' ? Math.max(0, Math.min(running, desired - warming)) : running;
}

/** Instances that serve nothing and never will by themselves: one that warms up has only not registered yet. */
export const idle = ({ unusable = 0, warming }: CapacityView) => Math.max(0, unusable - warming);

type Size = Pick<StepPolicy, 'adjustment' | 'minMagnitude'>;

/**
 * The count that a step leads to, in this order: start, change, least magnitude, bounds. `reason` says why it is the
 * present count after all. `measuredUntil` is the end of the metric's period, where the step goes by a metric.
 */
export function proposeStep(
  size: Size,
  adjustment: number,
  situation: Situation,
  measuredUntil?: number,
): { desired: number; reason?: ScalingReason } {
  const { desired } = situation.capacity;
  const exact = size.adjustment === 'ExactCapacity';
  const direction = Math.sign(exact ? adjustment - desired : adjustment);
  if (direction === 0) return { desired, ...(exact ? { reason: 'already-at-desired' as const } : {}) };
  return direction > 0
    ? stepOut(size, adjustment, situation, measuredUntil)
    : stepIn(size, adjustment, situation);
}

function stepOut(size: Size, adjustment: number, situation: Situation, measuredUntil: number | undefined) {
  const { capacity, policy, bounds, record, now } = situation;
  const { desired } = capacity;
  const cooling = outCooldown(record, now, measuredUntil);
  const counted = cooling && desired >= cooling.from;
  const counts = counted ? cooling.from : startValue(capacity, policy.target, 'out');
  // Below min the count is first lifted to min and goes on from there (ECS developer guide; whether at once or at the
  // next evaluation it does not say: at once, as the alarm has been waiting already).
  const start = desired < bounds.min ? Math.max(counts, bounds.min) : counts;
  const wanted = adjust(size.adjustment, adjustment, start, size.minMagnitude);
  const extra = counted || size.adjustment === 'ExactCapacity' ? 0 : idle(capacity);
  if (desired >= bounds.max) return { desired, reason: 'already-at-max' } as const;
  if (wanted + extra > desired) return withinBounds(wanted + extra, desired, bounds);
  return { desired, reason: counted ? 'cooldown-out' : 'already-at-desired' } as const;
}

function stepIn(size: Size, adjustment: number, situation: Situation) {
  const { capacity, policy, bounds } = situation;
  const { desired, running } = capacity;
  if (desired <= bounds.min) return { desired, reason: 'already-at-min' } as const;
  if (size.adjustment === 'ExactCapacity') return withinBounds(adjustment, desired, bounds);
  const start = Math.min(startValue(capacity, policy.target, 'in'), bounds.max);
  const fewer = start - adjust(size.adjustment, adjustment, start, size.minMagnitude);
  if (policy.target.kind === 'service') return towards(start - fewer, situation);
  // The group chooses which instances go, perhaps the usable ones, so that as many as min must be left of those.
  const spare = running < desired ? Math.max(0, running - bounds.min) : fewer;
  if (spare === 0) return { desired, reason: 'already-at-min' } as const;
  return towards(Math.min(Math.max(running, desired), bounds.max) - Math.min(fewer, spare), situation);
}

function towards(wanted: number, { capacity: { desired }, bounds }: Situation) {
  return wanted < desired
    ? withinBounds(wanted, desired, bounds)
    : ({ desired, reason: 'already-at-desired' } as const);
}
