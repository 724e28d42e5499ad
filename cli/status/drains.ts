import type { EpochMs } from '../../lib/clock.ts';
import type { Heard } from '../../lib/draining/notice.ts';
import type { ClusterPolicy, DrainingPolicy } from '../../lib/draining/policy.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import { partitionOf } from '../../lib/draining/route.ts';
import { actBy, hookEndsAt, openHooks } from '../../lib/draining/timing.ts';
import type { RecordStore, StoredRecord } from '../../lib/state/store.ts';

/** A drain that is not over. */
export interface DrainStatus {
  readonly instance: string;
  readonly cluster: string;
  readonly phase: 'requested' | 'draining' | 'leaving';
  /** Why it is drained: `hook`, `spot-interruption` and so on. */
  readonly why: readonly string[];
  readonly openedAt: EpochMs;
  /** Tasks at the last look, and when it became DRAINING; null while nobody has looked. */
  readonly tasksLeft: number | null;
  readonly tasksAtFirst: number | null;
  /** When `atDeadline` of the policy is carried out; null: there is none, or nothing is left to be done then. */
  readonly deadline: EpochMs | null;
  readonly atDeadline: string;
  /** When EC2 takes the instance, whatever is done. */
  readonly reclaimAt: EpochMs | null;
  readonly hooks: readonly HookStatus[];
  /** What keeps it from ending, in words; or the reason codes that it waits for. */
  readonly blockedBy: readonly string[];
  readonly waitsFor: string | null;
  /** Events that were noted and not yet decided on: the kill switch is on, or the function is not running. */
  readonly undecided: number;
}

/** A lifecycle hook that waits for us. */
export interface HookStatus {
  readonly hook: string;
  readonly group: string;
  /** When it runs out unless a heartbeat is sent; null while its timeout is not known. */
  readonly runsOutAt: EpochMs | null;
  /** When Auto Scaling ends it whatever is sent. */
  readonly endsAt: EpochMs;
}

/** All work in progress, cluster by cluster, the oldest first. */
export async function readDrains(
  store: RecordStore<DrainRecord, Heard>,
  policy: DrainingPolicy,
): Promise<DrainStatus[]> {
  const all = await Promise.all(
    policy.clusters.map(async (cluster) => {
      const records = await store.read(await store.open(partitionOf(cluster)));
      return records.flatMap((stored) => statusOf(stored, cluster));
    }),
  );
  return all.flat().toSorted((a, b) => a.openedAt - b.openedAt);
}

function statusOf({ state, inbox }: StoredRecord<DrainRecord, Heard>, policy: ClusterPolicy): DrainStatus[] {
  const { phase } = state;
  if (phase === 'closed') return [];
  return [
    {
      instance: state.instanceId,
      cluster: state.cluster,
      phase,
      why: [...new Set(state.reasons.map(({ kind }) => kind))],
      openedAt: state.openedAt,
      tasksLeft: state.remaining?.length ?? null,
      tasksAtFirst: state.expectedTasks ?? null,
      deadline: deadlineOf(state, policy),
      atDeadline: policy.atDeadline,
      reclaimAt: state.reclaimAt ?? null,
      hooks: openHooks(state).map((hook) => ({
        hook: hook.hook,
        group: hook.group,
        runsOutAt:
          hook.heartbeatTimeoutMs === undefined ? null : hook.lastHeartbeatAt + hook.heartbeatTimeoutMs,
        endsAt: hookEndsAt(hook),
      })),
      blockedBy: state.blockedBy.map(({ sentence }) => sentence),
      waitsFor: phase === 'requested' ? (state.lastReason?.split(' ')[0] ?? null) : null,
      undecided: inbox.length,
    },
  ];
}

function deadlineOf(state: DrainRecord, policy: ClusterPolicy): EpochMs | null {
  const isOver = state.phase === 'leaving' && openHooks(state).length === 0;
  return isOver || state.deadlineActedAt !== undefined ? null : (actBy(state, policy) ?? null);
}
