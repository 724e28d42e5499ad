import type { ContainerInstanceArn, TaskArn } from '../ids.ts';
import type { Finding as JournalFinding } from '../journal/journal.ts';
import type { DrainingReason } from './reasons.ts';
import type { DrainRecord, HookAction } from './record.ts';

/** A change of AWS. Each is idempotent: carried out twice it leaves the same state as once. */
export type Action =
  | { readonly kind: 'begin-drain'; readonly arn: ContainerInstanceArn }
  | { readonly kind: 'reactivate'; readonly arn: ContainerInstanceArn }
  | { readonly kind: 'heartbeat'; readonly hook: HookAction }
  | { readonly kind: 'complete'; readonly hook: HookAction; readonly result: 'CONTINUE' | 'ABANDON' }
  | { readonly kind: 'stop-task'; readonly task: TaskArn; readonly why: string }
  | { readonly kind: 'deregister'; readonly arn: ContainerInstanceArn };

export type Finding = JournalFinding<DrainingReason>;

export interface Decision {
  readonly actions: readonly Action[];
  /** The record as it is once the notices are taken in, before any action's outcome. */
  readonly next: DrainRecord;
  readonly findings: readonly Finding[];
  /** The drain is ours to choose and waits for the caps; decide again with `room: true` when there is room. */
  readonly wantsRoom?: true;
}
