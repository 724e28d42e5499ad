import type { EpochMs } from '../clock.ts';
import type { GroupName } from '../ids.ts';
import type { DisruptionReason } from './policy.ts';

/** What consolidation remembers of a cluster from one look to the next; part of its record. */
export interface ConsolidationState {
  /** Instances that could go, by id, and since when that has held without a break. */
  readonly candidates: Readonly<Record<string, Candidate>>;
  /** Instances that are on their way out by our decision, by id. */
  readonly leaving: Readonly<Record<string, Leaving>>;
}

export interface Candidate {
  readonly reason: DisruptionReason;
  readonly since: EpochMs;
}

/**
 * `launching`: its replacement was ordered and is not ACTIVE yet. `ordered`: the drain was ordered; ECS says how far it
 * is. `terminating`: Auto Scaling was told to terminate it.
 */
export interface Leaving {
  readonly phase: 'launching' | 'ordered' | 'terminating';
  readonly reason: DisruptionReason;
  readonly group: GroupName;
  /** Of the phase. */
  readonly since: EpochMs;
  /** What the decision said, for the journal: which tasks move, and what is saved. */
  readonly sentence: string;
  /** All that go together, and the desired count that was ordered for their replacement. */
  readonly replacement?: {
    readonly hosts: readonly string[];
    readonly desired: number;
    readonly orderedAt: EpochMs;
  };
}
