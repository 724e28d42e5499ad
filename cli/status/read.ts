import type { Heard as CapacityHeard } from '../../lib/capacity/notice.ts';
import type { CapacityRecord } from '../../lib/capacity/record.ts';
import type { EpochMs } from '../../lib/clock.ts';
import type { Heard as DrainHeard } from '../../lib/draining/notice.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import type { Heard as FailoverHeard } from '../../lib/failover/notice.ts';
import type { FailoverRecord } from '../../lib/failover/record.ts';
import type { CompiledPolicy } from '../../lib/policy/compile.ts';
import type { Heard as RetaggingHeard } from '../../lib/retagging/notice.ts';
import type { RetaggingRecord } from '../../lib/retagging/repository-record.ts';
import type { Heard as ScalingHeard } from '../../lib/scaling/notice.ts';
import type { ScalingRecord } from '../../lib/scaling/record.ts';
import type { Pause } from '../../lib/state/store.ts';
import type { Account } from '../account.ts';
import { type FailoverStatus, readFailover } from './breakers.ts';
import { type CapacityStatus, readCapacity } from './capacity.ts';
import { type DrainStatus, readDrains } from './drains.ts';
import { type PromotionStatus, readPromotions } from './promotions.ts';
import type { QueueStatus, ReadQueues } from './queues.ts';
import { readTargets, type TargetStatus } from './targets.ts';

/** What is going on, by the records of the table and the failure queues. But for those, what is as it should be is not in it. */
export interface Status extends FailoverStatus {
  readonly at: EpochMs;
  readonly paused: readonly Pause[];
  readonly drains: readonly DrainStatus[];
  readonly targets: readonly TargetStatus[];
  readonly promotions: readonly PromotionStatus[];
  readonly capacity: readonly CapacityStatus[];
  readonly queues: readonly QueueStatus[];
}

/** Reads the table, the failure queues, and nothing else of AWS. */
export async function readStatus(
  { store, journal, clock }: Account,
  { runtime }: CompiledPolicy,
  readQueues: ReadQueues,
): Promise<Status> {
  const at = clock.now();
  const { draining, scaling, failover, retagging, capacity: ofCapacity } = runtime;
  const [paused, drains, targets, ofFailover, promotions, capacity, queues] = await Promise.all([
    store<never, never>().pauses(),
    readDrains(store<DrainRecord, DrainHeard>(), draining),
    readTargets(store<ScalingRecord, ScalingHeard>(), scaling, at),
    readFailover(store<FailoverRecord, FailoverHeard>(), failover),
    readPromotions(store<RetaggingRecord, RetaggingHeard>(), journal, retagging),
    readCapacity(store<CapacityRecord, CapacityHeard>(), ofCapacity),
    readQueues(),
  ]);
  return { at, paused, drains, targets, ...ofFailover, promotions, capacity, queues };
}
