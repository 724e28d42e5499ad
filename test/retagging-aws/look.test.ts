import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import {
  afterPass,
  isLookDue,
  isReconcileDue,
  wantedOfDestination,
  wantedOfSource,
} from '../../lib/retagging/look.ts';
import type { TagRecord } from '../../lib/retagging/record.ts';
import { destinationsOf } from '../../lib/retagging/tags.ts';
import {
  aRecord,
  aRule,
  digest,
  heard,
  later,
  order,
  pointed,
  push,
  type RuleChanges,
  START,
} from '../retagging/situations.ts';

function question(record: Partial<TagRecord> = {}, rule: RuleChanges = {}) {
  const own = aRule(rule);
  const [destination] = destinationsOf(own);
  if (destination === undefined) throw new Error('a rule without a destination');
  return { record: aRecord(record), rule: own, destination, inbox: [], reconciling: false, now: START };
}

const candidate = (letter: string, tag: string | null = 'v2') => ({ digest: digest(letter), tag, at: START });
const exact: RuleChanges = { source: { kind: 'exact', tag: 'main' } };

describe('what is read of the source', () => {
  it('after a push is the digest that it names', () => {
    expect(wantedOfSource(question({ candidates: [candidate('b')] }))).toEqual({
      all: false,
      certain: [{ imageDigest: digest('b') }],
      doubtful: [],
      untagged: [],
    });
  });

  it('is the exact tag too, which is doubtful until something came of it', () => {
    expect(wantedOfSource(question({}, exact)).doubtful).toEqual([{ imageTag: 'main' }]);
    const known = question({ candidates: [candidate('b', 'main')] }, exact);
    expect(wantedOfSource(known)).toMatchObject({
      certain: [{ imageDigest: digest('b') }, { imageTag: 'main' }],
      doubtful: [],
    });
  });

  it.each([
    ['all is compared', { reconciling: true }],
    [
      'a destination was deleted',
      { inbox: [heard({ kind: 'removed', digest: 'd', tag: 'stable', at: START })] },
    ],
    ['what was rolled back from is released', { inbox: [order({ verb: 'release' })] }],
  ])('is everything when %s, unless one tag is all there is', (_, changes) => {
    expect(wantedOfSource({ ...question(), ...changes }).all).toBe(true);
    expect(wantedOfSource({ ...question({}, exact), ...changes }).all).toBe(false);
  });

  it('is everything when more was pushed than a record remembers', () => {
    const candidates = [...'abcdefghijklmnopqrst'].map((letter) => candidate(letter));
    expect(wantedOfSource(question({ candidates })).all).toBe(true);
    expect(wantedOfSource(question({ candidates: candidates.slice(1) })).all).toBe(false);
  });

  it('is not everything for an ordinary push or order', () => {
    const inbox = [push('b', 'v2'), order({ verb: 'approve', digest: digest('b') })];
    expect(wantedOfSource({ ...question(), inbox }).all).toBe(false);
  });

  it('is what an order names, also if it has no tag', () => {
    const named = (image: string) =>
      wantedOfSource(
        question({ order: { order: { verb: 'promote', image, skipGates: false }, by: 'ada', at: START } }),
      ).untagged;
    expect(named('v7')).toEqual([{ imageTag: 'v7' }]);
    expect(named(digest('c'))).toEqual([{ imageDigest: digest('c') }]);
  });

  it('is what the tag of another repository is on, where versions are compared', () => {
    const abroad: RuleChanges = {
      order: 'highest-version',
      destination: { ...aRule().destination, region: 'us-east-1' },
    };
    const current = pointed('a', 0);
    expect(wantedOfSource(question({ current }, abroad)).untagged).toEqual([{ imageDigest: digest('a') }]);
    expect(wantedOfSource(question({ current }, { order: 'highest-version' })).untagged).toEqual([]);
  });
});

it('the destination tag is doubtful while the record knows of none', () => {
  expect(wantedOfDestination(question()).doubtful).toEqual([{ imageTag: 'stable' }]);
  expect(wantedOfDestination(question({ current: pointed('a', 0) })).certain).toEqual([
    { imageTag: 'stable' },
  ]);
});

describe('a repository', () => {
  const policy = { mode: 'act', reconcileEveryMs: 15 * MINUTE, rules: [] } as const;
  const repository = { kind: 'repository', reconciledAt: START } as const;

  it.each([
    [undefined, START, true],
    [repository, later(14 * MINUTE), false],
    // A tick that comes a little early is not left for the one after it.
    [repository, later(15 * MINUTE - 20_000), true],
  ])('of %j is compared: %s', (record, now, due) => {
    expect(isReconcileDue(record, policy, now)).toBe(due);
  });

  it('is looked at when a tag asks for it', () => {
    const waiting = { ...repository, lookAt: later(5 * MINUTE) };
    expect(isLookDue(waiting, policy, later(4 * MINUTE))).toBe(false);
    expect(isLookDue(waiting, policy, later(5 * MINUTE))).toBe(true);
  });

  it('keeps the earliest moment, until a pass over all tags says it anew', () => {
    const waiting = { ...repository, lookAt: later(5 * MINUTE) };
    const pass = { whole: false, reconciled: false, lookAt: [later(9 * MINUTE)], now: later(MINUTE) };
    expect(afterPass(waiting, pass).lookAt).toBe(later(5 * MINUTE));
    expect(afterPass(waiting, { ...pass, whole: true }).lookAt).toBe(later(9 * MINUTE));
    expect(afterPass(waiting, { ...pass, whole: true, lookAt: [] })).not.toHaveProperty('lookAt');
    expect(afterPass(waiting, { ...pass, reconciled: true }).reconciledAt).toBe(later(MINUTE));
  });
});
