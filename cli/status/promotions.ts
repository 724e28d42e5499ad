import type { EpochMs } from '../../lib/clock.ts';
import type { JournalReader } from '../../lib/journal/table.ts';
import { aimsOf, partitionOf } from '../../lib/retagging/dependencies.ts';
import type { Heard } from '../../lib/retagging/notice.ts';
import type { RetaggingPolicy } from '../../lib/retagging/policy.ts';
import { retaggingReasonMeanings } from '../../lib/retagging/reason-meanings.ts';
import type { TagRecord } from '../../lib/retagging/record.ts';
import { isRepository, type RetaggingRecord } from '../../lib/retagging/repository-record.ts';
import type { RecordStore } from '../../lib/state/store.ts';

/** A tag that something waits for. */
export interface PromotionStatus {
  readonly tag: string;
  /** What it is on; null: not known, or nothing. */
  readonly current: string | null;
  /** What was found out at the last look, and keeps a promotion back. */
  readonly waits: readonly {
    readonly outcome: 'held' | 'refused';
    readonly reason: string;
    /** As the journal says it; where it does not (any more), what the code means. */
    readonly sentence: string;
  }[];
  readonly order: { readonly verb: string; readonly by: string; readonly at: EpochMs } | null;
  /** Services that shall get a deployment, and have not yet. */
  readonly deploying: readonly string[];
}

/** Tags with a promotion, an order or a deployment that waits for something; the others are left out. */
export async function readPromotions(
  store: RecordStore<RetaggingRecord, Heard>,
  journal: JournalReader,
  policy: RetaggingPolicy,
): Promise<PromotionStatus[]> {
  const aims = [...aimsOf(policy).values()];
  const keys = aims.map(({ destination: { repository, id } }) => ({
    partition: partitionOf(repository),
    id,
  }));
  const records = (await store.read(keys)).flatMap(({ state }) => (isRepository(state) ? [] : [state]));
  const all = await Promise.all(records.map((record) => statusOf(record, journal)));
  const order = new Map(keys.map(({ id }, index) => [id, index]));
  return all
    .filter((one) => one.waits.length > 0 || one.order !== null || one.deploying.length > 0)
    .toSorted((a, b) => (order.get(a.tag) ?? 0) - (order.get(b.tag) ?? 0));
}

async function statusOf(record: TagRecord, journal: JournalReader): Promise<PromotionStatus> {
  const waits = await Promise.all(
    waitsOf(record).map(async (wait) => ({ ...wait, sentence: await sentenceOf(journal, record, wait) })),
  );
  const { id: tag, current, order, deploying } = record;
  return {
    tag,
    current: current?.digest ?? null,
    waits,
    order: order ? { verb: order.order.verb, by: order.by, at: order.at } : null,
    deploying: deploying?.services ?? [],
  };
}

interface Wait {
  readonly outcome: 'held' | 'refused';
  readonly reason: string;
}

/** By the fingerprints of lib/journal/findings.ts: `REASON OUTCOME`, a line each. */
function waitsOf({ lastReason = '' }: TagRecord): Wait[] {
  return lastReason.split('\n').flatMap((line): Wait[] => {
    const [reason = '', outcome] = line.split(' ');
    return outcome === 'held' || outcome === 'refused' ? [{ reason, outcome }] : [];
  });
}

const MEANINGS: Readonly<Record<string, string>> = retaggingReasonMeanings;
/** Entries about a tag that are looked through for the sentence: what holds on is journalled when it begins. */
const MOST_READ = 20;

async function sentenceOf(journal: JournalReader, { id }: TagRecord, wait: Wait): Promise<string> {
  let read = 0;
  for await (const { reason, outcome, sentence } of journal.ofSubject('retagging', id)) {
    if (reason === wait.reason && outcome === wait.outcome) return sentence;
    read += 1;
    if (read >= MOST_READ) break;
  }
  return Object.hasOwn(MEANINGS, wait.reason) ? (MEANINGS[wait.reason] ?? '') : '';
}
