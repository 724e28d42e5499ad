import type { EpochMs } from '../../lib/clock.ts';
import { decide } from '../../lib/draining/decide.ts';
import type { Action } from '../../lib/draining/decision.ts';
import type { ClusterPolicy } from '../../lib/draining/policy.ts';
import type { DrainingReason } from '../../lib/draining/reasons.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import type { Snapshot } from '../../lib/draining/snapshot.ts';
import { idOf } from '../../lib/ids.ts';
import { aPolicy, START } from './builders.ts';

/** What `decide` is given, and what it must make of it. */
export interface Situation {
  readonly name: string;
  readonly record: DrainRecord;
  readonly snapshot?: Snapshot;
  readonly policy?: Partial<ClusterPolicy>;
  readonly now?: EpochMs;
  readonly room?: boolean;
  /** In words: see `inWords`. */
  readonly does?: readonly string[];
  readonly says?: readonly DrainingReason[];
  /** What the sentences must name. */
  readonly sentence?: RegExp;
  readonly next?: Partial<DrainRecord>;
}

export const decideOn = ({ record, snapshot = {}, policy = {}, now = START, room = false }: Situation) =>
  decide(record, snapshot, aPolicy(policy), now, room);

/** An action as short words: `complete t1 CONTINUE`, `stop a`. */
export function inWords(action: Action): string {
  switch (action.kind) {
    case 'begin-drain':
    case 'reactivate':
    case 'deregister':
      return action.kind;
    case 'heartbeat':
      return `heartbeat ${action.hook.token}`;
    case 'complete':
      return `complete ${action.hook.token} ${action.result}`;
    case 'stop-task':
      return `stop ${idOf(action.task)}`;
    default:
      return action satisfies never;
  }
}
