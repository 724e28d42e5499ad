import { describe, expect, it } from 'vitest';
import { takeIn } from '../../lib/retagging/intake.ts';
import {
  anImage,
  aRecord,
  aRule,
  byHand,
  digest,
  heard,
  order,
  pointed,
  push,
  reasons,
  START,
} from './situations.ts';

const waiting = (letter: string) => ({ digest: digest(letter), tag: 'v1', at: START });

describe('a push', () => {
  it('of a source tag is a candidate, and news', () => {
    const taken = takeIn(aRecord(), [push('a', 'v1')], aRule());
    expect(taken).toMatchObject({ news: true, record: { candidates: [waiting('a')] }, findings: [] });
  });

  it('is remembered and no news where pushes do not trigger', () => {
    const taken = takeIn(aRecord(), [push('a', 'v1')], aRule({ triggers: byHand }));
    expect(taken).toMatchObject({ news: false, record: { candidates: [waiting('a')] } });
  });

  it('retagging edge 2: without a tag is ignored; a tag given later has an event of its own', () => {
    const taken = takeIn(aRecord(), [push('a', null)], aRule());
    expect(taken).toMatchObject({ news: false, record: { candidates: [] } });
    expect(reasons(taken)).toEqual(['no-matching-image']);
  });

  it('of a tag that the rule does not take, or of another repository, is ignored', () => {
    for (const one of [push('a', 'dev'), push('a', 'v1', { repository: 'api' })]) {
      expect(takeIn(aRecord(), [one], aRule())).toMatchObject({ news: false, record: { candidates: [] } });
    }
  });

  it('without a tag may be the signature that a candidate waits for', () => {
    const rule = aRule({ gates: { signature: true } });
    const record = aRecord({ candidates: [waiting('a')] });
    expect(takeIn(record, [push('s', null)], rule).news).toBe(true);
    expect(takeIn(record, [push('s', `${digest('a').replace(':', '-')}.sig`)], rule).news).toBe(true);
    expect(takeIn(record, [push('s', `${digest('b').replace(':', '-')}.sig`)], rule).news).toBe(false);
    expect(takeIn(aRecord(), [push('s', null)], rule).news).toBe(false);
  });

  it('delivered twice counts once', () => {
    const one = push('a', 'v1');
    const first = takeIn(aRecord(), [one], aRule());
    const second = takeIn({ ...first.record, candidates: [] }, [one], aRule());
    expect(second).toMatchObject({ news: false, record: { candidates: [] } });
    expect(reasons(second)).toEqual(['event-repeated']);
  });

  it('remembers the newest 20 candidates and 50 events', () => {
    const many = [...'abcdefghijklmnopqrstuvwxyz'].flatMap((letter) => [
      push(letter, 'v1'),
      push(letter, 'v1'),
    ]);
    const { record } = takeIn(aRecord(), many, aRule());
    expect(record.candidates).toHaveLength(20);
    expect(record.candidates.at(-1)?.digest).toBe(digest('z'));
    expect(record.seen).toHaveLength(50);
  });
});

describe('retagging edge 1: the event of our own write', () => {
  const own = push('b', 'stable');

  it('is recognised, makes no candidate, and makes us look whether it still holds', () => {
    const taken = takeIn(aRecord({ current: pointed('b', 0) }), [own], aRule());
    expect(taken).toMatchObject({ news: true, record: { candidates: [] } });
    expect(reasons(taken)).toEqual(['own-write']);
  });

  it('is recognised even before the write was recorded', () => {
    const intent = {
      kind: 'promotion' as const,
      digest: digest('b'),
      pushedAt: START,
      sourceTag: 'v1',
      copy: false,
      rejects: false,
      at: START,
      by: 'web/stable',
    };
    expect(reasons(takeIn(aRecord({ intent }), [own], aRule()))).toEqual(['own-write']);
  });

  it('is not claimed for what somebody else wrote', () => {
    const taken = takeIn(aRecord({ current: pointed('a', 0) }), [own], aRule());
    expect(taken).toMatchObject({ news: true, findings: [] });
  });
});

describe('other news', () => {
  const scan = heard({ kind: 'scan', repository: 'web', digest: digest('a'), at: START });

  it('retagging edge 14: a scan before its push names the image all the same, and says nothing of its result', () => {
    const taken = takeIn(aRecord(), [scan], aRule());
    expect(taken).toMatchObject({ news: true, record: { candidates: [{ digest: digest('a'), tag: null }] } });
    const both = takeIn(taken.record, [push('a', 'v1')], aRule());
    expect(both.record.candidates).toEqual([waiting('a')]);
  });

  it('a scan or a deployment that nothing goes by is none', () => {
    const rule = aRule({ triggers: byHand });
    const deployment = heard({ kind: 'deployment', at: START });
    expect(takeIn(aRecord(), [scan, deployment], rule)).toMatchObject({
      news: false,
      record: { candidates: [] },
    });
    expect(takeIn(aRecord(), [deployment], aRule()).news).toBe(true);
  });

  it.each([
    { kind: 'removed', digest: anImage('a', 0).digest, tag: 'stable', at: START } as const,
    { kind: 'tick', at: START } as const,
  ])('$kind is always some', (notice) => {
    expect(takeIn(aRecord(), [heard(notice)], aRule({ triggers: byHand })).news).toBe(true);
  });
});

describe('an order', () => {
  it('to promote or roll back waits in the record', () => {
    const taken = takeIn(aRecord(), [order({ verb: 'rollback', to: null })], aRule({ triggers: byHand }));
    expect(taken).toMatchObject({
      news: true,
      record: { order: { order: { verb: 'rollback', to: null }, by: 'ada' } },
    });
  });

  it('gives way to a newer one, which is said', () => {
    const first = order({ verb: 'promote', image: 'v1', skipGates: false });
    const taken = takeIn(aRecord(), [first, order({ verb: 'rollback', to: null })], aRule());
    expect(taken.record.order?.order.verb).toBe('rollback');
    expect(reasons(taken)).toEqual(['order-not-applicable']);
  });

  it('that is delivered twice is carried out once', () => {
    const one = order({ verb: 'rollback', to: null });
    const { order: _, ...carriedOut } = takeIn(aRecord(), [one], aRule()).record;
    expect(takeIn(carriedOut, [one], aRule())).toMatchObject({ news: false });
    expect(takeIn(carriedOut, [one], aRule()).record.order).toBeUndefined();
  });

  it('approves one digest, in advance or not', () => {
    const taken = takeIn(aRecord(), [order({ verb: 'approve', digest: digest('a') })], aRule());
    expect(taken).toMatchObject({
      news: true,
      record: { approvals: [{ digest: digest('a'), by: 'ada' }], candidates: [{ digest: digest('a') }] },
    });
    expect(reasons(taken)).toEqual(['approved']);
  });

  it('releases what was rolled back from, which is then looked at', () => {
    const record = aRecord({ rejected: [digest('b')], newerThan: START });
    const taken = takeIn(record, [order({ verb: 'release' })], aRule());
    expect(taken.record).toMatchObject({ rejected: [], candidates: [{ digest: digest('b'), tag: null }] });
    expect(taken.record.newerThan).toBeUndefined();
    expect(reasons(taken)).toEqual(['released']);
  });
});
