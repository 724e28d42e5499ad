import type { Arrival } from '../lib/capacity/notice.ts';
import type { CapacityPolicy } from '../lib/capacity/policy.ts';
import type { CapabilityEvent, Mapping } from './handler.ts';

/** Turns an event into what the capacity capability shall hear, by the policy alone: pure, no call to AWS. */
export function toArrivals(event: CapabilityEvent, { clusters }: CapacityPolicy): Mapping<Arrival> {
  const { eventId, detailType, at } = event;
  if (event.kind !== 'service-action') {
    const sentence = `${detailType} ${eventId} does not say that a task finds no instance`;
    return { ignored: { reason: 'other-capability', sentence } };
  }
  if (event.eventName !== 'SERVICE_TASK_PLACEMENT_FAILURE') {
    const sentence = `${event.eventName} of ${event.service} does not say that a task finds no instance`;
    return { ignored: { reason: 'other-capability', sentence } };
  }
  const known = clusters.find(({ cluster }) => cluster === event.cluster);
  if (known === undefined) {
    const sentence = `The policy's capacity section does not name cluster ${event.cluster}`;
    return { ignored: { reason: 'cluster-not-in-policy', sentence } };
  }
  const notice = { kind: 'placement-failure', service: event.service, at } as const;
  return { arrivals: [{ cluster: known.cluster, notice, cause: { eventId, detailType } }] };
}
