import type { GroupName } from '../ids.ts';
import type { Finding as JournalFinding } from '../journal/journal.ts';
import type { CapacityReason } from './reasons.ts';
import type { CapacityRecord } from './record.ts';

/** A change. Each may be made twice and leaves what one leaves: counts are absolute, orders are of a state. */
export type Action =
  | { readonly kind: 'set-desired'; readonly group: GroupName; readonly desired: number }
  /** Draining is told, which has guards of its own. */
  | { readonly kind: 'order-drain'; readonly host: string; readonly by: string }
  | { readonly kind: 'order-release'; readonly host: string; readonly by: string }
  | { readonly kind: 'terminate'; readonly host: string; readonly group: GroupName };

/** About one instance where `host` says so, and else about the cluster. */
export interface Finding extends JournalFinding<CapacityReason> {
  readonly host?: string;
}

export interface Decision {
  readonly actions: readonly Action[];
  /** As it is once the actions have been carried out; they are intended by it before. */
  readonly next: CapacityRecord;
  readonly findings: readonly Finding[];
}
