import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { edgeCasesPage, testsByEdgeCase } from '../../cli/edge-cases.ts';
import { edgeCases } from '../../cli/edge-cases-list.ts';

describe('the page of edge cases', () => {
  it('is up to date', () => {
    expect(readFileSync('docs/edge-cases.md', 'utf8')).toBe(edgeCasesPage());
  });

  it('has a test for each case, or the reason why there is none', () => {
    const tests = testsByEdgeCase();
    const unexplained = edgeCases.filter(
      ({ number, notTested }) => tests.has(number) === (notTested !== undefined),
    );

    expect(edgeCases.map(({ number }) => number)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
    expect(unexplained).toEqual([]);
  });

  it('knows every case that a test names', () => {
    const numbers = new Set(edgeCases.map(({ number }) => number));

    expect([...testsByEdgeCase().keys()].filter((number) => !numbers.has(number))).toEqual([]);
  });
});
