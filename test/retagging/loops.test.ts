import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repositoryName } from '../../lib/ids.ts';
import { ruleConflicts } from '../../lib/retagging/loops.ts';
import type { PromotionRule, TagSource } from '../../lib/retagging/policy.ts';
import { destinationsOf, matches } from '../../lib/retagging/tags.ts';
import { aRule } from './situations.ts';

const exact = (tag: string): TagSource => ({ kind: 'exact', tag });
const glob = (pattern: string): TagSource => ({ kind: 'glob', pattern });
const semver = (range: string): TagSource => ({ kind: 'semver', range });

interface Short {
  readonly source: TagSource;
  readonly tags: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly region?: string | null;
}

/** Rules web/1, web/2 … in this order. */
const rules = (...list: Short[]): PromotionRule[] =>
  list.map(({ source, tags, from = 'web', to = from, region = null }, index) =>
    aRule({
      id: `web/${index + 1}`,
      source,
      repository: repositoryName(from),
      destination: { repository: repositoryName(to), region, tags },
    }),
  );
const kinds = (list: PromotionRule[], home?: string) =>
  ruleConflicts(list, home).map(({ kind, rules }) => [kind, ...rules]);

describe('retagging edge 1: rules that would run in circles', () => {
  it.each<[string, PromotionRule[], string[]]>([
    ['a tag onto itself', rules({ source: exact('a'), tags: ['a'] }), ['web/1']],
    ['a glob that takes what it gives', rules({ source: glob('*'), tags: ['stable'] }), ['web/1']],
    ['a range that takes what it gives', rules({ source: semver('>=1'), tags: ['v1.0.0'] }), ['web/1']],
    ['one of several tags', rules({ source: glob('rel-*'), tags: ['stable', 'rel-latest'] }), ['web/1']],
    [
      'to and fro',
      rules({ source: exact('a'), tags: ['b'] }, { source: exact('b'), tags: ['a'] }),
      ['web/1', 'web/2'],
    ],
    [
      'over three rules, with globs and versions',
      rules(
        { source: semver('^1'), tags: ['rc-1'] },
        { source: glob('rc-*'), tags: ['stable'] },
        { source: exact('stable'), tags: ['1.9.9'] },
      ),
      ['web/1', 'web/2', 'web/3'],
    ],
    [
      'through another repository',
      rules(
        { source: exact('a'), tags: ['a'], to: 'prod' },
        { source: exact('a'), tags: ['a'], from: 'prod', to: 'web' },
      ),
      ['web/1', 'web/2'],
    ],
  ])('%s', (_, list, expected) => {
    expect(kinds(list)).toEqual([['loop', ...expected]]);
  });

  it.each<[string, PromotionRule[]]>([
    ['a chain', rules({ source: glob('v*'), tags: ['rc'] }, { source: exact('rc'), tags: ['stable'] })],
    ['a range and a tag that is no version', rules({ source: semver('*'), tags: ['1.9', 'latest'] })],
    ['a range and a version outside of it', rules({ source: semver('^1'), tags: ['2.0.0'] })],
    [
      'a range and a prerelease that it does not name',
      rules({ source: semver('^1'), tags: ['1.9.0-stable'] }),
    ],
    ['the same tag in another repository', rules({ source: exact('a'), tags: ['a'], to: 'prod' })],
    ['the same tag in another Region', rules({ source: exact('a'), tags: ['a'], region: 'eu-west-1' })],
  ])('none: %s', (_, list) => {
    expect(kinds(list)).toEqual([]);
  });

  it('goes by the Region of the deployment, where that is known', () => {
    const list = rules({ source: exact('a'), tags: ['a'], region: 'eu-west-1' });
    expect(kinds(list, 'eu-west-1')).toEqual([['loop', 'web/1']]);
    expect(kinds(list, 'us-east-1')).toEqual([]);
  });

  it('leaves out a rule that only leads into the circle', () => {
    const list = rules(
      { source: exact('in'), tags: ['a'] },
      { source: glob('a*'), tags: ['b'] },
      { source: exact('b'), tags: ['a2'] },
    );
    expect(kinds(list)).toEqual([['loop', 'web/2', 'web/3']]);
  });

  it('tells the circle in words', () => {
    const list = rules(
      { source: glob('rc-*'), tags: ['stable'] },
      { source: exact('stable'), tags: ['rc-1'] },
    );
    expect(ruleConflicts(list)[0]?.sentence).toBe(
      'The rules would run in circles: rule web/1 gives web:stable, which the source tag stable of rule web/2 matches; ' +
        'rule web/2 gives web:rc-1, which the source pattern rc-* of rule web/1 matches. Narrow a source, or give another tag.',
    );
  });
});

