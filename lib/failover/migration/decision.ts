import type { EpochMs } from '../../clock.ts';
import type { ServiceName } from '../../ids.ts';
import type { Finding } from '../decision.ts';
import type { MigrationPolicy } from '../policy.ts';
import type { MigrationRecord, Strategy } from '../record.ts';
import type { MigrationSnapshot } from './snapshot.ts';

/** What a migration is decided by. */
export interface Situation {
  readonly record: MigrationRecord;
  readonly policy: MigrationPolicy;
  readonly snapshot: MigrationSnapshot;
  readonly now: EpochMs;
}

export interface MigrationDecision {
  readonly next: MigrationRecord;
  /** What to change. The `next` record says so already and is to be stored before AWS is asked. */
  readonly action?: MigrationAction;
  readonly findings: readonly MigrationFinding[];
  /** More has to be read first; then it is to be decided again. */
  readonly needs?: MigrationNeed;
}

/** `service`: which one it is about; without it, the cluster. */
export interface MigrationFinding extends Finding {
  readonly service?: string;
}

export type MigrationNeed =
  | { readonly kind: 'circumstances'; readonly service: ServiceName }
  | { readonly kind: 'fate'; readonly service: ServiceName; readonly since: EpochMs };

export type MigrationAction =
  /** PutClusterCapacityProviders with what is there, `known`, and both of Fargate; written at most `writes` times. */
  | { readonly kind: 'associate'; readonly known: readonly string[]; readonly writes: number }
  /** UpdateService with forceNewDeployment. */
  | {
      readonly kind: 'move';
      readonly service: ServiceName;
      readonly strategy: Strategy;
      /** Whether the service has some, which are to be taken away. */
      readonly clearConstraints: boolean;
      readonly clearStrategies: boolean;
    };
