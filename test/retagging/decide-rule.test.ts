import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { repositoryName } from '../../lib/ids.ts';
import type { ImageView, RepositoryView } from '../../lib/retagging/snapshot.ts';
import {
  anImage,
  aRecord,
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

const a = anImage('a', 1, ['v1', 'stable']);
const b = anImage('b', 2, ['v2']);
const c = anImage('c', 3, ['v3']);
const candidate = (letter: string, tag: string | null = `v${letter}`) => ({
  digest: digest(letter),
  tag,
  at: START,
});
const scans = (...found: [string, number][]) => ({
  scans: new Map(found.map(([letter, critical]) => [digest(letter), counts({ critical })])),
});

describe('promoting', () => {
  it('gives the tag to the newest image, and records that before', () => {
    const decision = decided({ images: [b, c, a] });
    expect(decision.action).toEqual({ kind: 'put-tag', digest: digest('c'), sourceTag: 'v3', copy: false });
    expect(decision.next.intent).toMatchObject({ digest: digest('c'), by: 'web/stable', at: minutes(60) });
    expect(reasons(decision)).toEqual(['promoted']);
  });

  it('says that services keep what they run, unless the rule deploys them: retagging edge 18', () => {
    expect(decided({ images: [a, b] }).findings[0]?.sentence).toContain('until their next deployment');
  });

  it('gives the tag for the first time', () => {
    expect(decided({ images: [b] }).action?.digest).toBe(digest('b'));
  });

  it('does nothing where the tag is on the newest, and changes no record', () => {
    const decision = decided({ images: [anImage('a', 4, ['v4', 'stable']), b] });
    expect(decision).toMatchObject({ next: aRecord({ current: pointed('a', 4, { at: START }) }) });
    expect(decision.action).toBeUndefined();
    expect(reasons(decision)).toEqual(['already-there']);
  });

  it('has nothing to do without a matching image', () => {
    const decision = decided({ images: [anImage('d', 4, ['dev'])] });
    expect(decision.action).toBeUndefined();
    expect(reasons(decision)).toEqual(['no-matching-image']);
  });

  it('retagging edge 4: never goes backwards, whatever came last', () => {
    const record = { candidates: [candidate('b')] };
    const decision = decided({ record, images: [anImage('c', 3, ['v3', 'stable']), b] });
    expect(decision.action).toBeUndefined();
    expect(reasons(decision)).toEqual(['older-than-current']);
    expect(decision.next.candidates).toEqual([]);
  });

  it('goes to an older image where the rule allows it and the source says so', () => {
    const rule = { source: { kind: 'exact', tag: 'main' }, allowOlder: true } as const;
    const images = [anImage('c', 3, ['stable']), anImage('b', 2, ['main'])];
    expect(decided({ rule, images }).action).toMatchObject({ digest: digest('b'), sourceTag: 'main' });
    expect(decided({ rule: { ...rule, allowOlder: false }, images }).action).toBeUndefined();
  });

  it('retagging edge 5: the tag went to another image after the event: only what it is on counts', () => {
    const rule = { source: { kind: 'exact', tag: 'main' } } as const;
    const record = { candidates: [candidate('b', 'main')] };
    const images = [a, anImage('b', 2, []), anImage('c', 3, ['main'])];
    const decision = decided({ rule, record, images });
    expect(decision.action).toMatchObject({ digest: digest('c'), sourceTag: 'main' });
    expect(reasons(decision)).toEqual(['source-tag-moved', 'promoted']);
  });

  it('says when the image of an event is gone', () => {
    const decision = decided({
      record: { candidates: [candidate('x')] },
      images: [a],
      snapshot: { complete: false },
    });
    expect(reasons(decision)).toEqual(['image-gone']);
    expect(decision.next.candidates).toEqual([]);
  });

  it('lets a digest that a scan named and that has no tag go in silence: retagging edge 11', () => {
    const child = anImage('x', 5, []);
    const decision = decided({ record: { candidates: [candidate('x', null)] }, images: [a, child] });
    expect(reasons(decision)).toEqual(['already-there']);
    expect(decision.next.candidates).toEqual([]);
  });

  it('copies into another repository, and compares by when the source was pushed', () => {
    const rule = { destination: { repository: repositoryName('prod/web'), region: null, tags: ['stable'] } };
    const copyOfA = { ...anImage('a', 50), tags: ['stable'] };
    const record = { current: pointed('a', 1) };
    const decision = decided({
      rule,
      record,
      images: [anImage('a', 1, ['v1']), b],
      snapshot: { destination: copyOfA },
    });
    expect(decision.action).toMatchObject({ digest: digest('b'), copy: true });
  });
});

describe('the highest version', () => {
  const rule = { source: { kind: 'semver', range: '>=1' }, order: 'highest-version' } as const;

  it('counts, and not the last push', () => {
    const images = [
      anImage('a', 1, ['1.9.0', 'stable']),
      anImage('b', 2, ['v2.0.0']),
      anImage('c', 3, ['1.10.0']),
    ];
    expect(decided({ rule, images }).action?.digest).toBe(digest('b'));
  });

  it('is not given up for a fix of an older line', () => {
    const images = [anImage('b', 2, ['2.0.0', 'stable']), anImage('c', 3, ['1.10.1'])];
    const decision = decided({ rule, images, record: { candidates: [candidate('c', '1.10.1')] } });
    expect(decision.action).toBeUndefined();
    expect(reasons(decision)).toEqual(['older-than-current']);
  });

  it('is taken by the highest of several tags of one image', () => {
    const images = [anImage('a', 3, ['1.5.0', 'stable']), anImage('b', 2, ['1.2.0', '1.6.0'])];
    expect(decided({ rule, images }).action).toMatchObject({ digest: digest('b'), sourceTag: '1.6.0' });
  });
});

describe('gates', () => {
  const rule = { gates: { scan: scanGate } };

  it('asks for the newest image first, and records nothing until it is answered', () => {
    const record = { candidates: [candidate('c')] };
    const decision = decided({ rule, record, images: [a, b, c] });
    expect(decision.needs).toEqual([{ kind: 'scan', digest: digest('c') }]);
    expect(decision.next).toMatchObject(record);
    expect(decision.action).toBeUndefined();
  });

  it('a closed one does not hide an older image that is an advance', () => {
    const first = decided({ rule, images: [a, b, c], snapshot: scans(['c', 1]) });
    expect(first.needs).toEqual([{ kind: 'scan', digest: digest('b') }]);
    const second = decided({ rule, images: [a, b, c], snapshot: scans(['c', 1], ['b', 0]) });
    expect(second.action?.digest).toBe(digest('b'));
    expect(reasons(second)).toEqual(['findings-exceed', 'promoted']);
  });

  it('a closed one of an older image holds up nothing', () => {
    const decision = decided({ rule, images: [a, b, c], snapshot: scans(['c', 0], ['b', 1]) });
    expect(reasons(decision)).toEqual(['promoted']);
  });

  it('keeps who waits, and says when to look', () => {
    const decision = decided({ rule: { gates: { minAgeMs: 90 * MINUTE } }, images: [a, b] });
    expect(decision).toMatchObject({
      lookAt: minutes(92),
      next: { candidates: [{ digest: digest('b'), tag: 'v2' }] },
    });
    expect(reasons(decision)).toEqual(['too-young']);
  });

  it('reads no gate of what is older than the tag', () => {
    expect(decided({ rule, images: [anImage('c', 3, ['v3', 'stable']), b] }).needs).toBeUndefined();
  });

  it('reads at most 20 images in a pass', () => {
    const many = [...'bcdefghijklmnopqrstuvwxyz'].map((letter, at) => anImage(letter, 2 + at, ['v2']));
    expect(decided({ rule, images: [a, ...many], snapshot: scans(['z', 1]) }).needs).toHaveLength(19);
  });
});

describe('retagging edge 17: what is archived cannot be pulled', () => {
  const archived = (status: ImageView['status']): ImageView => ({ ...c, status });

  it('is not promoted, and the next one is', () => {
    const decision = decided({ images: [a, b, archived('ARCHIVED')] });
    expect(decision.action?.digest).toBe(digest('b'));
    expect(reasons(decision)).toEqual(['archived', 'promoted']);
  });

  it('is waited for while it is restored', () => {
    const decision = decided({ images: [a, archived('ACTIVATING')] });
    expect(decision.action).toBeUndefined();
    expect(decision.lookAt).toBe(minutes(61));
    expect(reasons(decision)).toEqual(['activating']);
  });
});

describe('what ECR would refuse', () => {
  const view = (mutability: RepositoryView['mutability']) => ({
    repository: { mutability, exclusions: [], pullThroughCache: false },
  });

  it('retagging edge 8: an immutable tag is seen beforehand, and no call is made', () => {
    const decision = decided({ images: [a, b], snapshot: view('IMMUTABLE') });
    expect(decision.action).toBeUndefined();
    expect(reasons(decision)).toEqual(['tag-immutable']);
  });

  it('an immutable tag that does not exist can be given', () => {
    expect(decided({ images: [b], snapshot: view('IMMUTABLE') }).action?.digest).toBe(digest('b'));
  });

  it('retagging edge 7: a conflict is not tried again for a day, until the tag is elsewhere or mutable', () => {
    const record = { conflict: { current: digest('a'), at: START } };
    expect(reasons(decided({ record, images: [a, b, c] }))).toEqual(['tag-immutable']);
    expect(decided({ record, images: [a, b], at: 24 * 60 }).action?.digest).toBe(digest('b'));
    expect(decided({ record, images: [a, b], snapshot: view('MUTABLE') }).action?.digest).toBe(digest('b'));
    const elsewhere = { conflict: { current: digest('x'), at: START } };
    expect(decided({ record: elsewhere, images: [a, b] }).action?.digest).toBe(digest('b'));
  });

  it('retagging edge 15: an image of 1,000 tags gets no more', () => {
    const full = { ...b, tags: Array.from({ length: 1_000 }, (_, at) => `v${at}`) };
    expect(reasons(decided({ images: [a, full] }))).toEqual(['too-many-tags']);
  });
});

describe('triggers', () => {
  const schedule = { cron: '0 6 * * ?', timeZone: 'UTC' };
  const daily = { triggers: { ...byHand, schedule } };
  const six = Date.UTC(2026, 10, 22, 6);

  it('without any nothing is promoted but by order', () => {
    const decision = decided({ rule: { triggers: byHand }, images: [a, b] });
    expect(decision.action).toBeUndefined();
    expect(decision.findings).toEqual([]);
  });

  it('a schedule alone waits for its time and says so', () => {
    const decision = decided({ rule: daily, images: [a, b], record: { scheduleSeen: START } });
    expect(decision.action).toBeUndefined();
    expect(decision.lookAt).toBe(six);
    expect(reasons(decision)).toEqual(['not-yet-scheduled']);
  });

  it('a schedule runs once when it is due', () => {
    const at = 18 * 60;
    const record = { scheduleSeen: START };
    const decision = decided({ rule: daily, images: [a, b], record, at });
    expect(decision.action?.digest).toBe(digest('b'));
    expect(decision.next.scheduleSeen).toBe(minutes(at));
    const again = decided({ rule: daily, images: [a, b], record: { scheduleSeen: minutes(at) }, at: at + 1 });
    expect(again.action).toBeUndefined();
  });

  it('besides events it only adds looks', () => {
    const decision = decided({ rule: { triggers: { schedule } }, images: [a, b] });
    expect(decision.action?.digest).toBe(digest('b'));
    expect(decision.lookAt).toBe(six);
  });
});
