import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPattern } from '../../lib/placement/expression/java-regex.ts';

function whole(text: string): RegExp {
  const pattern = readPattern(text);
  if (!pattern.ok) throw new Error(`${text} at ${pattern.at}: ${pattern.message}`);
  return pattern.whole;
}

describe('a pattern of Java', () => {
  it.each<[string, string, string]>([
    ['t2.*', 't2.small', 'at2.small'],
    ['t2.small|t3.small', 't3.small', 't3.small1'],
    ['^t2.*$', 't2.small', 't3.small'],
    ['\\At2\\.small\\z', 't2.small', 't2xsmall'],
    ['a\\Z', 'a', 'b'],
    ['\\Qt2.small\\E.*', 't2.smaller', 't2xsmall'],
    ['\\Qa.b', 'a.b', 'axb'],
    ['[\\w.-]+', 't2.small-x', 't2 small'],
    ['[a-c-]+', 'a-c', 'd'],
    ['[-a]+', '-a', 'b'],
    ['[^a-c]+', 'xyz', 'b'],
    ['[.*+?(){}|^$]+', '.*+?(){}|^$', 'a'],
    ['\\p{Alpha}+\\p{Digit}', 'ab1', '1ab'],
    ['\\P{Upper}+', 'abc', 'aBc'],
    ['[\\p{Punct}\\p{XDigit}]+', '-f:9[]`', 'g'],
    ['(?i)Prod', 'pROD', 'prod2'],
    ['(?<family>t[23])\\.(?:small|large)', 't3.large', 't4.large'],
    ['(?!t2)(?=t).*', 't3.small', 't2.small'],
    ['.*(?<!small)', 't2.large', 't2.small'],
    ['a{2}b{1,}c{0,2}', 'aabbc', 'abc'],
    ['.*?x??', 'ab', 'a\n'],
    ['\\x41\\u0042\\x{43}', 'ABC', 'abc'],
    ['a\\-b\\/c\\@d\\ e', 'a-b/c@d e', 'a-b'],
    ['a}]', 'a}]', 'a'],
    ['\\bsmall\\B.*', 'smaller', 'small'],
    ['\\t\\s\\S\\d\\D', '\t x1y', '\t x11'],
  ])('%s matches %s and not %s', (text, match, other) => {
    expect([whole(text).test(match), whole(text).test(other)]).toEqual([true, false]);
  });

  it.each<[string, number, string]>([
    ['ab*+', 2, 'a possessive quantifier'],
    ['a{2}+', 1, 'a possessive quantifier'],
    ['a(?>b)', 1, 'the group (?>b'],
    ['a(?i)b', 1, 'the group (?i)'],
    ['(?x)a b', 0, 'the group (?x)'],
    ['(a)\\1', 3, 'has \\1'],
    ['(?<n>a)\\k<n>', 7, 'has \\k'],
    ['a\\p{IsLatin}', 1, 'has \\p'],
    ['a\\R', 1, 'has \\R'],
    ['[a[bc]]', 2, 'a set within a set'],
    ['[a-z&&[^b]]', 4, 'a set within a set'],
    ['[]a]', 1, 'a set within a set'],
    ['[\\P{Alpha}]', 1, 'has \\P'],
    ['[\\b]', 1, 'has \\b'],
    ['[.-\\p{Alpha}]', 2, 'a range up to a class'],
    ['x[ab', 1, 'a set that does not close'],
    ['a(b', 1, 'a group that does not close'],
    ['ab)', 2, 'closes a group that is not open'],
    ['*a', 0, 'has * with nothing to repeat'],
    ['a|+', 2, 'has + with nothing to repeat'],
    ['a**', 2, 'has * with nothing to repeat'],
    ['a{,3}', 1, 'a brace that is no count'],
    ['[z-a]', 0, 'is no regular expression'],
    ['a\\', 1, 'has \\'],
  ])('%s is refused at %i', (text, at, message) => {
    expect(readPattern(text)).toEqual({ ok: false, at, message: expect.stringContaining(message) });
  });

  it.each(['(a+)+b', '(a|a)*b', '(a?){30}', 'a?'.repeat(30), '(a|a)'.repeat(30), '.*.*.*.*x', '(.*){10}'])(
    '%s, which could take for ever, is refused',
    (text) => {
      expect(readPattern(text)).toMatchObject({
        ok: false,
        message: expect.stringContaining('too many ways'),
      });
    },
  );

  it.each(['a.*|b.*|c.*|d.*|e.*|f.*', '.*-.*-.*', '(?:t2|t3|m5)\\.(?:small|large)', '(a)?(b){2}', 'x{64}'])(
    '%s, which cannot, is not',
    (text) => {
      expect(readPattern(text)).toMatchObject({ ok: true });
    },
  );

  it('in quotes matches itself alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, other) => {
        fc.pre(!text.includes('\\E') && !text.endsWith('\\'));
        const pattern = whole(`\\Q${text}\\E`);
        expect(pattern.test(text)).toBe(true);
        expect(pattern.test(other)).toBe(text === other);
      }),
    );
  });
});
