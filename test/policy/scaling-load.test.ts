import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../lib/policy/load.ts';
import { complaints, NOW, oneService, withPolicies } from './scaling-files.ts';

const step = (alarm: string, steps: string, more = '') =>
  `{ step: { alarm: ${alarm}, steps: [${steps}]${more} } }`;
const metric = '{ namespace: AWS/ECS, name: CPUUtilization }';

describe('a policy file', () => {
  it('may have any of its sections, but not none', () => {
    expect(complaints('version: 1\n')).toEqual([
      expect.stringMatching(
        /^1:1: found a map, expected a map with draining, scaling, failover, retagging, capacity or several of them$/,
      ),
    ]);
    expect(complaints(oneService('schedules: { s: { rate: 1h, desired: 3 } }'))).toEqual([]);
  });

  it('is answered with every error of the scaling section at once, in the order of the file', () => {
    const text = `version: 1
scaling:
  mod: act
  alarms:
    high: { metric: cpu, threshold: 70, comparison: '>=' }
    none: { metric: cpu, comparison: above }
  services:
    prod/web:
      min: 5
      max: 4
      policies:
        out: { step: { alarm: hihg, steps: [{ from: 0, by: 10% }] } }
        gap: { step: { alarm: high, steps: [{ from: 0, to: 5, by: 1 }, { from: 6, by: 2 }] } }
        keep: { target: { metric: { namespace: AWS/ECS, nam: CPU }, value: 0 } }
      schedules:
        a: { cron: '0 7 * * 1', timeZone: Europe/Berln, min: 2 }
  groups:
    'prod-*': { min: 1, max: 9, schedules: { s: { rate: 1h, desired: 3 } } }
`;

    expect(complaints(text).map((line) => line.split(': found')[0])).toEqual([
      '3:3: scaling.mod',
      '6:5: scaling.alarms.none.threshold',
      '6:38: scaling.alarms.none.comparison',
      '9:12: min',
      '12:31: policies.out.step.alarm',
      '13:72: policies.gap.step.steps.1',
      '14:27: policies.keep.target.metric.name',
      '14:57: policies.keep.target.metric.nam',
      '14:76: policies.keep.target.value',
      '16:43: schedules.a.timeZone',
      '18:5: scaling.groups.prod-*',
    ]);
  });

  it.each([
    ['nothing to scale', 'version: 1\nscaling: { services: {} }\n', '2:1: scaling: found nothing to scale'],
    ['a target that nothing moves', oneService(), '7:5: scaling.services.prod/web: found none'],
    [
      'a cluster that is missing',
      oneService().replace('prod/web', 'web'),
      '7:5: scaling.services.web: found "web"',
    ],
    [
      'a wildcard, since names become IAM resources',
      oneService('schedules: { s: { rate: 1h, desired: 3 } }').replace('prod/web', 'prod/*'),
      '7:5: scaling.services.prod/*: found "prod/*"',
    ],
    [
      'min above max',
      oneService('schedules: { s: { rate: 1h, desired: 3 } }').replace('40', '1'),
      '8:12: min: found number 2, expected at most the max of 1',
    ],
  ])('is refused with %s', (_, text, start) => {
    expect(complaints(text)[0]).toMatch(new RegExp(`^${start.replaceAll(/[.*/]/g, '\\$&')}`));
  });
});

describe('steps', () => {
  it.each([
    [
      'leave a gap',
      step('high', '{ from: 0, to: 10, by: 1 }, { from: 15, by: 2 }'),
      'leaves a gap to the one from 0 to 10',
    ],
    [
      'overlap',
      step('high', '{ from: 0, to: 10, by: 1 }, { from: 5, by: 2 }'),
      'overlaps the one from 0 to 10',
    ],
    [
      'overlap at an open end',
      step('high', '{ from: 0, by: 1 }, { from: 5, by: 2 }'),
      'overlaps the one from 0 on',
    ],
    [
      'end before they begin',
      step('high', '{ from: 5, to: 5, by: 1 }'),
      'found a step from 5 to 5, expected from below to',
    ],
    ['have no bound', step('high', '{ by: 1 }'), 'found no bound, expected from, to or both'],
    ['have no outermost step', step('high', '{ from: 0, to: 10, by: 1 }'), 'found no step above 10'],
    ['have no outermost step below', step('low', '{ from: -10, to: 0, by: -1 }'), 'found no step below -10'],
    ['do nothing', step('high', '{ from: 0 }'), 'found neither, expected either by or set'],
    ['do two things', step('high', '{ from: 0, by: 1, set: 5 }'), 'found both, expected either by or set'],
    [
      'are of two kinds',
      step('high', '{ from: 0, to: 9, by: 1 }, { from: 9, by: 20% }'),
      'found steps in numbers and percent',
    ],
    [
      'lie where the alarm is OK',
      step('high', '{ to: 0, by: -1 }'),
      'found a step up to 0, where the alarm (>= 70) is never in ALARM',
    ],
    ['count up from a low alarm', step('low', '{ from: 0, by: -1 }'), 'expected bounds of 0 or less'],
    [
      'have a magnitude in numbers',
      step('high', '{ from: 0, by: 1 }', ', minMagnitude: 2'),
      'expected it with steps in percent only',
    ],
    ['set less than nothing', step('high', '{ from: 0, set: -1 }'), 'found number -1'],
    ['are none', step('high', ''), 'found an empty list, expected at least one step'],
  ])('that %s are refused', (_, policy, words) => {
    const found = complaints(withPolicies(`out: ${policy}`));

    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^11:\d+: policies\.out\.step\.(steps|minMagnitude)/);
    expect(found[0]).toContain(words);
  });

  it('may be written in any order, and may do nothing near the threshold', () => {
    expect(
      complaints(withPolicies(`out: ${step('high', '{ from: 10, by: 30% }, { from: 0, to: 10, by: 0 }')}`)),
    ).toEqual([]);
  });

  it('need an alarm of the file, with its threshold', () => {
    const unknown = complaints(withPolicies(`out: ${step('hihg', '{ from: 0, by: 1 }')}`));
    const without = complaints(
      withPolicies(`out: ${step('high', '{ from: 0, by: 1 }')}`).replace(' threshold: 70,', ''),
    );

    expect(unknown).toEqual([
      '11:31: policies.out.step.alarm: found the unknown alarm "hihg" - did you mean high?, expected an alarm of scaling.alarms: high, low',
    ]);
    expect(without).toEqual([
      expect.stringMatching(/^4:5: scaling\.alarms\.high\.threshold: found nothing, expected a number/),
    ]);
  });
});

