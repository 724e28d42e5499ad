import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { clusterName, serviceName } from '../../lib/ids.ts';
import { anImage, aRecord, byHand, decided, digest, minutes, pointed, reasons, START } from './situations.ts';

const a = anImage('a', 1, ['v1', 'stable']);
const b = anImage('b', 2, ['v2']);
const c = anImage('c', 3, ['v3']);
const candidate = (letter: string, changes = {}) => ({
  digest: digest(letter),
  tag: 'v1',
  at: START,
  ...changes,
});
/** At the hour of the tests nothing that was pushed since the start is old enough. */
const young = { gates: { minAgeMs: 90 * MINUTE } };

describe('what waits for a gate', () => {
  it('keeps the time at which it was heard of; what is found besides begins to wait now', () => {
    const waiting = candidate('b', { tag: 'v2', at: minutes(5) });
    const { next } = decided({ rule: young, record: { candidates: [waiting] }, images: [a, b, c] });

    expect(next.candidates).toEqual([waiting, { digest: digest('c'), tag: 'v3', at: minutes(60) }]);
  });

  it('takes the place of what waits no more', () => {
    const gone = candidate('x', { tag: 'v0' });
    const { next } = decided({ rule: young, record: { candidates: [gone] }, images: [a, b] });

    expect(next.candidates.map((one) => one.digest)).toEqual([digest('b')]);
  });

  it('is remembered up to twenty images, the oldest going first', () => {
    const many = [...'bcdefghijklmnopqrstuvwxyz'].map((letter, at) => anImage(letter, 2 + at, ['v2']));
    const { next } = decided({ rule: young, images: [a, ...many] });

    expect(next.candidates).toHaveLength(20);
    expect(next.candidates.at(-1)?.digest).toBe(digest('b'));
  });

  it('is looked at again at the first moment that may open a gate', () => {
    expect(decided({ rule: young, images: [a, c, b] }).lookAt).toBe(minutes(92));
  });
});

describe('what no longer waits', () => {
  it('is told by its digest: it came before what the tag is on', () => {
    const current = anImage('c', 3, ['v3', 'stable']);
    const decision = decided({ record: { candidates: [candidate('b')] }, images: [current, b] });

    expect(decision.findings).toMatchObject([
      { reason: 'older-than-current', facts: { digest: digest('b') } },
    ]);
  });

  it('is told by its digest: its tag has gone to another image', () => {
    const x = anImage('x', 5, []);
    const decision = decided({ record: { candidates: [candidate('x')] }, images: [a, x] });

    expect(decision.findings).toMatchObject([{ reason: 'source-tag-moved', facts: { digest: digest('x') } }]);
  });

  it('is told by its digest: it does not exist any more', () => {
    const record = { candidates: [candidate('x')] };
    const decision = decided({ record, images: [a, b], snapshot: { complete: false } });

    expect(decision.findings).toMatchObject([
      { reason: 'image-gone', facts: { digest: digest('x') } },
      { reason: 'promoted' },
    ]);
  });

  it('is still there though not all images were read, where it is among those that were', () => {
    const record = { candidates: [candidate('x')] };
    const images = [a, anImage('x', 5, [])];
    const decision = decided({ record, images, snapshot: { complete: false } });

    expect(reasons(decision)).toEqual(['source-tag-moved']);
  });

  it('goes in silence where the tag is on it, or something newer has passed', () => {
    const record = { candidates: [candidate('a'), candidate('b')] };
    const decision = decided({ record, images: [a, b, c] });

    expect(reasons(decision)).toEqual(['promoted']);
    expect(decision.next.candidates.map((one) => one.digest)).toEqual([digest('c')]);
  });
});

describe('what was rolled back from', () => {
  const record = { rejected: [digest('c')], newerThan: minutes(3) };

  it('is not promoted again, nor is what was passed over, and each is told', () => {
    const heard = { ...record, candidates: [candidate('b'), candidate('c')] };
    const decision = decided({ record: heard, images: [a, b, c] });

    expect(reasons(decision)).toEqual(['rejected-before', 'rejected-before']);
    expect(decision.findings.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('was pushed before what was rolled back from'),
      expect.stringContaining('was rolled back from. Order'),
    ]);
    expect(decision.findings.map(({ facts }) => facts?.digest)).toEqual([digest('b'), digest('c')]);
  });

  it('holds back nothing else of a rule that allows older ones, and says nothing of it', () => {
    const rule = { allowOlder: true };
    const heard = { ...record, candidates: [candidate('b')] };

    expect(decided({ rule, record: heard, images: [a, b, c] }).action?.digest).toBe(digest('b'));
  });

  it('holds back nothing older where the tag is on nothing', () => {
    const heard = { ...record, rejected: [], candidates: [candidate('b')] };
    const decision = decided({ record: heard, images: [b, c] });

    expect(reasons(decision)).toEqual(['promoted']);
  });
});

describe('a trigger of a rule', () => {
  it.each(['push', 'scan', 'deployment'] as const)('%s alone has it act', (one) => {
    const rule = { triggers: { ...byHand, [one]: true } };

    expect(decided({ rule, images: [a, b] }).action?.digest).toBe(digest('b'));
  });

  const daily = { triggers: { ...byHand, schedule: { cron: '0 6 * * ?', timeZone: 'UTC' } } };

  it('by schedule begins to count at the first look', () => {
    const decision = decided({ rule: daily, images: [a, b] });

    expect(decision.next.scheduleSeen).toBe(minutes(60));
    expect(decision.action).toBeUndefined();
  });

  it('by schedule is no news while it is not due', () => {
    const decision = decided({ rule: daily, images: [a, b], record: { scheduleSeen: START } });

    expect(decision.next.scheduleSeen).toBe(START);
    expect(decision.findings).toMatchObject([
      { reason: 'not-yet-scheduled', facts: { digest: digest('b') } },
    ]);
  });

  it('by schedule says nothing while nothing waits for it', () => {
    const decision = decided({ rule: daily, images: [a], record: { scheduleSeen: START } });

    expect(decision.findings).toEqual([]);
  });
});

describe('a promotion', () => {
  it('records what is written, by which rule, and what it leaves', () => {
    const { next, findings } = decided({ images: [a, b] });

    expect(next.intent).toEqual({
      kind: 'promotion',
      digest: digest('b'),
      pushedAt: minutes(2),
      sourceTag: 'v2',
      copy: false,
      rejects: false,
      at: minutes(60),
      by: 'web/stable',
    });
    expect(findings[0]?.facts).toEqual({ digest: digest('b'), previous: digest('a') });
  });

  it('that deploys its services does not say that they keep what they run', () => {
    const deploy = [{ cluster: clusterName('prod'), service: serviceName('web') }];
    const decision = decided({ rule: { deploy }, images: [a, b] });

    expect(decision.findings[0]?.sentence).toMatch(/by rule web\/stable\.$/);
  });

  it('is not begun while the tag is on the newest, which the record need not know of', () => {
    const current = pointed('b', 2, { at: START });
    const images = [
      { ...a, tags: ['v1'] },
      { ...b, tags: ['v2', 'stable'] },
    ];
    const decision = decided({ images });

    expect(decision.next).toEqual(aRecord({ current }));
    expect(reasons(decision)).toEqual(['already-there']);
  });

  it('of nothing: without a tag and without an image there is nothing to say but that', () => {
    expect(reasons(decided({ images: [] }))).toEqual(['no-matching-image']);
  });
});
