import type { AlarmStateChange } from '../events/alarm-state-change.ts';
import type { ScaleOrder } from '../events/scale-order.ts';
import type { Arrival } from '../lib/scaling/notice.ts';
import type { ScalingPolicy } from '../lib/scaling/policy.ts';
import type { Mapping as AnyMapping, CapabilityEvent } from './handler.ts';

type Mapping = AnyMapping<Arrival>;

/** Turns an event into what the scaling capability shall hear, by the policy alone: pure, no call to AWS. */
export function toArrivals(event: CapabilityEvent, policy: ScalingPolicy): Mapping {
  switch (event.kind) {
    case 'alarm-state-change':
      return fromAlarm(event, policy);
    case 'scale-order':
      return fromOrder(event, policy);
    default: {
      const sentence = `${event.detailType} ${event.eventId} is no alarm and no order for a count; nothing is scaled by anything else`;
      return { ignored: { reason: 'other-capability', sentence } };
    }
  }
}

function fromAlarm(event: AlarmStateChange, { targets }: ScalingPolicy): Mapping {
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

function fromOrder(event: ScaleOrder, { targets }: ScalingPolicy): Mapping {
  const { eventId, detailType, target, count: desired, by, at } = event;
  if (!targets.some((one) => one.target.id === target)) {
    const sentence = `${by} ordered ${desired} for ${target}, which the policy does not name under scaling`;
    return { ignored: { reason: 'target-not-in-policy', sentence } };
  }
  const notice = { kind: 'order', eventId, desired, by, at } as const;
  return { arrivals: [{ notice, cause: { eventId, detailType }, targets: [target] }] };
}