describe('two policies of a target that fight', () => {
  const out = `out: ${step('high', '{ from: 0, by: 1 }')}`;
  const inwards = `in: ${step('low', '{ to: 0, by: -1 }')}`;
  const thresholds = (high: number, low: number) =>
    withPolicies(out, inwards)
      .replace('threshold: 70', `threshold: ${high}`)
      .replace('threshold: 30', `threshold: ${low}`);

  it.each([
    [70, 75],
    [70, 70],
  ])('are refused: one adds from %d on, the other removes up to %d', (high, low) => {
    expect(complaints(thresholds(high, low))).toEqual([
      `12:9: policies.in: found a policy that fights out: in (<= ${low}) removes where out (>= ${high}) adds, expected room between where they add and where they remove by the metric cpu`,
    ]);
  });

  it('are those whose steps meet, not those whose thresholds do', () => {
    const apart = withPolicies(
      `out: ${step('high', '{ from: 0, to: 10, by: 0 }, { from: 10, by: 10% }')}`,
      `in: ${step('low', '{ from: -10, to: 0, by: 0 }, { to: -10, by: -10% }')}`,
    ).replace('threshold: 30', 'threshold: 70');

    expect(complaints(apart)).toEqual([]);
    expect(complaints(thresholds(70, 69.9))).toEqual([]);
  });

  it('are not those of two metrics', () => {
    const text = thresholds(70, 75).replace('low: { metric: cpu', 'low: { metric: memory');

    expect(complaints(text)).toEqual([]);
  });

  it('are also two that keep one metric at two values', () => {
    const text = withPolicies(
      `a: { target: { metric: ${metric}, value: 60 } }`,
      `b: { target: { metric: ${metric}, value: 50 } }`,
    );

    expect(complaints(text)).toEqual([
      expect.stringMatching(/^12:9: policies\.b: found a policy that fights a/),
    ]);
  });
});

describe('a policy of a metric', () => {
  const backlog = (more: string, messages = '{ namespace: AWS/SQS, name: Visible }') =>
    `q: { backlog: { messages: ${messages}, ${more} } }`;
  const times = 'acceptableLatency: 30s, timePerMessage: 200ms';

  it.each([
    ['is of no kind', 'q: {}', '11:9: policies.q: found none, expected one of step, target and backlog'],
    [
      'is of two kinds',
      `q: { target: { metric: ${metric}, value: 1 }, step: { alarm: high, steps: [{ from: 0, by: 1 }] } }`,
      'found step and target',
    ],
    [
      'keeps a value of 0',
      `q: { target: { metric: ${metric}, value: 0 } }`,
      'found number 0, expected a number above 0',
    ],
    [
      'tolerates everything',
      `q: { target: { metric: ${metric}, value: 1, tolerance: 1 } }`,
      'from 0 to below 1',
    ],
    [
      'has an odd period',
      `q: { target: { metric: { namespace: A, name: B, period: 15s }, value: 1 } }`,
      'found "15s", expected a period of 10s, 20s, 30s',
    ],
    [
      'has an unknown statistic',
      `q: { target: { metric: { namespace: A, name: B, stat: Mean }, value: 1 } }`,
      'found "Mean", expected a statistic',
    ],
    [
      'limits a rate over days',
      `q: { target: { metric: ${metric}, value: 1, out: { rates: [{ change: 2, period: 2d }] } } }`,
      'found "2d", expected a duration from 1m to 1h',
    ],
    [
      'speaks of an unknown id',
      backlog(times, '{ expression: "FILL(a, 0) + b", metrics: { a: { namespace: X, name: Y } } }'),
      'found the unknown id b, expected only ids of its metrics: a',
    ],
    [
      'is math without an expression',
      backlog(times, '{ expresion: a, metrics: { a: { namespace: X, name: Y } } }'),
      'did you mean expression?',
    ],
    [
      'wants messages done before they can be',
      backlog('acceptableLatency: 100ms, timePerMessage: 1s'),
      'expected at least timePerMessage',
    ],
    [
      'goes to zero below its min',
      backlog(`${times}, zeroAfter: 10m`),
      'never, or a min of 0: with a min of 2 it never comes to zero',
    ],
    [
      'needs no time for a message',
      backlog('acceptableLatency: 30s, timePerMessage: 0s'),
      'found "0s", expected a time above 0',
    ],
  ])('is refused when it %s', (_, policy, words) => {
    expect(complaints(withPolicies(policy)).join('\n')).toContain(words);
  });
});

