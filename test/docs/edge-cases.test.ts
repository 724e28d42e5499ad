import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { edgeCasesBySubject, edgeCasesPage, testsByEdgeCase } from '../../cli/edge-cases.ts';
import type { EdgeCase } from '../../cli/edge-cases-list.ts';

describe('the page of edge cases', () => {
  it('is up to date', () => {
    expect(readFileSync('docs/edge-cases.md', 'utf8')).toBe(edgeCasesPage());
  });

  it.each([
    ['draining', 50],
    ['scaling', 38],
    ['failover', 24],
    ['retagging', 18],
    ['capacity', 16],
  ] as const)('has a test for each case of %s, or the reason why there is none', (subject, count) => {
    const cases: readonly EdgeCase[] = edgeCasesBySubject[subject];
    const tests = testsByEdgeCase(subject);
    const unexplained = cases.filter(
      ({ number, notTested }) => tests.has(number) === (notTested !== undefined),
    );

    expect(cases.map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect(unexplained).toEqual([]);
  });

  it.each(['draining', 'scaling', 'failover', 'retagging', 'capacity'] as const)(
    'knows every case of %s that a test names',
    (subject) => {
      const numbers = new Set(edgeCasesBySubject[subject].map(({ number }) => number));

      expect([...testsByEdgeCase(subject).keys()].filter((number) => !numbers.has(number))).toEqual([]);
    },
  );
});
