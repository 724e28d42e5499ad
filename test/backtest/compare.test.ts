import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { compare } from '../../simulator/backtest/compare.ts';
import { type ShapeName, shape, shapes } from '../../simulator/backtest/shapes.ts';
import { aLoad, aModel, aStepIn, aStepPolicy, aTarget, flat } from './builders.ts';

const names = Object.keys(shapes) as ShapeName[];
const day = { minutes: 24 * 60, base: 40, peak: 200, seed: 3 };
const model = aModel({ startUpMs: MINUTE, lagMs: MINUTE });

describe('the comparison', () => {
  it('sets the policy beside two fixed sizes, AWS target tracking and AWS step scaling', () => {
    const { rivals } = compare(shape('diurnal', day), aTarget(), model);
    expect(rivals.map(({ key }) => key)).toEqual([
      'policy',
      'fixed-peak',
      'fixed-mean',
      'aws-target-tracking',
      'aws-step',
    ]);
  });

  it('says why a rival is missing', () => {
    const { rivals, remarks } = compare(aLoad(...flat(9, 5)), aTarget({ policies: [] }), model);
    expect(rivals.map(({ key }) => key)).toEqual(['policy', 'fixed-peak', 'fixed-mean']);
    expect(remarks).toContainEqual(expect.stringMatching(/^Without AWS target tracking: /));
    expect(remarks).toContainEqual(expect.stringMatching(/^Without AWS step scaling: /));
  });

  it('takes the smallest fixed size that is never short, and the one that the mean needs', () => {
    const { rivals } = compare(aLoad(10, 25, 31, 10, Number.NaN), aTarget(), model);
    const titles = rivals.map(({ title }) => title);
    expect(titles).toContain('Fixed at 4 (never short)');
    expect(titles).toContain('Fixed at 2 (mean)');
  });

  it('lets work wait at a fixed size too, so that a queue needs fewer than its peak', () => {
    const queueing = aModel({ metric: 'queue', acceptableLatencyMs: 3 * MINUTE });
    const { rivals } = compare(aLoad(...flat(5, 0), 80, ...flat(20, 0)), aTarget(), queueing);
    expect(rivals[1]?.title).toBe('Fixed at 2 (never short)');
    expect(rivals[1]?.figures).toMatchObject({ shortMinutes: 0, unservedPercent: null });
  });

  it.each(names)(
    'on %s: fixed sizes hold what they promise, and everything stays within min and max',
    (name) => {
      const policy = aTarget({ min: 2, max: 40, policies: [aStepPolicy(), aStepIn()] });
      const { rivals } = compare(shape(name, day), policy, model);
      const of = (key: string) => rivals.find((rival) => rival.key === key);
      expect(of('fixed-peak')?.figures).toMatchObject({ shortMinutes: 0, changes: 0, worstFlap: 0 });
      for (const key of ['policy', 'aws-target-tracking', 'aws-step']) {
        const { desired, running } = of(key)?.played ?? { desired: [], running: [] };
        expect(Math.min(...desired)).toBeGreaterThanOrEqual(2);
        expect(Math.max(...desired)).toBeLessThanOrEqual(40);
        expect(Math.min(...running)).toBeGreaterThanOrEqual(0);
      }
    },
  );

  it('comes to the same for the same trace', () => {
    const once = compare(shape('flash-crowd', day), aTarget(), model);
    const again = compare(shape('flash-crowd', day), aTarget(), model);
    expect(again.rivals).toEqual(once.rivals);
  });

  it('reports its progress to the end', () => {
    const seen: number[] = [];
    compare(aLoad(1, 2), aTarget(), model, (done, of) => seen.push(done / of));
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });
});
