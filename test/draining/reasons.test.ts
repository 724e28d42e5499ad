import { describe, expect, it } from 'vitest';
import { admit } from '../../lib/draining/admit.ts';
import type { Action } from '../../lib/draining/decision.ts';
import { settleOutcomes } from '../../lib/draining/outcome.ts';
import { drainingReasonMeanings } from '../../lib/draining/reason-meanings.ts';
import { type DrainingReason, drainingReasons } from '../../lib/draining/reasons.ts';
import { aHook, aPolicy, aRecord, arn, outcomeOf, START } from './builders.ts';
import { decideOn } from './situation.ts';
import { draining } from './situations-draining.ts';
import { leaving } from './situations-leaving.ts';
import { requested } from './situations-requested.ts';
import { undone } from './situations-undone.ts';

/** Said where AWS is read and events are routed, which the tests of those parts cover. */
const saidElsewhere: DrainingReason[] = [
  'cluster-not-found',
  'not-a-container-instance',
  'not-draining',
  'observing-failed',
  'paused',
  'trigger-off',
];

const hook = aHook();
const actions: Action[] = [
  { kind: 'begin-drain', arn },
  { kind: 'reactivate', arn },
  { kind: 'complete', hook, result: 'CONTINUE' },
  { kind: 'heartbeat', hook },
];
const errors = ['aws-throttled', 'aws-access-denied', 'aws-other'].map((code) => ({ code, sentence: 'No.' }));
const limits = (draining: number, keepActive: number) =>
  aPolicy({
    limits: {
      draining: { kind: 'count', value: draining },
      keepActive: { kind: 'count', value: keepActive },
    },
  });

function everythingSaid(): Set<DrainingReason> {
  const decided = [...requested, ...draining, ...undone, ...leaving].flatMap((one) => decideOn(one).findings);
  const outcomes = [
    ...actions.flatMap((action) => [outcomeOf(action, 'done'), outcomeOf(action, 'already')]),
    ...errors.map((error) => outcomeOf({ kind: 'heartbeat', hook }, 'retry', { error })),
  ];
  const settled = settleOutcomes(aRecord(), aRecord(), outcomes, START).findings;
  const held = [limits(0, 0), limits(1, 1)].flatMap((policy) => [
    ...admit([aRecord()], { active: 1, draining: 0 }, policy).held.values(),
  ]);
  return new Set([...decided, ...settled, ...held].map(({ reason }) => reason));
}

describe('the catalogue of reasons', () => {
  it('holds what the tests make draining say, and nothing that nobody says', () => {
    expect([...everythingSaid(), ...saidElsewhere].sort()).toEqual(Object.keys(drainingReasons).sort());
  });

  it('explains every reason', () => {
    expect(Object.keys(drainingReasonMeanings).sort()).toEqual(Object.keys(drainingReasons).sort());
  });
});

describe('every sentence', () => {
  it('names the instance, so that it can be read alone', () => {
    const sentences = [...requested, ...draining, ...leaving].flatMap((one) =>
      decideOn(one).findings.map(({ reason, sentence }) => ({ reason, sentence })),
    );
    const nameless = sentences.filter(({ sentence }) => !sentence.includes('i-1'));
    // These are about the hook of a group, whichever instance was looked at.
    expect(new Set(nameless.map(({ reason }) => reason))).toEqual(
      new Set(['hook-missing', 'hook-too-short']),
    );
  });
});
