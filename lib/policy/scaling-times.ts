import type { EpochMs } from '../clock.ts';
import { momentsOf } from '../local-time.ts';
import { neverFires } from '../scaling/schedule.ts';
import { nextRuns } from './cron.ts';
import { durationText } from './duration.ts';
import { type Finding, parsed, valueIn } from './raw.ts';
import { bounds, freezeDuration, local } from './scaling-schema.ts';
import { cron, timeZone } from './values.ts';

type Path = readonly PropertyKey[];

/** What is wrong with a schedule of a target that is written so. */
export function scheduleFindings(path: Path, schedule: unknown, target: unknown, now: EpochMs): Finding[] {
  const ways = ['at', 'rate', 'cron'].filter((way) => valueIn(schedule, way) !== undefined);
  const findings: Finding[] = [];
  if (ways.length !== 1) {
    const found = ways.length === 0 ? 'none' : ways.join(' and ');
    findings.push({ path, at: 'value', found, expected: 'one of at, rate and cron' });
  }
  return [...findings, ...timeFindings(path, schedule, now), ...boundFindings(path, schedule, target)];
}

/** What is wrong with a freeze: that it never begins, or never ends. */
export function freezeFindings(path: Path, freeze: unknown, now: EpochMs): Finding[] {
  const zone = parsed(timeZone, valueIn(freeze, 'timeZone'));
  const expression = parsed(cron, valueIn(freeze, 'cron'));
  if (zone === undefined || expression === undefined) return [];
  // At a time that summer time leaves out a freeze begins all the same.
  const runs = nextRuns(expression, zone, now, 'early');
  if ('expected' in runs) return [{ path: [...path, 'cron'], at: 'value', ...runs }];
  const [first = 0, second = Number.POSITIVE_INFINITY] = runs;
  const lasts = parsed(freezeDuration, valueIn(freeze, 'duration'));
  if (lasts === undefined || second - first > lasts) return [];
  const expected = `less than ${durationText(second - first)}, after which it begins again, or it would never end`;
  return [{ path: [...path, 'duration'], at: 'value', found: durationText(lasts), expected }];
}

function timeFindings(path: Path, timed: unknown, now: EpochMs): Finding[] {
  const zone = parsed(timeZone, valueIn(timed, 'timeZone'));
  const expression = parsed(cron, valueIn(timed, 'cron'));
  const moment = parsed(local, valueIn(timed, 'at'));
  if (zone === undefined) return [];
  const findings: Finding[] = [];
  if (expression !== undefined) {
    const runs = nextRuns(expression, zone, now);
    if ('expected' in runs) findings.push({ path: [...path, 'cron'], at: 'value', ...runs });
  }
  if (moment !== undefined && neverFires({ when: { kind: 'at', local: moment }, timeZone: zone }, now)) {
    const exists = momentsOf(Date.parse(`${moment}Z`), zone).length > 0;
    const expected = exists
      ? 'a time that still comes: this one is past'
      : `a time that exists in ${zone}: the clocks are put forward past this one`;
    findings.push({ path: [...path, 'at'], at: 'value', expected });
  }
  return findings;
}

/** AWS refuses such a schedule only when it runs (Application Auto Scaling user guide, scheduled scaling). */
function boundFindings(path: Path, schedule: unknown, target: unknown): Finding[] {
  const [min, max, desired] = ['min', 'max', 'desired'].map((key) =>
    parsed(bounds.min, valueIn(schedule, key)),
  );
  const findings: Finding[] = [];
  if (['min', 'max', 'desired'].every((key) => valueIn(schedule, key) === undefined)) {
    return [{ path, at: 'value', found: 'none', expected: 'one or more of min, max and desired' }];
  }
  const [low, high] = [
    min ?? parsed(bounds.min, valueIn(target, 'min')),
    max ?? parsed(bounds.max, valueIn(target, 'max')),
  ];
  if (low === undefined || high === undefined) return findings;
  if (low > high && (min !== undefined || max !== undefined)) {
    const key = min === undefined ? 'max' : 'min';
    const expected =
      key === 'min'
        ? `at most the max of ${high}; give both where both shall move`
        : `at least the min of ${low}; give both where both shall move`;
    findings.push({ path: [...path, key], at: 'value', expected });
  }
  if (desired !== undefined && low <= high && (desired < low || desired > high))
    findings.push({
      path: [...path, 'desired'],
      at: 'value',
      expected: `a number from ${low} to ${high}, its bounds`,
    });
  return findings;
}
