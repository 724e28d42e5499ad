import { describe, expect, it } from 'vitest';
import type { TagSnapshot } from '../../lib/retagging/snapshot.ts';
import { dueWarnings } from '../../lib/retagging/warnings.ts';
import { anImage, aRecord, aSnapshot, decided, digest, minutes, reasons } from './situations.ts';

const image = anImage('a', 1, ['v1', 'stable']);
const many = (count: number) => ({ ...image, tags: Array.from({ length: count }, (_, at) => `v${at}`) });
const about = (changes: Partial<TagSnapshot>) => aSnapshot([image], changes);

describe('warnings', () => {
  it.each<[string, TagSnapshot, string[]]>([
    ['nothing', about({}), []],
    [
      'retagging edge 17: a promoted image that the lifecycle policy will expire',
      about({ expiring: new Set([digest('a')]) }),
      ['due-to-expire'],
    ],
    ['another image that will expire', about({ expiring: new Set([digest('b')]) }), []],
    [
      'retagging edge 17: a promoted image in the archive class',
      about({ destination: { ...image, status: 'ARCHIVED' } }),
      ['archived'],
    ],
    ['899 tags', about({ destination: many(899) }), []],
    ['retagging edge 15: 900 of 1,000 tags', about({ destination: many(900) }), ['tags-nearly-used-up']],
    [
      'a repository of a pull-through cache',
      about({ repository: { mutability: 'MUTABLE', exclusions: [], pullThroughCache: true } }),
      ['pull-through-cache-tag'],
    ],
    ['no tag', about({ destination: 'absent', expiring: new Set([digest('a')]) }), []],
  ])('%s', (_, snapshot, expected) => {
    expect(reasons(dueWarnings(aRecord(), snapshot, minutes(0)))).toEqual(expected);
  });

  it('are given once a day each', () => {
    const expiring = about({ expiring: new Set([digest('a')]) });
    const { record } = dueWarnings(aRecord(), expiring, minutes(0));
    const both = { ...expiring, destination: many(900) };
    expect(reasons(dueWarnings(record, both, minutes(24 * 60 - 1)))).toEqual(['tags-nearly-used-up']);
    expect(reasons(dueWarnings(record, expiring, minutes(24 * 60)))).toEqual(['due-to-expire']);
  });

  it('come with a decision, and are remembered with it', () => {
    const snapshot = { expiring: new Set([digest('a')]) };
    const decision = decided({ images: [image], snapshot });
    expect(reasons(decision)).toEqual(['already-there', 'due-to-expire']);
    expect(reasons(decided({ record: decision.next, images: [image], snapshot }))).toEqual(['already-there']);
  });
});
