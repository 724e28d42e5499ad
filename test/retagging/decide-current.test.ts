import { describe, expect, it } from 'vitest';
import { repositoryName } from '../../lib/ids.ts';
import { settleTag } from '../../lib/retagging/outcome.ts';
import {
  anImage,
  aRule,
  byHand,
  decided,
  digest,
  later,
  minutes,
  pointed,
  reasons,
  START,
} from './situations.ts';

const a = anImage('a', 1, ['v1', 'stable']);
const b = anImage('b', 2, ['v2']);
const c = anImage('c', 3, ['v3']);
const elsewhere = {
  destination: { repository: repositoryName('prod/web'), region: null, tags: ['stable'] },
};

describe('what others did', () => {
  const past = pointed('b', 2, { at: START });

  it('is taken over at the first look in silence', () => {
    const decision = decided({ images: [anImage('c', 3, ['v3', 'stable'])], firstLook: true });
    expect(decision.next.current).toEqual(pointed('c', 3, { at: minutes(60), by: 'others' }));
    expect(reasons(decision)).toEqual(['already-there']);
  });

  it('retagging edge 6: a tag that somebody moved back stays there, and ours is remembered', () => {
    const decision = decided({ record: { current: past }, images: [a, b] });
    expect(decision.action).toBeUndefined();
    expect(decision.next).toMatchObject({
      current: { digest: digest('a'), by: 'others' },
      history: [past],
      rejected: [digest('b')],
    });
    expect(reasons(decision)).toContain('moved-by-others');
  });

  it('has the age that it has in the source, and not that of a copy', () => {
    const theirs = { ...anImage('a', 50), tags: ['stable'] };
    const decision = decided({
      rule: elsewhere,
      record: { current: past },
      images: [a, b],
      snapshot: { destination: theirs },
    });
    expect(decision.next.current?.pushedAt).toBe(a.pushedAt);
  });

  it('gives way to what is pushed afterwards', () => {
    const decision = decided({ record: { current: past }, images: [a, b, c] });
    expect(decision.action?.digest).toBe(digest('c'));
    expect(reasons(decision)).toEqual(['moved-by-others', 'promoted']);
  });

  it('an answer from before our own write is not taken for theirs', () => {
    const current = pointed('b', 2, { at: minutes(60) - 5_000 });
    const decision = decided({ record: { current, history: [pointed('a', 1)] }, images: [a, b] });
    expect(decision).toMatchObject({ next: { rejected: [] }, lookAt: minutes(60) + 25_000 });
    expect(decision.action).toBeUndefined();
    expect(reasons(decision)).toEqual(['own-write']);
  });

  it('a deleted tag is put back to the same image', () => {
    const images = [anImage('b', 2, ['v2']), anImage('x', 9, ['dev'])];
    const decision = decided({ record: { current: past }, images, snapshot: { kept: [b] } });
    expect(decision.action).toEqual({ kind: 'put-tag', digest: digest('b'), sourceTag: null, copy: false });
    expect(reasons(decision)).toEqual(['healed']);
  });

  it('a deleted tag goes to something newer where there is one', () => {
    const decision = decided({ record: { current: past }, images: [b, c], snapshot: { kept: [b] } });
    expect(reasons(decision)).toEqual(['promoted']);
    expect(decision.action?.digest).toBe(digest('c'));
  });

  it('retagging edge 16: with its last tag the image was deleted: the newest other one is taken', () => {
    const first = decided({ record: { current: past }, images: [{ ...a, tags: ['v1'] }] });
    expect(first.needs).toEqual([{ kind: 'kept' }]);
    const second = decided({
      record: { current: past },
      images: [{ ...a, tags: ['v1'] }],
      snapshot: { kept: [] },
    });
    expect(second.action?.digest).toBe(digest('a'));
    expect(reasons(second)).toEqual(['image-gone', 'promoted']);
    expect(second.next.current).toBeUndefined();
  });
});

it('a deleted tag is put back without a copy where its image is still there, and with one where it is not', () => {
  const asked = { rule: elsewhere, record: { current: pointed('b', 2) }, images: [b] };
  expect(decided({ ...asked, snapshot: { kept: [b] } }).action?.copy).toBe(false);
  expect(decided({ ...asked, snapshot: { kept: [] } }).action).toMatchObject({
    digest: digest('b'),
    copy: true,
  });
});

it('a deleted tag of a rule that acts by order alone is put back, also after a crash, and nothing is promoted', () => {
  const asked = { rule: { triggers: byHand }, images: [b, c], snapshot: { kept: [b] } };
  const first = decided({ ...asked, record: { current: pointed('b', 2) } });
  const second = decided({ ...asked, record: first.next, at: 61 });
  expect([first, second].map(({ action }) => action?.digest)).toEqual([digest('b'), digest('b')]);
});

describe('a crash between the intention and its end', () => {
  const crashed = () => decided({ images: [a, b] });

  it('after the write: it is found done and is not done again', () => {
    const images = [
      { ...a, tags: ['v1'] },
      { ...b, tags: ['v2', 'stable'] },
    ];
    const decision = decided({ record: crashed().next, images, at: 61 });
    expect(decision.action).toBeUndefined();
    expect(decision.next).toMatchObject({
      current: { digest: digest('b') },
      history: [{ digest: digest('a') }],
    });
    expect(decision.next.intent).toBeUndefined();
    expect(reasons(decision)).toContain('intent-replayed');
  });

  it('before the write: the same digest is written', () => {
    const decision = decided({ record: crashed().next, images: [a, b], at: 61 });
    expect(decision.action).toEqual(crashed().action);
    expect(reasons(decision)).toEqual(['intent-replayed']);
  });

  it('before the write, and something newer has come: that is written', () => {
    expect(decided({ record: crashed().next, images: [a, b, c], at: 61 }).action?.digest).toBe(digest('c'));
  });

  it('a run of the schedule that was begun is finished', () => {
    const rule = { triggers: { ...byHand, schedule: { cron: '0 6 * * ?', timeZone: 'UTC' } } };
    const run = decided({ rule, images: [a, b], record: { scheduleSeen: START }, at: 18 * 60 });
    expect(decided({ rule, images: [a, b], record: run.next, at: 18 * 60 + 1 }).action?.digest).toBe(
      digest('b'),
    );
  });

  it('is no excuse to decide differently once it is settled', () => {
    const settled = settleTag(
      crashed().next,
      aRule(),
      { result: 'done', call: 'ECR:PutImage', digest: digest('b') },
      later(0),
    );
    const images = [
      { ...a, tags: ['v1'] },
      { ...b, tags: ['v2', 'stable'] },
    ];
    const decision = decided({ record: settled.record, images, at: 62 });
    expect(decision.next).toEqual(settled.record);
    expect(reasons(decision)).toEqual(['already-there']);
  });
});
