import { expect } from 'vitest';
import type { EpochMs } from '../../lib/clock.ts';
import { decide } from '../../lib/draining/decide.ts';
import type { Action, Finding } from '../../lib/draining/decision.ts';
import type { ClusterPolicy } from '../../lib/draining/policy.ts';
import type { DrainingReason } from '../../lib/draining/reasons.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import type { Snapshot } from '../../lib/draining/snapshot.ts';
import { idOf } from '../../lib/ids.ts';
import { expectSaid } from '../sayings.ts';
import { aPolicy, START } from './builders.ts';
import { sayings } from './sayings.ts';

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
  /** Of the first finding. */
  readonly facts?: Finding['facts'];
  readonly next?: Partial<DrainRecord>;
}

export function decideOn({ record, snapshot = {}, policy = {}, now = START, room = false }: Situation) {
  const decision = decide(record, snapshot, aPolicy(policy), now, room);
  expectSaid(decision.findings, sayings);
  return decision;
}

/** That the decision is the one that the situation asks for. */
export function expectDecision(situation: Situation): void {
  const { does = [], says = [], sentence, facts, next = {} } = situation;
  const decision = decideOn(situation);
  expect(decision.actions.map(inWords)).toEqual(does);
  expect(decision.findings.map(({ reason }) => reason)).toEqual(says);
  if (sentence) expect(decision.findings.map((one) => one.sentence).join()).toMatch(sentence);
  if (facts) expect(decision.findings[0]?.facts).toEqual(facts);
  expect(decision.next).toMatchObject(next);
}

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
