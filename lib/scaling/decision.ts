import type { EpochMs } from '../clock.ts';
import type { Finding as JournalFinding } from '../journal/journal.ts';
import type { ScalingReason } from './reasons.ts';
import type { ScalingRecord } from './record.ts';

export type Finding = JournalFinding<ScalingReason>;

export interface ScalingDecision {
  /** The absolute count to set; undefined: leave it. */
  readonly desired?: number;
  /** With the intent in it, if there is one. */
  readonly next: ScalingRecord;
  readonly findings: readonly Finding[];
  /** Whether the target's present count must be read before anything can be decided. */
  readonly needsCapacity?: true;
  readonly lookAgainAt?: EpochMs;
}
