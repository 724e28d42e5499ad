import type { ParsedEvent } from '../events/index.ts';
import type { Arrival } from '../lib/scaling/notice.ts';
import type { ScalingPolicy } from '../lib/scaling/policy.ts';
import type { IgnoreReason } from './ignore-reasons.ts';

/** Every event but the tick, which is about all targets. */
type ScaleEvent = Exclude<ParsedEvent, { readonly kind: 'schedule-tick' }>;

/** What an event comes to: a notice for the targets that go by it, or the reason why there is none. */
type Mapping =
  | { readonly arrival: Arrival }
  | { readonly ignored: { readonly reason: IgnoreReason; readonly sentence: string } };

/** Turns an event into what the scaling capability shall hear, by the policy alone: pure, no call to AWS. */
export function toArrival(event: ScaleEvent, { targets }: ScalingPolicy): Mapping {
  if (event.kind !== 'alarm-state-change') {
    const sentence = `${event.detailType} ${event.eventId} is about hosts that leave; nothing is scaled by that`;
    return { ignored: { reason: 'other-capability', sentence } };
  }
  const { eventId, detailType, alarmName: name, alarmArn: arn, state, timestamp, test, children } = event;
  const listening = targets.filter(({ policies }) =>
    policies.some((policy) => policy.kind === 'step' && policy.alarm.name === name),
  );
  if (listening.length === 0) {
    const sentence = `Alarm ${name} is ${state}, but no step policy names it`;
    return { ignored: { reason: 'alarm-not-in-policy', sentence } };
  }
  return {
    arrival: {
      notice: { kind: 'alarm', name, arn, state, timestamp, test, children },
      cause: { eventId, detailType },
      targets: listening.map(({ target }) => target.id),
    },
  };
}
