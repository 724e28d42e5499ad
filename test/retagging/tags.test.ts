import { describe, expect, it } from 'vitest';
import type { TagSource } from '../../lib/retagging/policy.ts';
import type { RepositoryView } from '../../lib/retagging/snapshot.ts';
import { destinationsOf, isImmutable, matches, matchesGlob, versionOf } from '../../lib/retagging/tags.ts';
import { aRule, WEB } from './situations.ts';

const glob = (pattern: string): TagSource => ({ kind: 'glob', pattern });
const within = (range: string): TagSource => ({ kind: 'semver', range });

describe('globs', () => {
  it.each([
    ['v*', 'v1', true],
    ['v*', 'v', true],
    ['v*', 'dev', false],
    ['*-rc', '1-rc', true],
    ['*-rc', '1-rc1', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*', 'anything', true],
    ['latest', 'latest', true],
    ['latest', 'latest2', false],
    ['1.0', '1x0', false],
    ['[ab]', 'a', false],
  ])('%s and %s: %s', (pattern, tag, expected) => {
    expect(matchesGlob(pattern, tag)).toBe(expected);
  });

  it('do not take a signature for a release', () => {
    expect(matches(glob('*'), `sha256-${'a'.repeat(64)}.sig`)).toBe(false);
  });

  it('with many stars take no longer than the tag is long', () => {
    expect(matchesGlob(`${'a*'.repeat(60)}b`, 'a'.repeat(300))).toBe(false);
  });
});

describe('versions', () => {
  it.each([
    ['^1.2', 'v1.9.0', true],
    ['^1.2', '1.9.0', true],
    ['^1.2', '2.0.0', false],
    ['^1.2', '1.3.0-rc.1', false],
    ['>=1.3.0-rc.0', '1.3.0-rc.1', true],
    ['*', '1.2', false],
    ['*', 'latest', false],
    ['*', '01.2.3', false],
    ['1.x || >=3', '3.1.4', true],
  ])('%s and %s: %s', (range, tag, expected) => {
    expect(matches(within(range), tag)).toBe(expected);
  });

  it('are read with and without v', () => {
    expect(versionOf('v1.2.3')?.version).toBe('1.2.3');
    expect(versionOf('nightly')).toBeNull();
  });
});

it('an exact source takes that tag and no longer one', () => {
  expect(matches({ kind: 'exact', tag: 'main' }, 'main')).toBe(true);
  expect(matches({ kind: 'exact', tag: 'main' }, 'main-2')).toBe(false);
});

it('records are named after the tag, and after the Region only where it is another', () => {
  const rule = aRule({ destination: { repository: WEB, region: 'eu-west-1', tags: ['a', 'b'] } });
  expect(destinationsOf(rule).map(({ id }) => id)).toEqual(['web:a@eu-west-1', 'web:b@eu-west-1']);
  expect(destinationsOf(aRule()).map(({ id }) => id)).toEqual(['web:stable']);
});

describe('retagging edge 8: exclusions invert the mode of the repository', () => {
  const view = (mutability: RepositoryView['mutability'], ...exclusions: string[]): RepositoryView => ({
    mutability,
    exclusions,
    pullThroughCache: false,
  });
  it.each([
    [view('MUTABLE'), false],
    [view('IMMUTABLE'), true],
    [view('IMMUTABLE_WITH_EXCLUSION', 'sta*'), false],
    [view('IMMUTABLE_WITH_EXCLUSION', 'dev*'), true],
    [view('MUTABLE_WITH_EXCLUSION', 'v*', 'sta*'), true],
    [view('MUTABLE_WITH_EXCLUSION', 'v*'), false],
  ])('%o: %s', (repository, expected) => {
    expect(isImmutable(repository, 'stable')).toBe(expected);
  });
});
