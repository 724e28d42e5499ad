import type { InstanceId } from '../ids.ts';
import type { Finding } from './decision.ts';
import type { ClusterPolicy, Quantity } from './policy.ts';
import type { DrainRecord } from './record.ts';

/** How a cluster stands before any new drain, by ECS's lists. */
export interface ClusterStanding {
  /** ACTIVE with a connected agent: a disconnected one carries no new task. */
  readonly active: number;
  readonly draining: number;
}

export interface Admission {
  readonly admitted: ReadonlySet<InstanceId>;
  readonly held: ReadonlyMap<InstanceId, Finding>;
}

/**
 * Admits drains of our own choice within the caps, oldest request first. Pure. Hooks and Spot are not asked: those
 * instances go anyway, and what they take is in `standing` already.
 */
export function admit(
  waiting: readonly DrainRecord[],
  standing: ClusterStanding,
  policy: ClusterPolicy,
): Admission {
  const { registered, cap, floor } = capsOf(standing, policy);
  const inOrder = [...waiting].sort(
    (a, b) => a.openedAt - b.openedAt || a.instanceId.localeCompare(b.instanceId),
  );
  const admitted = new Set<InstanceId>();
  const held = new Map<InstanceId, Finding>();
  inOrder.forEach((record, index) => {
    const draining = standing.draining + admitted.size;
    const active = standing.active - admitted.size;
    const place = `Place ${index + 1 - admitted.size} in the queue.`;
    const facts = { active, draining, cap, floor };
    if (draining >= cap) {
      const sentence = `${record.instanceId} waits: ${draining} of ${registered} instances of ${record.cluster} drain, and limits.draining allows ${cap}. ${place}`;
      held.set(record.instanceId, { reason: 'waiting-for-room', outcome: 'held', sentence, facts });
    } else if (active - 1 < floor) {
      const sentence = `${record.instanceId} waits: ${active} instances of ${record.cluster} are ACTIVE and connected, and limits.keepActive asks for ${floor} to stay. ${place}`;
      held.set(record.instanceId, { reason: 'keep-active-floor', outcome: 'held', sentence, facts });
    } else {
      admitted.add(record.instanceId);
    }
  });
  return { admitted, held };
}

/** The limits in numbers, for a cluster of this size. */
export function capsOf({ active, draining }: ClusterStanding, { limits }: Pick<ClusterPolicy, 'limits'>) {
  const registered = active + draining;
  return {
    registered,
    cap: atMost(limits.draining, registered),
    floor: atLeast(limits.keepActive, registered),
  };
}

// A percentage of a small cluster rounds down to nothing, and a cap of nothing would hold every drain for ever.
const atMost = (quantity: Quantity, of: number) =>
  quantity.kind === 'count' ? quantity.value : Math.max(1, Math.floor((of * quantity.value) / 100));

const atLeast = (quantity: Quantity, of: number) =>
  quantity.kind === 'count' ? quantity.value : Math.ceil((of * quantity.value) / 100);
