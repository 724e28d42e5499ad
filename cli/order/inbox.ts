import type { Cause } from '../../lib/journal/journal.ts';
import type { StoredRecord } from '../../lib/state/store.ts';

/** Whether an order has not been taken out of the inbox yet: another invocation has the lease, or the kill switch is on. */
export const isLeft = (
  stored: StoredRecord<unknown, { readonly cause: Cause }> | undefined,
  orderId: string,
): boolean => stored?.inbox.some(({ cause }) => cause.eventId === orderId) ?? false;

/** What to say when whoever has the lease has been left the order. */
export const leftTo = (subjects: string): string =>
  `Waiting: another invocation is working on ${subjects}, and has been left the order. What it decides is in the journal.`;
