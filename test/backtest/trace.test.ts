import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { parseTrace, readTrace, type Trace, toLoad } from '../../simulator/backtest/trace.ts';

const traces = join(import.meta.dirname, '../../examples/traces');

function parsed(text: string): Trace {
  const result = parseTrace(text, 't.csv');
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.trace;
}
const errorsOf = (text: string) => {
  const result = parseTrace(text, 't.csv');
  return result.ok ? [] : result.errors;
};
const minuteByMinute = (...lines: readonly string[]) => [...toLoad(parsed(lines.join('\n'))).values];
const nothing = Number.NaN;

describe('a trace', () => {
  it.each(['elb_request_count_8c0756.csv', 'ec2_cpu_utilization_5f5533.csv'])(
    '%s is read whole, a point every five minutes',
    (name) => {
      const result = readTrace(join(traces, name));
      expect(result).toMatchObject({ ok: true, trace: { spacingMs: 5 * MINUTE } });
      expect(result.ok && result.trace.points).toHaveLength(4032);
    },
  );

  it('reads timestamps as UTC unless they say otherwise, with and without a header, in any line ending', () => {
    const { points } = parsed(
      '\uFEFFtimestamp,value\r\n2026-11-21 14:00:00,1\r\n"2026-11-21T14:05Z","2.5"\r\n2026-11-21T16:10:00+02:00,3\r\n',
    );
    expect(points).toEqual([
      { at: Date.UTC(2026, 10, 21, 14, 0), value: 1 },
      { at: Date.UTC(2026, 10, 21, 14, 5), value: 2.5 },
      { at: Date.UTC(2026, 10, 21, 14, 10), value: 3 },
    ]);
  });

  it('names file and line of all that is wrong at once', () => {
    const text = [
      'timestamp,value',
      '2026-11-21 14:00:00,1',
      'yesterday,2',
      '2026-02-30 14:00:00,2',
      '2026-11-21 14:05:00,many',
      '2026-11-21 14:10:00,-1',
      '2026-11-21 14:10:00,1',
      '2026-11-21 14:15:00,1,2',
    ].join('\n');
    expect(errorsOf(text)).toEqual([
      't.csv:3: found timestamp "yesterday", expected e.g. 2026-11-21 14:00:00 (UTC)',
      't.csv:4: found timestamp "2026-02-30 14:00:00", expected e.g. 2026-11-21 14:00:00 (UTC)',
      't.csv:5: found value "many", expected a number of 0 or more, or nothing',
      't.csv:6: found value "-1", expected a number of 0 or more, or nothing',
      't.csv:8: found 3 fields, expected timestamp,value',
    ]);
  });

  it('refuses points out of order and twice the same time', () => {
    expect(errorsOf('2026-11-21 14:05:00,1\n2026-11-21 14:00:00,1\n2026-11-21 14:05:00,2')).toEqual([
      expect.stringMatching(/^t\.csv:2: .* is not after the line before it/),
      expect.stringMatching(/^t\.csv:3: .* is not after the line before it/),
    ]);
  });

  it('stops after twenty errors and says how many more there are', () => {
    const errors = errorsOf(Array.from({ length: 30 }, () => 'x,1').join('\n'));
    expect(errors).toHaveLength(21);
    expect(errors.at(-1)).toBe('t.csv: 10 more lines are wrong.');
  });

  it('is refused without two values, and when it cannot be read', () => {
    expect(errorsOf('timestamp,value\n2026-11-21 14:00:00,1')).toEqual([
      't.csv: found 1 values; a trace needs at least two.',
    ]);
    expect(readTrace('/nowhere.csv')).toEqual({ ok: false, errors: [expect.stringMatching(/ENOENT/)] });
  });
});

describe('a trace minute by minute', () => {
  it('holds each value until the next point, and the last one for the usual distance', () => {
    expect(minuteByMinute('2026-11-21 14:00,1', '2026-11-21 14:02,2', '2026-11-21 14:04,3')).toEqual([
      1, 1, 2, 2, 3, 3,
    ]);
  });

  it('bridges one missing point and leaves a longer silence unknown', () => {
    const lines = ['00', '02', '04', '08', '10', '16'].map(
      (minute, index) => `2026-11-21 14:${minute},${index}`,
    );
    expect(minuteByMinute(...lines)).toEqual([
      0,
      0,
      1,
      1,
      2,
      2,
      2,
      2,
      3,
      3,
      4,
      4,
      4,
      4,
      nothing,
      nothing,
      5,
      5,
    ]);
  });

  it('takes an empty value and NaN for a missing point', () => {
    const lines = ['1', '', 'NaN', '4', '5'].map((value, index) => `2026-11-21 14:0${index},${value}`);
    expect(minuteByMinute(...lines)).toEqual([1, 1, nothing, 4, 5]);
  });

  it('averages several points of one minute', () => {
    const lines = ['00', '20', '40'].map((second, index) => `2026-11-21 14:00:${second},${3 * index}`);
    expect(minuteByMinute(...lines, '2026-11-21 14:01:00,9')).toEqual([3, 9]);
  });
});
