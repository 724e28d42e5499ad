import { MINUTE } from '../../lib/clock.ts';
import { createJournal } from '../../lib/journal/create.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import {
  type Aim,
  MOST_COPIED,
  partitionOf,
  type RetaggingDependencies,
  repositoryKey,
} from '../../lib/retagging/dependencies.ts';
import type { Heard, Order } from '../../lib/retagging/notice.ts';
import type { RetaggingPolicy } from '../../lib/retagging/policy.ts';
import { createRetagger } from '../../lib/retagging/reconcile.ts';
import { isRepository, type RetaggingRecord } from '../../lib/retagging/repository-record.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import type { RecordKey } from '../../lib/state/store.ts';
import { createCopyProgress } from '../copy-progress.ts';
import type { Given } from './answer.ts';
import type { Account } from './connect.ts';

export interface Request {
  readonly policy: RetaggingPolicy;
  /** The tags that the order is for. */
  readonly aims: readonly Aim[];
  readonly order: Order;
  readonly by: string;
  readonly dryRun: boolean;
  /** A journal that is down stops no order, but it is told. */
  readonly onJournalFailure: (sentence: string) => void;
}

export interface Answer {
  readonly given: readonly Given[];
  /** All that the pass decided: it may have found work for other tags of the repository. */
  readonly entries: readonly JournalEntry[];
}

/** As long as an invocation of Lambda may take. */
const LONGEST = 15 * MINUTE;
const DETAIL_TYPE = 'Stevedore Retag Order';

/**
 * Puts the order into the records of its tags and has the capability look at them, as its function does with an event.
 * @throws what kept the order from being given or looked at; what was journalled as failed is not thrown
 */
export async function giveOrder(account: Account, request: Request): Promise<Answer> {
  const { clock, orderId } = account;
  const { aims, order, by, dryRun } = request;
  const printed = createMemoryJournal();
  const progress = createCopyProgress(account.stderr);
  const deps = await dependenciesOf(account, request, printed.write, progress.update);
  const at = clock.now();
  const arrival = {
    records: aims.map(({ destination }) => destination.id),
    notice: { kind: 'order', eventId: orderId, order, by, at },
    cause: { eventId: orderId, detailType: DETAIL_TYPE },
  } as const;
  const invocation = { id: orderId, remainingMs: () => at + LONGEST - clock.now() };
  const failure = await createRetagger(deps)
    .handle([arrival], invocation)
    .then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
  progress.stop();
  const { entries } = printed;
  if (failure && !entries.some(({ outcome }) => outcome === 'failed')) throw failure.error;
  const stored = await deps.store.read(aims.map(keyOf));
  const given = aims.map(({ destination: { id } }): Given => {
    const state = stored.find(({ key }) => key.id === id)?.state;
    const record = state === undefined || isRepository(state) ? undefined : state;
    const own = entries.filter(({ subject }) => subject === id);
    return { id, order, orderId, by, at, dryRun, entries: own, record };
  });
  return { given, entries };
}

async function dependenciesOf(
  account: Account,
  request: Request,
  print: (entries: readonly JournalEntry[]) => Promise<void>,
  onProgress: NonNullable<RetaggingDependencies['copying']['onProgress']>,
): Promise<RetaggingDependencies> {
  const { clients, store, sinks, clock, fetch } = account;
  const { policy, dryRun, onJournalFailure } = request;
  const terminal = { name: 'terminal', takes: 'all', write: print } as const;
  const journal = createJournal({
    sinks: [terminal, ...(dryRun ? [] : sinks)],
    onFailure: ({ sink, error, entries }) => {
      const why = error instanceof Error ? error.message : String(error);
      onJournalFailure(`The journal could not write ${entries} entries to its ${sink} sink: ${why}\n`);
    },
  });
  // The same limit as the function's: the copy that goes on without one is `--copy-only`.
  const copying = { fetch, mostBytes: MOST_COPIED, onProgress };
  const deps = { policy, clients, store, control: store, journal, clock, copying };
  if (!dryRun) return deps;
  const copy = await copyOf(account, request.aims);
  return { ...deps, policy: { ...policy, mode: 'observe' }, store: copy };
}

/** The records of the tags, to be thrown away afterwards. */
async function copyOf(
  { store, clock }: Account,
  aims: readonly Aim[],
): Promise<RetaggingDependencies['store']> {
  const copy = createMemoryStore<RetaggingRecord, Heard>(clock);
  const repositories = new Set(aims.map(({ destination }) => destination.repository));
  const keys = [...aims.map(keyOf), ...[...repositories].map(repositoryKey)];
  for (const { key, state, inbox } of await store.read(keys)) {
    await copy.append(key, inbox, { create: state });
  }
  return copy;
}

const keyOf = ({ destination: { repository, id } }: Aim): RecordKey => ({
  partition: partitionOf(repository),
  id,
});
