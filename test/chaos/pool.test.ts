import { expect, test } from 'vitest';
import { allReasons, coverageOf, outOfReach } from '../../simulator/chaos/coverage.ts';
import type { Job, Played } from '../../simulator/chaos/play.ts';
import { playAll } from '../../simulator/chaos/pool.ts';

const JOBS = [6, 2, 3].map((seed): Job => ({ seed, only: [], budget: 0 }));

async function all(threads: number): Promise<Played[]> {
  const played: Played[] = [];
  for await (const one of playAll(JOBS, threads)) played.push(one);
  return played;
}

test('workers play each seed as it is played without them, and tell in the order of the jobs', async () => {
  const hashes = (played: readonly Played[]) => played.map(({ run: { seed, hash } }) => ({ seed, hash }));
  const alone = hashes(await all(1));

  expect(alone.map(({ seed }) => seed)).toEqual([6, 2, 3]);
  expect(new Set(alone.map(({ hash }) => hash)).size).toBe(3);
  expect(hashes(await all(2))).toEqual(alone);
}, 120_000);

test('the coverage counts seeds, and names the reasons that none has given', () => {
  const [one = '', two = '', ...others] = allReasons.filter((reason) => !outOfReach.has(reason));
  const seen = { writes: ['ECS:UpdateService'], ends: [] };
  const coverage = coverageOf([
    { ...seen, reasons: [one, two] },
    { ...seen, reasons: [two] },
  ]);

  expect(coverage.reasons).toEqual({ [two]: 2, [one]: 1 });
  expect(Object.keys(coverage.reasons)).toEqual([two, one]);
  expect(coverage.writes).toEqual({ 'ECS:UpdateService': 2 });
  expect(coverage.never).toEqual(others);
  expect(coverage.percent).toBeCloseTo((100 * 2) / (others.length + 2), 1);
});

test('what is out of reach is a reason of the journal, and it is said why', () => {
  for (const [reason, why] of outOfReach) {
    expect(allReasons).toContain(reason);
    expect(why).toMatch(/^[A-Z].*\.$/);
  }
});
