import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { complaints } from './scaling-files.ts';

/** A service `prod/web` with this body, and further lines of the section. */
const failover = (body = '{}', ...lines: readonly string[]) => `version: 1
failover:
  services:
    prod/web: ${body}
${lines.map((line) => `  ${line}\n`).join('')}`;

const migrating = (body: string) => `version: 1\nfailover:\n  migrations:\n    prod: ${body}\n`;

describe('a failover section that is right', () => {
  it.each([
    ['nothing but a service', failover()],
    [
      'no signal, so that only orders count',
      failover('{ signals: { placementFailure: false, interruptions: never, deficit: never } }'),
    ],
    ['one step back', failover('{ return: { steps: [100%] } }')],
    ['budgets in parts of an hour', failover('{ onDemand: { share: 1%, taskHoursPerDay: 0.5 } }')],
    ['a probe with times of its own', failover('{}', 'breaker: { probe: { soak: 5m, timeout: 20m } }')],
    [
      'a cool-off that never grows',
      failover('{}', 'breaker: { coolOff: 10m, factor: 1, most: 10m, jitter: 0% }'),
    ],
    ['a migration alone', migrating('{ services: [api, web], onDemandWeight: 0, spotWeight: 1 }')],
  ])('may have %s', (_, text) => {
    expect(complaints(text)).toEqual([]);
  });

  it('may have any steps that rise to 100%', () => {
    const steps = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 19 });
    fc.assert(
      fc.property(steps, (some) => {
        const rising = [...some.toSorted((a, b) => a - b), 100].map((step) => `${step}%`).join(', ');
        expect(complaints(failover(`{ return: { steps: [${rising}] } }`))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a failover section that is wrong', () => {
  it('is answered with every error at once, in the order of the file, with line and column', () => {
    const text = `version: 1
failover:
  mod: act
  services:
    web: {}
    prod/web:
      grace: 2h
      signals: { placementFailure: yes please, interruptions: { count: 0 }, deficit: none, alarm: 'arn:aws:cloudwatch:x:1:alarm:a' }
      onDemand: { share: 0%, taskHoursPerDay: 0 }
      image: pinned
      return: { steps: [50%, 25%] }
      paired: web
    prod/api: { flaps: { most: 0 }, paired: shared }
    prod/jobs: { paired: shared }
    prod/mail: { paired: api }
  breaker: { coolOff: 8h, factor: 0.5, jitter: 60%, probe: { share: 60%, soak: 30m } }
  limits: { tasksPerMinute: 0, onDemandVcpus: 1.5 }
  migrations:
    prod: { services: [old, old, web], onDemandWeight: 0, spotWeight: 0 }
    'prod*': { services: [api] }
`;

    expect(complaints(text).map((line) => line.replace('failover.', ''))).toEqual([
      '3:3: mod: found an unknown key - did you mean mode?, expected one of mode, scope, services, breaker, limits, migrations',
      '5:5: services.web: found "web", expected a cluster and a service by their names, such as prod/web',
      '7:14: services.prod/web.grace: found "2h", expected a duration from 0s to 1h, written like 45s, 30m or 1h30m',
      '8:36: services.prod/web.signals.placementFailure: found "yes please", expected true or false',
      '8:72: services.prod/web.signals.interruptions.count: found number 0, expected a number of interruptions from 1 up',
      '8:86: services.prod/web.signals.deficit: found "none", expected a map such as { for: 5m }, or never',
      '8:99: services.prod/web.signals.alarm: found "arn:aws:cloudwatch:x:1:alarm:a", expected the name of a CloudWatch alarm, not its ARN',
      '9:26: services.prod/web.onDemand.share: found "0%", expected a share from 1% to 100%',
      '9:47: services.prod/web.onDemand.taskHoursPerDay: found number 0, expected a number of task-hours above 0, or none',
      '10:14: services.prod/web.image: found "pinned", expected refuse, pin or ignore',
      '11:24: services.prod/web.return.steps: found 50%, 25%, expected steps that rise, each above the one before it',
      '11:24: services.prod/web.return.steps: found 50%, 25%, expected 100% as the last step, or it would never be back',
      '12:15: services.prod/web.paired: found the service itself, expected another service of the cluster, on on-demand capacity',
      '13:32: services.prod/api.flaps.most: found number 0, expected a number of times from 1 up',
      '14:26: services.prod/jobs.paired: found prod/shared, which is paired with prod/api as well, expected one of its own',
      '15:26: services.prod/mail.paired: found prod/api, which is itself failed over, expected a service that failover.services does not name',
      '16:23: breaker.coolOff: found 8h, expected at most 6h, or a longer most',
      '16:35: breaker.factor: found number 0.5, expected a number from 1 to 10',
      '16:48: breaker.jitter: found "60%", expected a share from 0% to 50%',
      '16:69: breaker.probe.share: found "60%", expected a share from 1% to 50%',
      '17:29: limits.tasksPerMinute: found number 0, expected a number of tasks from 1 up',
      '17:47: limits.onDemandVcpus: found number 1.5, expected a number of vCPUs from 1 up, or none',
      '19:29: migrations.prod.services.1: found old for the second time, expected each service once',
      '19:34: migrations.prod.services.2: found web, which failover.services names as well, expected a service that is not failed over until it has been moved',
      '19:56: migrations.prod.onDemandWeight: found both weights 0, expected at least one weight above 0, as ECS does',
      expect.stringMatching(/^20:5: migrations\.prod\*: found "prod\*", expected an ECS cluster's name/),
    ]);
  });

  it.each([
    [
      'nothing at all',
      'version: 1\nfailover: {}\n',
      /^2:1: failover: found nothing to fail over, expected at least one/,
    ],
    [
      'the same step twice',
      failover('{ return: { steps: [50%, 50%, 100%] } }'),
      /steps: found 50%, 50%, 100%, expected steps that rise/,
    ],
    [
      'a longest cool-off below the first',
      failover('{}', 'breaker: { coolOff: 10m, most: 5m }'),
      /breaker\.most: found 5m, expected at least the coolOff of 10m/,
    ],
    [
      'an unknown word for the probe',
      failover('{}', 'breaker: { probe: tasks }'),
      /found "tasks", expected task, or a map such as \{ share: 10% \}/,
    ],
    [
      'an unknown key of the probe',
      failover('{}', 'breaker: { probe: { shar: 10% } }'),
      /probe\.shar: found an unknown key - did you mean share\?/,
    ],
    [
      'a paired service that is scaled',
      `${failover('{ paired: spare }')}scaling: { services: { prod/spare: { min: 1, max: 2, schedules: { s: { rate: 1d, desired: 2 } } } } }\n`,
      /paired: found prod\/spare, which is scaled as well/,
    ],
    [
      'a paired service that is moved',
      failover('{ paired: spare }', 'migrations: { prod: { services: [spare] } }'),
      /services\.0: found spare, which failover\.services names as well/,
    ],
    ['a service twice', `${failover()}    prod/web: {}\n`, /expected each key once/],
    [
      'a weight above what ECS takes',
      migrating('{ services: [a], spotWeight: 1001 }'),
      /a weight from 0 to 1000/,
    ],
    [
      'more than 20 steps',
      failover(`{ return: { steps: [${Array.from({ length: 21 }, (_, at) => `${at + 80}%`).join(', ')}] } }`),
      /at most 20 steps/,
    ],
  ])('is refused with %s', (_, text, expected) => {
    expect(complaints(text)).toEqual([expect.stringMatching(expected)]);
  });

  it('may have a paired service of the same name as a service of another cluster', () => {
    expect(
      complaints(failover('{ paired: api }').replace('prod/web', 'staging/api: {}\n    prod/web')),
    ).toEqual([]);
  });
});
