import { describe, expect, it } from 'vitest';
import { complaints } from './scaling-files.ts';

const draining = 'draining: { clusters: { prod: { groups: { prod-ecs: {} } } } }\n';

/** A cluster `prod` with the group `prod-ecs`, which is drained as well, and further settings. */
const capacity = (...settings: readonly string[]) =>
  `version: 1\n${draining}capacity: { clusters: { prod: { ${['groups: [prod-ecs]', ...settings].join(', ')} } } }\n`;

const budget = (body: string) => capacity(`consolidation: { budgets: [{ limit: 0, window: ${body} }] }`);

describe('a capacity section that is right', () => {
  it.each([
    ['nothing but a group', capacity()],
    ['no scale-out', capacity('scaleOut: false')],
    ['all defaults of consolidation', capacity('consolidation: {}')],
    ['no reason to let go, so that only a replacement is left', capacity('consolidation: { reasons: [] }')],
    ['no budget', capacity('consolidation: { budgets: [] }')],
    [
      'a budget for one reason',
      capacity('consolidation: { budgets: [{ limit: 50%, reasons: [obsolete] }] }'),
    ],
    [
      'a budget for the hours of work',
      budget("{ cron: '0 9 ? * MON-FRI *', timeZone: Europe/Berlin, duration: 8h }"),
    ],
    ['prices of a thousandth', capacity('prices: { t4g.nano: 0.0042, u-6tb1.112xlarge: 54.6 }')],
    [
      'no draining, as long as nothing is let go',
      capacity('reserve: { percent: 10% }').replace(draining, ''),
    ],
  ])('may have %s', (_, text) => {
    expect(complaints(text)).toEqual([]);
  });
});

