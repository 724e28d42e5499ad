import { describe, expect, it } from 'vitest';
import { HOUR } from '../../lib/clock.ts';
import { repositoryName } from '../../lib/ids.ts';
import { settleTag } from '../../lib/retagging/outcome.ts';
import type { OrderKept, TagRecord } from '../../lib/retagging/record.ts';
import {
  anImage,
  aRule,
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
const history = [pointed('a', 1), pointed('b', 2)];
const ordering = (order: OrderKept, changes: Partial<TagRecord> = {}): Partial<TagRecord> => ({
  order: { order, by: 'ada', at: minutes(59) },
  history,
  ...changes,
});
const back = (to: string | null = null, changes: Partial<TagRecord> = {}) =>
  ordering({ verb: 'rollback', to }, changes);
const promote = (image: string, skipGates = false) => ordering({ verb: 'promote', image, skipGates });
const kept = [a, b, c];

describe('a rollback', () => {
  it('asks first what of the history still exists', () => {
    expect(decided({ record: back(), images: [c] }).needs).toEqual([{ kind: 'kept' }]);
  });

  it('goes to the image before, and puts a tag rather than delete one: retagging edge 16', () => {
    const decision = decided({ record: back(), images: [a, b, c], snapshot: { kept } });
    expect(decision.action).toEqual({ kind: 'put-tag', digest: digest('b'), sourceTag: null, copy: false });
    expect(decision.next.intent).toMatchObject({ kind: 'rollback', rejects: true, by: 'order by ada' });
    expect(decision.next.order).toBeUndefined();
    expect(reasons(decision)).toEqual(['rolled-back']);
  });

  it('goes further back where that one is gone, archived, or was rolled back from itself', () => {
    const gone = decided({ record: back(), images: [a, c], snapshot: { kept: [a, c] } });
    const archived = decided({
      record: back(),
      images: [a, b, c],
      snapshot: { kept: [a, { ...b, status: 'ARCHIVED' }, c] },
    });
    const left = decided({
      record: back(null, { rejected: [digest('b')] }),
      images: [a, b, c],
      snapshot: { kept },
    });
    expect([gone, archived, left].map(({ action }) => action?.digest)).toEqual(Array(3).fill(digest('a')));
  });

  it('goes to the digest that it names', () => {
    const decision = decided({ record: back(digest('a')), images: [a, b, c], snapshot: { kept } });
    expect(decision.action?.digest).toBe(digest('a'));
  });

  it('needs no copy for what the other repository still has', () => {
    const rule = { destination: { repository: repositoryName('prod/web'), region: null, tags: ['stable'] } };
    const decision = decided({ rule, record: back(), images: [a], snapshot: { kept, destination: c } });
    expect(decision.action).toMatchObject({ digest: digest('b'), copy: false });
  });

  it('says so when there is nothing to go back to, and waits for nothing', () => {
    const nothing = decided({ record: back(), images: [c], snapshot: { kept: [c] } });
    const unknown = decided({ record: back(digest('x')), images: [c], snapshot: { kept: [c] } });
    for (const decision of [nothing, unknown]) {
      expect(reasons(decision)).toContain('nothing-to-roll-back-to');
      expect(decision.next.order).toBeUndefined();
      expect(decision.action).toBeUndefined();
    }
  });

  it('waits for an image that is being restored, and nothing is promoted meanwhile', () => {
    const restoring = { ...b, status: 'ACTIVATING' } as const;
    const images = [a, restoring, c, anImage('d', 4, ['v4'])];
    const decision = decided({ record: back(digest('b')), images, snapshot: { kept: [a, restoring, c] } });
    expect(decision).toMatchObject({ next: { order: { by: 'ada' } }, lookAt: minutes(61) });
    expect(decision.action).toBeUndefined();
  });

  it('works past the gates, by any rule', () => {
    const rule = { triggers: byHand, gates: { scan: scanGate, approval: true } };
    expect(decided({ rule, record: back(), images: [c], snapshot: { kept } }).action?.digest).toBe(
      digest('b'),
    );
  });

  it('undoes what somebody else did to the tag', () => {
    const theirs = anImage('x', 0, ['stable']);
    const record = back(null, { current: pointed('c', 3) });
    const decision = decided({ record, images: [a, b, { ...c, tags: ['v3'] }, theirs], snapshot: { kept } });
    expect(decision.action?.digest).toBe(digest('c'));
    expect(reasons(decision)).toEqual(['moved-by-others', 'rolled-back']);
  });

  it('that may not have been carried out is carried out as it was recorded', () => {
    const { next, action } = decided({ record: back(), images: [a, b, c], snapshot: { kept } });
    const replay = decided({ record: next, images: [a, b, c, anImage('d', 4, ['v4'])], at: 70 });
    expect(replay.action).toEqual(action);
    expect(reasons(replay)).toEqual(['intent-replayed']);
  });

  it('that could not be carried out for a day is dropped', () => {
    const { next } = decided({ record: back(), images: [a, b, c], snapshot: { kept } });
    const late = decided({ record: next, images: [a, b, c], at: 26 * 60 });
    expect(late.action).toBeUndefined();
    expect(reasons(late)).toContain('order-not-applicable');
  });

  it('that somebody overtook by moving the tag is dropped', () => {
    const { next } = decided({ record: back(), images: [a, b, c], snapshot: { kept } });
    const images = [a, b, { ...c, tags: ['v3'] }, anImage('x', 9, ['stable'])];
    const decision = decided({ record: { ...next, current: pointed('c', 3) }, images, at: 62 });
    expect(decision.action).toBeUndefined();
    expect(reasons(decision)).toContain('moved-by-others');
  });
});

describe('after a rollback from c to a', () => {
  // Not before the tests run, so that it is known which of them reach the code.
  const rolledBack = (): TagRecord => {
    const decision = decided({ record: back(digest('a')), images: [a, b, c], snapshot: { kept } });
    const outcome = { result: 'done', call: 'ECR:PutImage', digest: digest('a') } as const;
    return settleTag(decision.next, aRule(), outcome, minutes(60)).record;
  };
  const images = [{ ...a, tags: ['v1', 'stable'] }, b, { ...c, tags: ['v3'] }];

  it('neither what was left nor what lies between is promoted', () => {
    const record = rolledBack();
    const next = decided({ record, images, at: 90 });
    expect(next.action).toBeUndefined();
    expect(next.next).toEqual(record);
    expect(reasons(next)).toEqual(['rejected-before']);
  });

  it('something newer is', () => {
    const record = rolledBack();
    expect(decided({ record, images: [...images, anImage('d', 4, ['v4'])], at: 90 }).action?.digest).toBe(
      digest('d'),
    );
  });

  it('a release lets the rule have it again', () => {
    const record = rolledBack();
    const { newerThan: _, ...released } = { ...record, rejected: [] };
    expect(decided({ record: released, images, at: 90 }).action?.digest).toBe(digest('c'));
  });

  it('where older ones are allowed, only what was left is kept away', () => {
    const record = rolledBack();
    const rule = { source: { kind: 'exact', tag: 'main' }, allowOlder: true } as const;
    const main = (letter: string) =>
      images.map((one) => (one.digest === digest(letter) ? { ...one, tags: ['main'] } : one));
    expect(decided({ rule, record, images: main('c'), at: 90 }).action).toBeUndefined();
    expect(decided({ rule, record, images: main('b'), at: 90 }).action?.digest).toBe(digest('b'));
  });

  it('another rollback does not go forward to what was passed over', () => {
    const record = rolledBack();
    const order = { order: { verb: 'rollback', to: null }, by: 'ada', at: minutes(80) } as const;
    const older = { ...record, history: [pointed('o', 0), ...record.history] };
    const oldest = anImage('o', 0);
    const again = (from: TagRecord) =>
      decided({ record: { ...from, order }, images, snapshot: { kept: [oldest, ...images] }, at: 90 });
    expect(again(record).action).toBeUndefined();
    expect(again(older).action?.digest).toBe(digest('o'));
  });

  it('an order for what was left makes it welcome again', () => {
    const record = rolledBack();
    const forward = decided({ record: { ...record, ...promote(digest('c')) }, images, at: 90 });
    expect(forward.action?.digest).toBe(digest('c'));
    const done = settleTag(
      forward.next,
      aRule(),
      { result: 'done', call: 'ECR:PutImage', digest: digest('c') },
      minutes(90),
    );
    expect(done.record.rejected).not.toContain(digest('c'));
  });
});

describe('an order to promote', () => {
  const gates = { scan: scanGate };
  const d = anImage('d', 4, ['dev']);
  const scan = (critical: number) => ({ scans: new Map([[digest('d'), counts({ critical })]]) });

  it.each([digest('d'), 'dev'])('takes any image of the repository: %s', (image) => {
    const decision = decided({ rule: { triggers: byHand }, record: promote(image), images: [c, d] });
    expect(decision.action).toMatchObject({ digest: digest('d'), sourceTag: image === 'dev' ? 'dev' : null });
    expect(reasons(decision)).toEqual(['promoted']);
  });

  it('does not pass the gates', () => {
    const asked = decided({ rule: { gates }, record: promote('dev'), images: [c, d] });
    const refused = decided({ rule: { gates }, record: promote('dev'), images: [c, d], snapshot: scan(1) });
    expect(asked.needs).toEqual([{ kind: 'scan', digest: digest('d') }]);
    expect(refused.action).toBeUndefined();
    expect(refused.next.order).toBeUndefined();
    expect(reasons(refused)).toContain('findings-exceed');
  });

  it('passes them where it says so', () => {
    const decision = decided({
      rule: { gates },
      record: promote('dev', true),
      images: [c, d],
      snapshot: scan(1),
    });
    expect(decision.action?.digest).toBe(digest('d'));
  });

  it('waits for what time or somebody may open, for a day', () => {
    const rule = { gates: { approval: true } };
    const waits = decided({ rule, record: promote('dev'), images: [c, d] });
    expect(waits.next.order).toBeDefined();
    expect(reasons(waits)).toContain('waiting-for-approval');
    const late = decided({ rule, record: promote('dev'), images: [c, d], at: 59 + 24 * 60 + 1 });
    expect(late.next.order).toBeUndefined();
    expect(reasons(late)).toContain('order-not-applicable');
  });

  it('for an older image rejects what it leaves, so that the rule does not undo it', () => {
    const older = decided({ record: promote('v1'), images: [a, b, c] });
    const newer = decided({ record: promote('dev'), images: [a, b, c, d] });
    expect(older.next.intent).toMatchObject({ digest: digest('a'), rejects: true });
    expect(newer.next.intent).toMatchObject({ digest: digest('d'), rejects: false });
  });

  it('is over where the tag is there already', () => {
    const decision = decided({ record: { ...promote('v3'), rejected: [digest('c')] }, images: [c] });
    expect(decision.action).toBeUndefined();
    expect(decision.next).toMatchObject({ rejected: [] });
    expect(decision.next.order).toBeUndefined();
    expect(reasons(decision)).toContain('already-there');
  });

  it.each([
    ['an unknown image', promote('nope'), [c], 'order-not-applicable'],
    ['an archived one', promote('dev'), [c, { ...d, status: 'ARCHIVED' as const }], 'archived'],
  ])('refuses %s', (_, record, images, reason) => {
    const decision = decided({ record, images });
    expect(decision.action).toBeUndefined();
    expect(decision.next.order).toBeUndefined();
    expect(reasons(decision)).toContain(reason);
  });

  it('tries a tag that was immutable once more', () => {
    const record = { ...promote('dev'), conflict: { current: digest('c'), at: START + HOUR } };
    expect(decided({ record, images: [c, d] }).action?.digest).toBe(digest('d'));
  });
});
