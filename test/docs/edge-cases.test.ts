import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { edgeCasesPage, testsByEdgeCase } from '../../cli/edge-cases.ts';
import { edgeCases } from '../../cli/edge-cases-list.ts';
import { scalingEdgeCases } from '../../cli/scaling-edge-cases.ts';

describe('the page of edge cases', () => {
  it('is up to date', () => {
    expect(readFileSync('docs/edge-cases.md', 'utf8')).toBe(edgeCasesPage());
  });

  it.each([
    ['draining', edgeCases, 50],
    ['scaling', scalingEdgeCases, 38],
  ] as const)('has a test for each case of %s, or the reason why there is none', (subject, cases, count) => {
    const tests = testsByEdgeCase(subject);
    const unexplained = cases.filter(
      ({ number, notTested }) => tests.has(number) === (notTested !== undefined),
    );

    expect(cases.map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect(unexplained).toEqual([]);
  });

  it.each([
    ['draining', edgeCases],
    ['scaling', scalingEdgeCases],
  ] as const)('knows every case of %s that a test names', (subject, cases) => {
    const numbers = new Set(cases.map(({ number }) => number));

    expect([...testsByEdgeCase(subject).keys()].filter((number) => !numbers.has(number))).toEqual([]);
  });
});