describe('a capacity section that is wrong', () => {
  it('is answered with every error at once, in the order of the file, with line and column', () => {
    const text = `version: 1
${draining}capacity:
  mod: act
  clusters:
    prod:
      groups: [prod-ecs, prod-ecs]
      scaleOut: { after: 2h, maximumStep: 0, launchTimeout: 30s }
      consolidation:
        reasons: [empty, idle]
        after: 2d
        minimumAge: 8d
        budgets:
          - { limit: 101%, reasons: [empty, empty] }
          - { limit: 1, window: { cron: '0 9 30 2 *', duration: 1h } }
          - { limit: 0, window: { cron: '0 9 * * *', timeZone: Mars, duration: 30s } }
          - { limit: 0, window: { cron: '0 9 * * *', duration: 24h } }
        replace: maybe
        balance: 101
        drainTimeout: 1m
        zoneSkew: 0
      reserve: { cpu: -1, memory: 1.5, percent: 95% }
      besideManagedScaling: 'no'
      prices: { m7g.large: 0, large: 1 }
    staging: { groups: [prod-ecs], consolidation: {} }
    test: { groups: [] }
    'prod*': { groups: ['arn:x'] }
`;

    expect(complaints(text).map((line) => line.replace('capacity.clusters.', ''))).toEqual([
      '4:3: capacity.mod: found an unknown key - did you mean mode?, expected one of mode, clusters',
      '7:15: prod.groups: found a list, expected each group once',
      '8:26: prod.scaleOut.after: found "2h", expected a duration from 0s to 1h, written like 45s, 30m or 1h30m',
      '8:43: prod.scaleOut.maximumStep: found number 0, expected a number of instances from 1 up',
      '8:61: prod.scaleOut.launchTimeout: found "30s", expected a duration from 1m to 1h, written like 45s, 30m or 1h30m',
      '10:26: prod.consolidation.reasons.1: found "idle", expected empty, underused or obsolete',
      '11:16: prod.consolidation.after: found "2d", expected a duration from 0s to 24h, written like 45s, 30m or 1h30m',
      '12:21: prod.consolidation.minimumAge: found "8d", expected a duration from 0s to 7d, written like 45s, 30m or 1h30m',
      '14:22: prod.consolidation.budgets.0.limit: found "101%", expected a number of instances from 0 up, or a share from 0% to 100%',
      '14:37: prod.consolidation.budgets.0.reasons: found a list, expected each reason once',
      '15:41: prod.consolidation.budgets.1.window.cron: found "0 9 30 2 *", expected a time that still comes: this never does',
      '16:64: prod.consolidation.budgets.2.window.timeZone: found "Mars", expected the IANA name of a time zone, such as Europe/Berlin or UTC',
      '16:80: prod.consolidation.budgets.2.window.duration: found "30s", expected a duration from 1m to 7d, written like 45s, 30m or 1h30m',
      '17:64: prod.consolidation.budgets.3.window.duration: found 24h, expected less than 24h, after which it begins again; without a window it holds always',
      '18:18: prod.consolidation.replace: found "maybe", expected true or false',
      '19:18: prod.consolidation.balance: found number 101, expected a number up to 100',
      '20:23: prod.consolidation.drainTimeout: found "1m", expected a duration from 5m to 48h, written like 45s, 30m or 1h30m',
      '21:19: prod.consolidation.zoneSkew: found number 0, expected a number of instances from 1 up',
      '22:23: prod.reserve.cpu: found number -1, expected a number of CPU units from 0 up, 1024 to a vCPU',
      '22:35: prod.reserve.memory: found number 1.5, expected a number of MiB from 0 up',
      '22:49: prod.reserve.percent: found "95%", expected a share from 0% to 90%',
      '23:29: prod.besideManagedScaling: found "no", expected true or false',
      '24:28: prod.prices.m7g.large: found number 0, expected a price of an hour, above 0',
      '24:31: prod.prices.large: found "large", expected an instance type, such as m7g.large',
      '25:25: staging.groups.0: found the group prod-ecs, which cluster prod names as well, expected each group in one cluster only, since an instance registers with one',
      '25:25: staging.groups.0: found prod-ecs, which draining.clusters.staging.groups does not name, expected a group that draining drains as well, or no consolidation',
      '26:21: test.groups: found an empty list, expected at least one Auto Scaling group',
      expect.stringMatching(/^27:5: prod\*: found "prod\*", expected an ECS cluster's name/),
    ]);
  });

  it.each([
    [
      'no cluster',
      'version: 1\ncapacity: { clusters: {} }\n',
      /^2:13: capacity\.clusters: .*expected at least one cluster$/,
    ],
    [
      'the ARN of a group',
      'version: 1\ncapacity: { clusters: { prod: { groups: ["arn:aws:x"] } } }\n',
      /^2:42: .*expected the name of an Auto Scaling group, not its ARN/,
    ],
    [
      'consolidation of a group that nothing drains',
      capacity('consolidation: {}').replace('prod-ecs: {}', 'other: {}'),
      /^3:42: capacity\.clusters\.prod\.groups\.0: found prod-ecs, which draining\.clusters\.prod\.groups does not name/,
    ],
    [
      'consolidation and no draining at all',
      capacity('consolidation: {}').replace(draining, ''),
      /does not name, expected a group that draining drains as well, or no consolidation$/,
    ],
    [
      'consolidation of a group that another cluster drains',
      capacity('consolidation: {}').replace('prod: { groups: { prod-ecs', 'staging: { groups: { prod-ecs'),
      /found prod-ecs, which draining\.clusters\.prod\.groups does not name/,
    ],
    [
      'consolidation that draining would only journal',
      capacity('consolidation: {}').replace('draining: {', 'draining: { mode: observe,'),
      /^3:53: capacity\.clusters\.prod\.consolidation: .*expected draining in mode act/,
    ],
    [
      'a group that is scaled by policies as well',
      `${capacity()}scaling: { groups: { prod-ecs: { min: 1, max: 9, schedules: { day: { cron: '0 9 * * *', min: 2 } } } } }\n`,
      /^3:\d+: capacity\.clusters\.prod\.groups\.0: found prod-ecs, which scaling\.groups scales as well/,
    ],
    [
      'a window that lasts until it begins again, across a change of summer time',
      budget("{ cron: '0 * * * *', duration: 1h }"),
      /window\.duration: found 1h, expected less than 1h/,
    ],
    [
      'a window without a duration',
      budget("{ cron: '0 9 * * *' }"),
      /window\.duration: .*expected a duration/,
    ],
    ['a cron of no kind', budget('{ cron: daily, duration: 1h }'), /window\.cron: found "daily"/],
    ['a word for scale-out', capacity('scaleOut: never'), /scaleOut: .*expected false or a map such as/],
    [
      'true for scale-out, which it is without being said',
      capacity('scaleOut: true'),
      /scaleOut: .*expected false or a map such as/,
    ],
    [
      'a budget that is no map',
      capacity('consolidation: { budgets: [10%] }'),
      /a map such as \{ limit: 10% \}/,
    ],
    ['a price as text', capacity('prices: { m7g.large: "0.08" }'), /expected a price of an hour$/],
  ])('is refused with %s', (_, text, expected) => {
    expect(complaints(text)).toEqual([expect.stringMatching(expected)]);
  });
});
