import { describe, expect, it } from 'vitest';
import type { ImageView } from '../../lib/retagging/snapshot.ts';
import {
  anImage,
  byHand,
  decided,
  digest,
  minutes,
  pointed,
  type RuleChanges,
  reasons,
  START,
  scanGate,
} from './situations.ts';

const a = anImage('a', 1, ['v1']);
const b = anImage('b', 2, ['v2']);
const past = pointed('b', 2, { at: START, by: 'order by ada' });

/** What comes of a tag that was on `b`, and that is deleted. */
const deleted = (
  status: ImageView['status'] | 'gone',
  {
    images = [a],
    history = [],
    rule = {},
  }: { images?: ImageView[]; history?: (typeof past)[]; rule?: RuleChanges } = {},
) =>
  decided({
    rule,
    record: { current: past, history },
    images,
    snapshot: { kept: status === 'gone' ? [] : [{ ...b, status }] },
  });

describe('a deleted tag', () => {
  it('is put back as it was, by whom it was', () => {
    const decision = deleted('ACTIVE');

    expect(decision.next.intent).toEqual({
      kind: 'healing',
      digest: digest('b'),
      pushedAt: minutes(2),
      sourceTag: null,
      copy: false,
      rejects: false,
      at: minutes(60),
      by: 'order by ada',
    });
    expect(decision.findings[0]?.facts).toEqual({ digest: digest('b') });
  });

  it('is not put back to an image that ECR gives no further tag', () => {
    const full = { ...b, tags: Array.from({ length: 1_000 }, (_, at) => `v${at}`) };
    const decision = decided({ record: { current: past }, images: [a], snapshot: { kept: [full] } });

    expect(reasons(decision)).toEqual(['too-many-tags']);
    expect(decision.action).toBeUndefined();
    expect(decision.next.current).toEqual(past);
  });

  it('retagging edge 17: waits for its image while that is restored, and nothing else is promoted', () => {
    const decision = deleted('ACTIVATING');

    expect(reasons(decision)).toEqual(['activating']);
    expect(decision.action).toBeUndefined();
    expect(decision.lookAt).toBe(minutes(61));
    expect(decision.next.current).toEqual(past);
  });

  it.each([
    ['retagging edge 17: an image that is archived', 'ARCHIVED', 'archived'],
    ['retagging edge 16: an image that is gone', 'gone', 'image-gone'],
  ] as const)('%s has its deleted tag go to the newest other one', (_, status, reason) => {
    const decision = deleted(status);

    expect(reasons(decision)).toEqual([reason, 'promoted']);
    expect(decision.action?.digest).toBe(digest('a'));
    expect(decision.findings[1]?.facts).toEqual({ digest: digest('a') });
  });

  it('whose image is gone has nothing told before the gates of another one are read', () => {
    const decision = deleted('gone', { rule: { gates: { scan: scanGate } } });

    expect(decision.needs).toEqual([{ kind: 'scan', digest: digest('a') }]);
    expect(decision.findings).toEqual([]);
    expect(decision.next.current).toEqual(past);
  });

  it('whose image is gone stays deleted by a rule that acts by order alone', () => {
    const decision = deleted('gone', { rule: { triggers: byHand } });

    expect(reasons(decision)).toEqual(['image-gone']);
    expect(decision.action).toBeUndefined();
  });

  it('has the lost image as the last of its history, once, and of twenty the oldest goes', () => {
    const older = Array.from({ length: 20 }, (_, at) => pointed(String.fromCharCode(99 + at), at));

    expect(deleted('gone', { history: [past, ...older.slice(1)] }).next.history).toEqual([
      ...older.slice(1),
      past,
    ]);
    expect(deleted('gone', { history: older }).next.history).toEqual([...older.slice(1), past]);
  });

  it('whose image is in the source and no longer in its own repository is put back from there', () => {
    const decision = deleted('gone', { images: [a, b] });

    expect(reasons(decision)).toEqual(['healed']);
  });
});
