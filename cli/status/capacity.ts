import type { Heard } from '../../lib/capacity/notice.ts';
import type { CapacityPolicy, DisruptionReason } from '../../lib/capacity/policy.ts';
import { PARTITION } from '../../lib/capacity/reconcile.ts';
import type { CapacityRecord } from '../../lib/capacity/record.ts';
import type { EpochMs } from '../../lib/clock.ts';
import type { RecordStore } from '../../lib/state/store.ts';

/** A cluster in which tasks wait for an instance, or instances go or could. */
export interface CapacityStatus {
  readonly cluster: string;
  /** Instances that are on their way out by our decision. */
  readonly leaving: readonly {
    readonly instance: string;
    readonly group: string;
    /** `launching`: its replacement was ordered.  `ordered`: it is drained.  `terminating`: Auto Scaling ends it. */
    readonly phase: 'launching' | 'ordered' | 'terminating';
    readonly reason: DisruptionReason;
    readonly since: EpochMs;
  }[];
  /** Instances that could go, and since when without a break. */
  readonly candidates: readonly {
    readonly instance: string;
    readonly reason: DisruptionReason;
    readonly since: EpochMs;
  }[];
  /** Tasks that ECS has made none of yet, by `service:NAME DEFINITION`, or by `service:NAME` where ECS has just said so. */
  readonly pending: readonly { readonly tasks: string; readonly since: EpochMs }[];
}

/** The clusters with anything of it; the others are left out. */
export async function readCapacity(
  store: RecordStore<CapacityRecord, Heard>,
  { clusters }: CapacityPolicy,
): Promise<CapacityStatus[]> {
  const stored = await store.read(clusters.map(({ cluster: id }) => ({ partition: PARTITION, id })));
  return stored
    .map(({ state }) => statusOf(state))
    .filter(({ leaving, candidates, pending }) => leaving.length + candidates.length + pending.length > 0);
}

function statusOf({ cluster, leaving, candidates, pendingSince }: CapacityRecord): CapacityStatus {
  const oldestFirst = (a: { readonly since: EpochMs }, b: { readonly since: EpochMs }) => a.since - b.since;
  return {
    cluster,
    leaving: Object.entries(leaving)
      .map(([instance, { group, phase, reason, since }]) => ({ instance, group, phase, reason, since }))
      .toSorted(oldestFirst),
    candidates: Object.entries(candidates)
      .filter(([instance]) => leaving[instance] === undefined)
      .map(([instance, { reason, since }]) => ({ instance, reason, since }))
      .toSorted(oldestFirst),
    pending: Object.entries(pendingSince)
      .map(([tasks, since]) => ({ tasks, since }))
      .toSorted(oldestFirst),
  };
}
