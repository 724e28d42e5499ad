import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { repositoryName } from '../../lib/ids.ts';
import type { Intent, OrderKept, TagRecord } from '../../lib/retagging/record.ts';
import {
  anImage,
  byHand,
  counts,
  decided,
  digest,
  minutes,
  pointed,
  reasons,
  START,
  scanGate,
} from './situations.ts';

const a = anImage('a', 1, ['v1']);
const b = anImage('b', 2, ['v2']);
const c = anImage('c', 3, ['v3', 'stable']);
const d = anImage('d', 4, ['dev']);
const elsewhere = {
  destination: { repository: repositoryName('prod/web'), region: null, tags: ['stable'] },
};
const ordering = (order: OrderKept, changes: Partial<TagRecord> = {}): Partial<TagRecord> => ({
  order: { order, by: 'ada', at: minutes(59) },
  ...changes,
});
const promote = (image: string, changes: Partial<TagRecord> = {}) =>
  ordering({ verb: 'promote', image, skipGates: false }, changes);
const back = (to: string | null = null, changes: Partial<TagRecord> = {}) =>
  ordering({ verb: 'rollback', to }, { history: [pointed('a', 1), pointed('b', 2)], ...changes });
const wanted = (kind: Intent['kind'], letter: string, at = minutes(50)): Intent => ({
  kind,
  digest: digest(letter),
  pushedAt: minutes(2),
  sourceTag: null,
  copy: false,
  rejects: false,
  at,
  by: kind === 'promotion' || kind === 'healing' ? 'web/stable' : 'order by ada',
});

describe('an order to promote', () => {
  it('records what is to be written and by whose order, and says what it leaves', () => {
    const { next, findings } = decided({ record: promote('dev'), images: [c, d] });

    expect(next.intent).toEqual({
      kind: 'order',
      digest: digest('d'),
      pushedAt: minutes(4),
      sourceTag: 'dev',
      copy: false,
      rejects: false,
      at: minutes(60),
      by: 'order by ada',
    });
    expect(findings[0]?.facts).toEqual({ digest: digest('d'), previous: digest('c'), orderedBy: 'ada' });
  });

  it('leaves nothing where there is no such tag', () => {
    const { next, findings } = decided({ rule: { triggers: byHand }, record: promote('dev'), images: [d] });

    expect(next.intent?.rejects).toBe(false);
    expect(findings[0]?.facts).toEqual({ digest: digest('d'), orderedBy: 'ada' });
  });

  it('rejects what it leaves where the rule allows older images, which would come back at once', () => {
    const { next } = decided({ rule: { allowOlder: true }, record: promote('dev'), images: [c, d] });

    expect(next.intent?.rejects).toBe(true);
  });

  it('rejects what a deleted tag was on, if that is newer', () => {
    const record = promote('v1', { current: pointed('b', 2) });
    const { next } = decided({ record, images: [a, b], snapshot: { kept: [b] } });

    expect(next.intent).toMatchObject({ digest: digest('a'), rejects: true });
  });

  it('takes a digest for a digest, and any of several tags for a tag', () => {
    const two = anImage('d', 4, ['other', 'dev']);

    expect(decided({ record: promote('dev'), images: [c, two] }).action).toMatchObject({
      digest: digest('d'),
      sourceTag: 'dev',
    });
    expect(decided({ record: promote(digest('b')), images: [a, b, c] }).action?.digest).toBe(digest('b'));
  });

  it('copies into another repository', () => {
    const decision = decided({ rule: elsewhere, record: promote('dev'), images: [d] });

    expect(decision.action).toMatchObject({ digest: digest('d'), copy: true });
  });

  it('is carried out until a day after it was given', () => {
    const record = {
      order: { order: { verb: 'promote', image: 'dev', skipGates: false }, by: 'ada', at: START },
    } as const;
    const waiting = (ms: number) => decided({ record, images: [c, d], at: ms / MINUTE });

    expect(waiting(24 * HOUR).action?.digest).toBe(digest('d'));
    expect(reasons(waiting(24 * HOUR + 1))).toContain('order-not-applicable');
  });

  it('waits for a gate until the moment that may open it', () => {
    const rule = { triggers: byHand, gates: { minAgeMs: 90 * MINUTE } };
    const decision = decided({ rule, record: promote('dev'), images: [c, d] });

    expect(reasons(decision)).toEqual(['too-young']);
    expect(decision.findings[0]?.facts).toEqual({ digest: digest('d'), orderedBy: 'ada' });
    expect(decision.lookAt).toBe(minutes(94));
    expect(decision.next.order).toBeDefined();
  });

  it('that waits for somebody is looked at at no moment', () => {
    const rule = { triggers: byHand, gates: { approval: true } };

    expect(decided({ rule, record: promote('dev'), images: [c, d] })).not.toHaveProperty('lookAt');
  });

  it('that waits keeps the rule from nothing, and the earlier of two looks counts', () => {
    const rule = { gates: { minAgeMs: 57.5 * MINUTE } };
    const images = [
      a,
      { ...b, tags: ['v2', 'stable'] },
      { ...c, tags: ['v3'] },
      { ...d, status: 'ACTIVATING' as const },
    ];
    const decision = decided({ rule, record: promote('dev'), images });

    expect(reasons(decision)).toEqual(['activating', 'too-young']);
    expect(decision.lookAt).toBe(minutes(60.5));
    expect(decision.next.order).toBeDefined();
    const now = decided({ record: promote('dev'), images });
    expect(reasons(now)).toEqual(['activating', 'promoted']);
    expect(now.lookAt).toBe(minutes(61));
  });

  it('for an image that ECR gives no further tag is over, and the rule goes on', () => {
    const full = { ...d, tags: [...Array.from({ length: 999 }, (_, at) => `x${at}`), 'dev'] };
    const decision = decided({ record: promote('dev'), images: [c, full, anImage('e', 5, ['v5'])] });

    expect(reasons(decision)).toEqual(['too-many-tags', 'promoted']);
    expect(decision.findings[0]?.facts).toEqual({ digest: digest('d'), orderedBy: 'ada' });
    expect(decision.next.order).toBeUndefined();
    expect(decision.findings[1]?.facts).not.toHaveProperty('orderedBy');
  });

  it('whose gate is closed for good is over, and what is rejected stays so', () => {
    const rule = { gates: { scan: scanGate } };
    const snapshot = { scans: new Map([[digest('d'), counts({ critical: 1 })]]) };
    const record = promote('dev', { rejected: [digest('d')] });
    const decision = decided({ rule, record, images: [c, d], snapshot });

    expect(reasons(decision)).toContain('findings-exceed');
    expect(decision.next.rejected).toEqual([digest('d')]);
  });

  it('for what the tag is on makes that image welcome again, and no other', () => {
    const decision = decided({
      record: promote('v3', { rejected: [digest('b'), digest('c')] }),
      images: [a, b, c],
    });

    expect(reasons(decision)).toContain('already-there');
    expect(decision.next.rejected).toEqual([digest('b')]);
  });

  it('decides nothing before its gates are read', () => {
    const record = promote('dev');
    const decision = decided({ rule: { gates: { scan: scanGate } }, record, images: [c, d] });

    expect(decision).toMatchObject({ findings: [], next: { order: record.order } });
  });
});

