import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readScenario } from '../../cli/simulate/load.ts';
import { pointsOf } from '../../cli/simulate/traces.ts';
import { MINUTE } from '../../lib/clock.ts';
import { SCENARIO } from './simulating.ts';

const folder = mkdtempSync(join(tmpdir(), 'stevedore-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));

writeFileSync(
  join(folder, 'requests.csv'),
  'timestamp,value\n2026-01-05 09:00:00,300\n2026-01-05 09:05:00,\n2026-01-05 09:10:00,600\n2026-01-05 09:15:00,900\n',
);
writeFileSync(join(folder, 'wrong.csv'), 'timestamp,value\n2026-01-05 09:00:00,a lot\nyesterday,3\n');

/** The scenario of the tests with this load on shop/web. */
const read = (arrivals: string) =>
  readScenario(() => SCENARIO.replace('arrivals: 30', `arrivals: ${arrivals}`), join(folder, 'shop.yml'));

const arrivalsOf = (arrivals: string) => read(arrivals).clusters.shop?.services.web?.load?.arrivals;

/** The first error, without the folder. */
function errorOf(arrivals: string): string {
  try {
    read(arrivals);
    return '';
  } catch (error) {
    const [first = ''] = String(error instanceof Error ? error.message : error).split('\n');
    return first.replaceAll(`${folder}/`, '');
  }
}

describe('a load from a trace', () => {
  it('begins with the trace, which lies beside the scenario, and leaves out what is missing', () => {
    expect(arrivalsOf('{ csv: requests.csv }')).toEqual([
      { at: 0, arrivals: 300 },
      { at: 10 * MINUTE, arrivals: 600 },
      { at: 15 * MINUTE, arrivals: 900 },
    ]);
  });

  it('takes sums of a time for so much a second, so many times', () => {
    expect(arrivalsOf('{ csv: requests.csv, per: 5m, times: 10 }')).toEqual([
      { at: 0, arrivals: 10 },
      { at: 10 * MINUTE, arrivals: 20 },
      { at: 15 * MINUTE, arrivals: 30 },
    ]);
  });

  it('begins where it is told to, with what held then', () => {
    expect(arrivalsOf("{ csv: requests.csv, from: '2026-01-05T09:12:00Z' }")).toEqual([
      { at: -2 * MINUTE, arrivals: 600 },
      { at: 3 * MINUTE, arrivals: 900 },
    ]);
  });

  it('keeps every point from its start on, in proportion, whatever the trace', () => {
    const trace = fc
      .uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 2, maxLength: 30 })
      .map((times) =>
        times.toSorted((a, b) => a - b).map((at, index) => ({ at: at * 1_000, value: index + 1 })),
      );
    fc.assert(
      fc.property(
        trace,
        fc.integer({ min: 0, max: 29 }),
        fc.integer({ min: 1, max: 600 }),
        (points, pick, per) => {
          const from = points[pick % points.length]?.at ?? 0;

          const made = pointsOf(points, { from, per: per * 1_000, times: 2 });

          const kept = points.filter(({ at }) => at >= from);
          expect(made.map(({ at }) => at + from)).toEqual(kept.map(({ at }) => at));
          for (const [index, { arrivals }] of made.entries()) {
            expect(arrivals).toBeCloseTo((2 * (kept[index]?.value ?? 0)) / per, 9);
          }
        },
      ),
    );
  });

  it.each([
    [
      'a file that is not there',
      '{ csv: nowhere.csv }',
      /^shop\.yml:10:\d+: clusters\.shop\.services\.web\.load\.arrivals\.csv: found "nowhere\.csv", expected a trace of lines timestamp,value \(nowhere\.csv: ENOENT/,
    ],
    [
      'a file that is no trace, by its own line',
      '{ csv: wrong.csv }',
      /arrivals\.csv: found "wrong\.csv", expected a trace .* \(wrong\.csv:2: found value "a lot", .*, and 1 more\)$/,
    ],
    [
      'a start outside of the trace',
      "{ csv: requests.csv, from: '2026-01-06T00:00:00Z' }",
      /arrivals\.from: found "2026-01-06T00:00:00Z", expected a moment of the trace, from 2026-01-05T09:00:00Z to 2026-01-05T09:15:00Z$/,
    ],
    [
      'a misspelt key',
      '{ csv: requests.csv, tims: 5 }',
      /^shop\.yml:10:\d+: .*arrivals\.tims: found an unknown key - did you mean times\?/,
    ],
    [
      'a factor of nothing',
      '{ csv: requests.csv, times: 0 }',
      /arrivals\.times: found number 0, expected a number above 0$/,
    ],
  ])('refuses %s', (_, arrivals, expected) => {
    expect(errorOf(arrivals)).toMatch(expected);
  });
});