describe('two rules for one tag', () => {
  const twice = rules({ source: exact('a'), tags: ['stable'] }, { source: exact('b'), tags: ['stable'] });

  it('are refused', () => {
    expect(kinds(twice)).toEqual([['same-destination', 'web/1', 'web/2']]);
    expect(ruleConflicts(twice)[0]?.sentence).toContain('rules web/1 and web/2 both give it');
  });

  it('are refused also when one names the Region of the deployment', () => {
    const list = rules(
      { source: exact('a'), tags: ['s'] },
      { source: exact('b'), tags: ['s'], region: 'eu-west-1' },
    );
    expect(kinds(list, 'eu-west-1')).toEqual([['same-destination', 'web/1', 'web/2']]);
    expect(kinds(list, 'us-east-1')).toEqual([]);
  });

  it('are refused also within one rule', () => {
    expect(kinds(rules({ source: exact('a'), tags: ['s', 's'] }))).toEqual([
      ['same-destination', 'web/1', 'web/1'],
    ]);
  });
});

const tags = fc.constantFrom('a', 'b', 'ab', 'rc-1', '1.0.0', '1.2.0', 'v2.0.0');
const sources = fc.oneof(
  tags.map(exact),
  fc.constantFrom('a*', '*b', 'rc-*', 'v*', '1*').map(glob),
  fc.constantFrom('^1', '>=1.1', '2', '*').map(semver),
);
const repositories = fc.constantFrom('web', 'prod');
const ruleSets = fc
  .array(
    fc.record({
      source: sources,
      tags: fc.uniqueArray(tags, { minLength: 1, maxLength: 2 }),
      from: repositories,
      to: repositories,
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((list) => rules(...list));

const MANY = 50;

/**
 * Every retag is a push, and every push makes each rule whose source it matches retag, as if no tag were ever found to be
 * right already: the worst that can happen. How many rounds it takes until there is nothing left to do.
 */
function roundsUntilQuiet(
  list: readonly PromotionRule[],
  first: { repository: string; tag: string },
): number {
  let pushes = [first];
  let rounds = 0;
  while (pushes.length > 0 && rounds < MANY) {
    const retags = pushes.flatMap(({ repository, tag }) =>
      list
        .filter((rule) => rule.repository === repository && matches(rule.source, tag))
        .flatMap((rule) => destinationsOf(rule)),
    );
    pushes = [...new Map(retags.map((retag) => [retag.id, retag])).values()];
    rounds += 1;
  }
  return rounds;
}

it('retagging edge 1: any set of rules that is accepted comes to rest, even if no tag were ever recognised', () => {
  fc.assert(
    fc.property(ruleSets, repositories, tags, (list, repository, tag) => {
      fc.pre(ruleConflicts(list).length === 0);
      expect(roundsUntilQuiet(list, { repository, tag })).toBeLessThan(MANY);
    }),
    { numRuns: 1_000 },
  );
});

it('a set of rules is refused for a circle only if some push would go round in it', () => {
  fc.assert(
    fc.property(ruleSets, (list) => {
      const loop = ruleConflicts(list).find(({ kind }) => kind === 'loop');
      fc.pre(loop !== undefined);
      const inLoop = list.filter(({ id }) => loop?.rules.includes(id));
      const starts = inLoop.flatMap((rule) => destinationsOf(rule));
      expect(starts.some((start) => roundsUntilQuiet(inLoop, start) === MANY)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