describe('an order to roll back', () => {
  it('records what is to be written, that it rejects what it leaves, and when its image was pushed', () => {
    const copied = { ...b, pushedAt: minutes(40) };
    const record = back();
    const { next, findings } = decided({ record, images: [a, b, c], snapshot: { kept: [a, copied, c] } });

    expect(next.intent).toEqual({
      kind: 'rollback',
      digest: digest('b'),
      pushedAt: minutes(2),
      sourceTag: null,
      copy: false,
      rejects: true,
      at: minutes(60),
      by: 'order by ada',
    });
    expect(findings[0]?.facts).toEqual({ digest: digest('b'), previous: digest('c'), orderedBy: 'ada' });
  });

  it('to what the tag never was on goes by the time of its push, and copies it from the source', () => {
    const record = back(digest('d'));
    const decision = decided({
      rule: elsewhere,
      record,
      images: [a, b, d],
      snapshot: { kept: [c], destination: c },
    });

    expect(decision.next.intent).toMatchObject({ pushedAt: minutes(4), copy: true });
  });

  it('to the image that the tag is on asks for nothing', () => {
    const decision = decided({ record: back(digest('c')), images: [a, b, c], snapshot: { kept: [a, b, c] } });

    expect(reasons(decision)).toContain('already-there');
    expect(decision.action).toBeUndefined();
  });

  it('to an archived image is refused', () => {
    const kept = [{ ...a, status: 'ARCHIVED' as const }, c];
    const decision = decided({ record: back(digest('a')), images: [c], snapshot: { kept } });

    expect(reasons(decision)).toContain('archived');
    expect(decision.next.order).toBeUndefined();
  });

  it('that waits has nothing promoted meanwhile', () => {
    const restoring = { ...b, status: 'ACTIVATING' as const };
    const images = [a, restoring, c, anImage('e', 5, ['v5'])];
    const decision = decided({ record: back(digest('b')), images, snapshot: { kept: [restoring] } });

    expect(reasons(decision)).toEqual(['activating']);
    expect(decision.findings[0]?.facts).toEqual({ orderedBy: 'ada' });
  });

  it('never goes to the image that it is to leave, though the history names it', () => {
    const history = [pointed('a', 1), pointed('c', 3)];

    expect(
      decided({ record: back(null, { history }), images: [a, c], snapshot: { kept: [a, c] } }).action?.digest,
    ).toBe(digest('a'));
  });

  it('of a deleted tag goes past what that was on', () => {
    const record = back(null, { current: pointed('b', 2) });

    expect(decided({ record, images: [a], snapshot: { kept: [a, b] } }).action?.digest).toBe(digest('a'));
  });

  it('does not go to what was passed over, nor where it is not known when that was pushed stops at it', () => {
    const at = pointed('b', 2);
    const history = [pointed('o', 0, { pushedAt: null }), pointed('c', 3), at];
    const record = back(null, { current: at, history, newerThan: minutes(4) });
    const images = [{ ...b, tags: ['v2', 'stable'] }, { ...c, tags: ['v3'] }, anImage('o', 0)];

    expect(decided({ record, images, snapshot: { kept: images } }).action?.digest).toBe(digest('o'));
  });

  it('without a rollback before it goes to a newer image, too, where that was the last', () => {
    const record = back(null, { current: pointed('b', 2), history: [pointed('a', 1), pointed('c', 3)] });
    const images = [a, { ...b, tags: ['v2', 'stable'] }, { ...c, tags: ['v3'] }];

    expect(decided({ record, images, snapshot: { kept: images } }).action?.digest).toBe(digest('c'));
  });
});

