import type { EpochMs } from '../clock.ts';
import type { TagRecord } from './record.ts';

/** What is known of a destination repository as a whole, kept next to the records of its tags. */
export interface RepositoryRecord {
  readonly kind: 'repository';
  /** When all its tags were last compared with what the rules want. */
  readonly reconciledAt?: EpochMs;
  /** When time alone may change what is to be done for one of its tags: a minimum age, a scan, a retry. */
  readonly lookAt?: EpochMs;
  readonly preview?: Preview;
}

/** The preview of the lifecycle policy takes ECR a while: one look starts it, and a later one reads it. */
export type Preview =
  | { readonly state: 'started'; readonly at: EpochMs }
  /** `expiring`: digests under one of our tags that are due to expire. */
  | { readonly state: 'read'; readonly at: EpochMs; readonly expiring: readonly string[] };

export type RetaggingRecord = TagRecord | RepositoryRecord;

export const isRepository = (state: RetaggingRecord): state is RepositoryRecord => 'kind' in state;