describe('a schedule', () => {
  const schedule = (body: string) => oneService(`schedules: { s: { ${body} } }`);

  it.each([
    ["cron: '0 7 30 2 *', min: 3", 'a time that still comes: this never does'],
    ["cron: '0 7 ? * MON 2025', min: 3", 'a time that still comes: this never does'],
    ["at: '2026-11-21T13:59', min: 3", 'a time that still comes: this one is past'],
    ["cron: '0 7 1 * MON', min: 3", 'a day of the month or of the week'],
    ["cron: '99 7 * * *', min: 3", 'is not a cron expression'],
    ["cron: '0 7 * *', min: 3", 'has 4 fields'],
    ["at: '2027-02-30T07:00', min: 3", 'on a day that exists'],
    ["rate: 1h, cron: '0 7 * * *', min: 3", 'found rate and cron, expected one of at, rate and cron'],
    ['min: 3', 'found none, expected one of at, rate and cron'],
    ['rate: 1h', 'found none, expected one or more of min, max and desired'],
    ['rate: 1h, desired: 41', 'found number 41, expected a number from 2 to 40'],
    ["cron: '0 7 * * *', timeZone: '+02:00', min: 3", 'the IANA name of a time zone'],
  ])('is refused with %s', (body, words) => {
    const found = complaints(schedule(body));

    expect(found).toHaveLength(1);
    expect(found[0]).toContain(words);
    expect(found[0]).toMatch(/^10:\d+: schedules\.s/);
  });

  it.each(['1', '2-6', 'MON,3', '7'])(
    'is refused with the weekday %s, which cron and AWS read differently',
    (weekday) => {
      expect(complaints(schedule(`cron: '0 7 ? * ${weekday}', min: 3`))).toEqual([
        expect.stringMatching(/^10:31: schedules\.s\.cron: found .*another day in a crontab/),
      ]);
    },
  );

  it.each([
    "cron: '0 7 ? * MON-FRI *', min: 3",
    "cron: '0 7 * * MON-FRI', min: 3",
    'rate: 6h, min: 3',
    "at: '2027-01-01T00:00:30', max: 50",
  ])('may be %s', (body) => {
    expect(complaints(schedule(body))).toEqual([]);
  });

  it('scaling edge 30: is refused with a min above the old max, or a max below the old min, unless it moves both', () => {
    expect(complaints(schedule('rate: 1h, min: 50'))).toEqual([
      expect.stringMatching(/min: found number 50, expected at most the max of 40; give both/),
    ]);
    expect(complaints(schedule('rate: 1h, max: 1'))).toEqual([
      expect.stringMatching(/max: found number 1, expected at least the min of 2; give both/),
    ]);
    expect(complaints(schedule('rate: 1h, min: 50, max: 60'))).toEqual([]);
  });

  it('scaling edge 31: is refused at a local time that summer time leaves out', () => {
    expect(complaints(schedule("at: '2027-03-28T02:30', timeZone: Europe/Berlin, min: 3"))).toEqual([
      expect.stringMatching(/at: found "2027-03-28T02:30", expected a time that exists in Europe\/Berlin/),
    ]);
    expect(complaints(schedule("at: '2027-03-28T02:30', min: 3"))).toEqual([]);
  });

  it('is judged by the time at which the file is read', () => {
    const text = schedule("at: '2026-11-21T15:00', min: 3");

    expect(parsePolicy(text, 'policy.yml', NOW)).toMatchObject({ ok: true });
    expect(parsePolicy(text, 'policy.yml', NOW + 7_200_000)).toMatchObject({ ok: false });
  });
});

describe('a freeze', () => {
  const freeze = (body: string) =>
    complaints(oneService('schedules: { s: { rate: 1h, min: 3 } }', `freezes: { f: { ${body} } }`));

  it('is refused when it never begins, and when it never ends', () => {
    expect(freeze("cron: '0 0 31 6 *', duration: 1h")).toEqual([expect.stringMatching(/this never does$/)]);
    expect(freeze("cron: '0 0 * * *', duration: 24h")).toEqual([
      '11:52: freezes.f.duration: found 24h, expected less than 24h, after which it begins again, or it would never end',
    ]);
    expect(freeze("cron: '0 0 ? 11 FRI#4', duration: 48h, directions: in")).toEqual([]);
  });
});
