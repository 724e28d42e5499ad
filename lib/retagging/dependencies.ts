import type { RetaggingClients } from '../aws/retagging-clients.ts';
import type { Clock, EpochMs } from '../clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { ControlStore, RecordKey, RecordStore } from '../state/store.ts';
import type { CopyOptions } from './copy.ts';
import type { Heard } from './notice.ts';
import type { PromotionRule, RetaggingPolicy } from './policy.ts';
import type { RetaggingRecord } from './repository-record.ts';
import type { RepositoryView } from './snapshot.ts';
import { type Destination, destinationsOf } from './tags.ts';

/** What retagging needs from the outside. */
export interface RetaggingDependencies {
  readonly policy: RetaggingPolicy;
  readonly clients: RetaggingClients;
  readonly store: RecordStore<RetaggingRecord, Heard>;
  readonly control: ControlStore;
  readonly journal: Journal;
  readonly clock: Clock;
  /** How layers are copied to other repositories, and how much of them. */
  readonly copying: Omit<CopyOptions, 'clock'>;
}

/** Bytes of an image that a pass copies: what gets through in the minutes that an invocation has, with room to spare. */
export const MOST_COPIED = 2 * 1024 ** 3;

/** What is kept in memory from one pass to the next, to save calls. */
export interface Known {
  /** By `placeName`; missing: not read yet. */
  readonly repositories: Map<string, RepositoryView>;
  /** When they were last read. */
  repositoriesAt: EpochMs;
}

/** A destination tag of the policy, and the rule that it belongs to. */
export interface Aim {
  readonly rule: PromotionRule;
  readonly destination: Destination;
}

/** All destination tags of a policy, by the ids of their records. */
export const aimsOf = ({ rules }: RetaggingPolicy): Map<string, Aim> =>
  new Map(
    rules.flatMap((rule) =>
      destinationsOf(rule).map((destination) => [destination.id, { rule, destination }] as const),
    ),
  );

/** Also the name of the lease: whoever gives tags in a repository has it for all of them (retagging edge 6). */
export const partitionOf = (repository: string): string => `retagging/${repository}`;

/** Of the record of the repository as a whole. Those of its tags have a colon, which no repository's name has. */
export const repositoryKey = (repository: string): RecordKey => ({
  partition: partitionOf(repository),
  id: repository,
});

/** A repository of a Region; null: the Region of the deployment. */
export const placeName = (repository: string, region: string | null): string =>
  region === null ? repository : `${repository}@${region}`;
