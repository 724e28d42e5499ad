import { mapConcurrent } from '../aws/batch.ts';
import type { EpochMs } from '../clock.ts';
import type { StoredRecord } from '../state/store.ts';
import { decideTag } from './decide.ts';
import type { Finding, TagDecision } from './decision.ts';
import { type Aim, type Known, placeName, type RetaggingDependencies } from './dependencies.ts';
import { createFacts, type Facts } from './facts.ts';
import type { Heard } from './notice.ts';
import { type Observed, observe, type Unreadable } from './observe.ts';
import type { TagRecord } from './record.ts';
import type { Preview } from './repository-record.ts';
import type { TagSnapshot } from './snapshot.ts';

/** One destination tag on its way through a pass: as stored, with its inbox taken in. */
export interface Case extends Aim {
  readonly stored: StoredRecord<TagRecord, Heard>;
  readonly record: TagRecord;
  readonly findings: readonly Finding[];
  readonly news: boolean;
}

export interface Decided extends Case {
  readonly decision: TagDecision;
}

/** What the pass goes by besides what it reads itself. */
export interface Background {
  readonly known: Known;
  readonly preview: Preview | undefined;
  readonly reconciling: boolean;
  readonly now: EpochMs;
}

/** The newest image's gates, those of all others, what is kept: no decision asks more often (decision.ts). */
const MOST_ROUNDS = 5;
const CONCURRENT_READS = 4;

/** Reads what there is to read about some tags, and decides. One that cannot be read keeps no other from it. */
export async function deliberate(
  { clients }: RetaggingDependencies,
  cases: readonly Case[],
  background: Background,
): Promise<(Decided | (Case & Unreadable))[]> {
  const { reconciling, now } = background;
  const questions = cases.map(({ stored: { inbox }, ...one }) => ({ ...one, inbox, reconciling, now }));
  const observed = await observe(clients, questions);
  const facts = createFacts(clients, now);
  return mapConcurrent(cases, CONCURRENT_READS, async (one) => {
    const seen = observed.get(one.record.id);
    if (seen === undefined || 'error' in seen) return { ...one, error: seen?.error };
    try {
      const decision = await decide(one, snapshotOf(one, seen, background), facts, now);
      return { ...one, decision };
    } catch (error) {
      return { ...one, error };
    }
  });
}

async function decide(one: Case, seen: TagSnapshot, facts: Facts, now: EpochMs): Promise<TagDecision> {
  const { record, rule } = one;
  let snapshot = seen;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const decision = decideTag({ record, rule, snapshot, now });
    if (!decision.needs) return decision;
    snapshot = await facts.add(snapshot, decision.needs, one);
  }
  throw new Error(`The decision on ${record.id} asks for more facts without end; that is a bug.`);
}

function snapshotOf(
  { destination: { repository, region } }: Case,
  seen: Exclude<Observed, Unreadable>,
  { known, preview }: Background,
): TagSnapshot {
  const view = known.repositories.get(placeName(repository, region));
  const expiring = region === null && preview?.state === 'read' ? new Set(preview.expiring) : undefined;
  return { ...seen, ...(view && { repository: view }), ...(expiring && { expiring }) };
}
