import type { EpochMs } from '../clock.ts';
import type { ConsolidationState } from './state.ts';

/** The durable state of one cluster. */
export interface CapacityRecord extends ConsolidationState {
  readonly cluster: string;
  /** Since when tasks of each workload have waited for an instance. */
  readonly pendingSince: Readonly<Record<string, EpochMs>>;
  /** What was journalled last, so that what holds on is not journalled at every look. */
  readonly lastReason?: string;
}

export const newCapacityRecord = (cluster: string): CapacityRecord => ({
  cluster,
  candidates: {},
  leaving: {},
  pendingSince: {},
});