describe('what was decided and perhaps not done', () => {
  const images = [a, b, c];

  it.each(['order', 'rollback'] as const)('by %s is done as it was recorded, for a day', (kind) => {
    const waiting = (ms: number) =>
      decided({ record: { intent: wanted(kind, 'a', START) }, images, at: ms / MINUTE });

    expect(reasons(waiting(24 * HOUR))).toEqual(['intent-replayed']);
    expect(waiting(24 * HOUR).next.intent).toEqual(wanted(kind, 'a', START));
    expect(waiting(24 * HOUR).findings[0]?.facts).toEqual({ digest: digest('a') });
    expect(reasons(waiting(24 * HOUR + 1))).toEqual(['order-not-applicable', 'already-there']);
    expect(waiting(24 * HOUR + 1).next).not.toHaveProperty('intent');
  });

  it('by the rule is decided afresh, and only the change itself is told as one that is done again', () => {
    const newer = [a, { ...c, tags: ['v3'] }, { ...b, tags: ['v2', 'stable'] }];
    const record = {
      intent: wanted('promotion', 'c'),
      candidates: [{ digest: digest('x'), tag: 'v9', at: START }],
    };
    const decision = decided({ record, images: newer });

    expect(reasons(decision)).toEqual(['source-tag-moved', 'intent-replayed']);
    expect(decision.findings[1]?.sentence).toContain('It was decided 2026-11-21T12:50:00Z');
  });

  it('by the rule is told as new when it is another image by now', () => {
    const newer = [a, { ...c, tags: ['v3'] }, { ...b, tags: ['v2', 'stable'] }];

    expect(reasons(decided({ record: { intent: wanted('promotion', 'a') }, images: newer }))).toEqual([
      'promoted',
    ]);
  });

  it('to put back a deleted tag does not make a rule that acts by order promote', () => {
    const record = { intent: wanted('healing', 'b'), current: pointed('b', 2) };
    const rule = { triggers: byHand };
    const lost = { rule, record, images: [b, { ...c, tags: ['v3'] }], snapshot: { kept: [b] } };

    expect(decided(lost).action?.digest).toBe(digest('b'));
  });

  it('gives way to an order that came since', () => {
    const record = promote('dev', { intent: wanted('promotion', 'b') });

    expect(decided({ record, images: [a, b, c, d] }).next.intent).toMatchObject({ kind: 'order' });
  });

  it('by a run of the schedule goes on although an order is answered in the same look', () => {
    const rule = { triggers: byHand };
    const older = [{ ...a, tags: ['v1', 'stable'] }, b];
    const unknown = promote('nope', { intent: wanted('promotion', 'b') });
    const waiting = promote('dev', { intent: wanted('promotion', 'b') });
    const restored = [...older, { ...d, status: 'ACTIVATING' as const }];

    expect(decided({ rule, record: unknown, images: older }).action?.digest).toBe(digest('b'));
    expect(decided({ rule, record: waiting, images: restored }).action?.digest).toBe(digest('b'));
    expect(decided({ rule, record: promote('nope'), images: older }).action).toBeUndefined();
  });
});
