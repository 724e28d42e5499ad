import type { EpochMs } from '../../lib/clock.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import type { Order } from '../../lib/retagging/notice.ts';
import type { TagRecord } from '../../lib/retagging/record.ts';
import type { Result } from '../order/answer.ts';

/** An order that was given to one tag, and what is known of it afterwards. */
export interface Given {
  readonly id: string;
  readonly order: Order;
  readonly orderId: string;
  readonly by: string;
  readonly at: EpochMs;
  readonly dryRun: boolean;
  /** Of the pass, about that tag. */
  readonly entries: readonly JournalEntry[];
  readonly record: TagRecord | undefined;
}

/** Whether the order was taken out of the inbox, by us or by whoever has the lease. */
export const isTakenIn = ({ record, orderId }: Pick<Given, 'record' | 'orderId'>): boolean =>
  record?.seen.includes(orderId) ?? false;

/** What became of an order. Pure. */
export function resultOf(given: Given): Result {
  const { order, by, at, dryRun, entries, record } = given;
  if (entries.some(({ outcome }) => outcome === 'failed')) return 'failed';
  if (record === undefined || !isTakenIn(given)) return 'waiting';
  // That they were taken in is all that these ask for; what the rule makes of it is its own.
  if (order.verb === 'approve' || order.verb === 'release') return 'done';
  if (record.order !== undefined) return 'waiting';
  const answer = entries.find(({ facts }) => facts?.orderedBy === by);
  if (answer) {
    // What a policy in mode observe would have done is not what was asked for, unless that was asked for.
    const good = ['acted', 'done', ...(dryRun ? ['observed'] : [])];
    return good.includes(answer.outcome) ? 'done' : 'refused';
  }
  // It was there when we came to write it, or whoever had the lease has carried it out.
  const isThere = entries.some(({ reason }) => reason === 'already-there');
  const { current } = record;
  const isOurs = current?.by === `order by ${by}` && current.at >= at;
  return isThere || isOurs ? 'done' : 'refused';
}
