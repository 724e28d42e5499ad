import { createRetaggingClients } from '../../lib/aws/retagging-clients.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
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
import type { RecordKey } from '../../lib/state/store.ts';
import type { Account } from '../account.ts';
import { createCopyProgress } from '../copy-progress.ts';
import { copyRecords } from '../dry-run.ts';
import { type How, lookHere } from '../order/look-here.ts';
import type { Given } from './answer.ts';

export interface Request extends How {
  readonly policy: RetaggingPolicy;
  /** The tags that the order is for. */
  readonly aims: readonly Aim[];
  readonly order: Order;
  readonly by: string;
}

export interface Answer {
  readonly given: readonly Given[];
  /** All that the pass decided: it may have found work for other tags of the repository. */
  readonly entries: readonly JournalEntry[];
}

const DETAIL_TYPE = 'Stevedore Retag Order';

/**
 * Puts the order into the records of its tags and has the capability look at them, as its function does with an event.
 * @throws what kept the order from being given or looked at; what was journalled as failed is not thrown
 */
export async function giveOrder(account: Account, request: Request): Promise<Answer> {
  const { clock, orderId } = account;
  const { aims, order, by, dryRun } = request;
  const progress = createCopyProgress(account.stderr);
  const ground = await groundOf(account, request, progress.update);
  const at = clock.now();
  const arrival = {
    records: aims.map(({ destination }) => destination.id),
    notice: { kind: 'order', eventId: orderId, order, by, at },
    cause: { eventId: orderId, detailType: DETAIL_TYPE },
  } as const;
  const entries = await lookHere(account, request, ({ journal, invocation }) =>
    createRetagger({ ...ground, journal }).handle([arrival], invocation),
  ).finally(progress.stop);
  const stored = await ground.store.read(aims.map(keyOf));
  const given = aims.map(({ destination: { id } }): Given => {
    const state = stored.find(({ key }) => key.id === id)?.state;
    const record = state === undefined || isRepository(state) ? undefined : state;
    const own = entries.filter(({ subject }) => subject === id);
    return { id, order, orderId, by, at, dryRun, entries: own, record };
  });
  return { given, entries };
}

async function groundOf(
  account: Account,
  { policy, dryRun, aims }: Request,
  onProgress: NonNullable<RetaggingDependencies['copying']['onProgress']>,
): Promise<Omit<RetaggingDependencies, 'journal'>> {
  const { clientOptions, clock, fetch } = account;
  const clients = createRetaggingClients(clientOptions);
  const store = account.store<RetaggingRecord, Heard>();
  // The same limit as the function's: the copy that goes on without one is `--copy-only`.
  const copying = { fetch, mostBytes: MOST_COPIED, onProgress };
  const ground = { policy, clients, store, control: store, clock, copying };
  if (!dryRun) return ground;
  const copy = await copyRecords<RetaggingRecord, Heard>(account, { keys: async () => keysOf(aims) });
  return { ...ground, policy: { ...policy, mode: 'observe' }, store: copy };
}

/** The records of the tags, and of the repositories that they are in. */
function keysOf(aims: readonly Aim[]): RecordKey[] {
  const repositories = new Set(aims.map(({ destination }) => destination.repository));
  return [...aims.map(keyOf), ...[...repositories].map(repositoryKey)];
}

const keyOf = ({ destination: { repository, id } }: Aim): RecordKey => ({
  partition: partitionOf(repository),
  id,
});
