import type { Arrival } from '../lib/scaling/notice.ts';
import type { ScalingPolicy } from '../lib/scaling/policy.ts';
import type { CapabilityEvent, Mapping } from './handler.ts';

/** Turns an event into what the scaling capability shall hear, by the policy alone: pure, no call to AWS. */
export function toArrivals(event: CapabilityEvent, { targets }: ScalingPolicy): Mapping<Arrival> {
  if (event.kind !== 'alarm-state-change') {
    const sentence = `${event.detailType} ${event.eventId} is no alarm; nothing is scaled by anything else`;
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
    arrivals: [
      {
        notice: { kind: 'alarm', name, arn, state, timestamp, test, children },
        cause: { eventId, detailType },
        targets: listening.map(({ target }) => target.id),
      },
    ],
  };
}
