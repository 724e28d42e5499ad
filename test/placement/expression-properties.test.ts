import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../lib/placement/expression/evaluate.ts';
import { SPELLINGS } from '../../lib/placement/expression/operators.ts';
import { parseExpression } from '../../lib/placement/expression/parse.ts';
import { printExpression } from '../../lib/placement/expression/print.ts';
import type { Expression } from '../../lib/placement/expression/syntax.ts';
import { expressions, instances } from './expressions.ts';

const not = (operand: Expression): Expression => ({ kind: 'not', operand });

describe('text and tree', () => {
  it('every tree is printed as text that parses back to it', () => {
    fc.assert(
      fc.property(expressions, (tree) => {
        expect(parseExpression(printExpression(tree))).toEqual({ ok: true, expression: tree });
      }),
      { numRuns: 1_000 },
    );
  });

  it('every text parses, or has its mistake within', () => {
    const pieces = [
      ...SPELLINGS.map(([spelling]) => spelling),
      'attribute:x',
      'task:group',
      'runningTasksCount',
      ...'()[],!&|\'"\\*+?{}-^ ',
      'and',
      'or',
      'not',
      'a',
      '1.0',
      '2018-06-18',
      '(?i)',
      '\\Q',
      '\\p{Alpha}',
      '{2,}',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...pieces)).map((all) => all.join(' ')),
      fc.array(fc.constantFrom(...pieces)).map((all) => `attribute:x =~ ${all.join('')}`),
    );
    fc.assert(
      fc.property(text, (given) => {
        const result = parseExpression(given);
        if (result.ok) return;
        expect(result.at).toBeGreaterThanOrEqual(0);
        expect(result.at).toBeLessThanOrEqual(given.length);
        expect(result.message).not.toBe('');
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('the meaning of not, and, or', () => {
  it('an expression and its negation are never both met', () => {
    fc.assert(
      fc.property(expressions, instances, (tree, instance) => {
        expect(evaluate(tree, instance) && evaluate(not(tree), instance)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('and one of them always, where AWS leaves none of its comparisons open', () => {
    fc.assert(
      fc.property(expressions, instances, (tree, instance) => {
        fc.pre(comparisonsOf(tree).every((one) => evaluate(one, instance) !== evaluate(not(one), instance)));
        expect(evaluate(not(tree), instance)).toBe(!evaluate(tree, instance));
      }),
      { numRuns: 1_000 },
    );
  });

  it('and, or and double negation are as in logic', () => {
    fc.assert(
      fc.property(expressions, expressions, instances, (left, right, instance) => {
        const met = (tree: Expression) => evaluate(tree, instance);
        expect(met({ kind: 'and', left, right })).toBe(met(left) && met(right));
        expect(met({ kind: 'or', left, right })).toBe(met(left) || met(right));
        expect(met(not(not(left)))).toBe(met(left));
      }),
    );
  });

  it('obeys de Morgan', () => {
    fc.assert(
      fc.property(expressions, expressions, instances, (left, right, instance) => {
        const met = (tree: Expression) => evaluate(tree, instance);
        const [neither, either] = [not(left), not(right)];
        expect(met(not({ kind: 'and', left, right }))).toBe(
          met({ kind: 'or', left: neither, right: either }),
        );
        expect(met(not({ kind: 'or', left, right }))).toBe(
          met({ kind: 'and', left: neither, right: either }),
        );
      }),
    );
  });
});

function comparisonsOf(tree: Expression): readonly Expression[] {
  if (tree.kind === 'not') return comparisonsOf(tree.operand);
  return tree.kind === 'and' || tree.kind === 'or'
    ? [...comparisonsOf(tree.left), ...comparisonsOf(tree.right)]
    : [tree];
}
