import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { complaints } from './scaling-files.ts';

/** A promotion `prod` of the repository `shop/api`, with a source and a tag unless the body has others. */
const promotion = (body = '', from = "'main-*'", to = '[production]') =>
  repositories(`shop/api: { promotions: { prod: { from: ${from}, to: ${to}${body && `, ${body}`} } } }`);

/** The section with these repositories, one a line from line 4 of the file on. */
const repositories = (...lines: readonly string[]) =>
  `version: 1\nretagging:\n  repositories:\n${lines.map((line) => `    ${line}\n`).join('')}`;

const withoutPath = (line: string) =>
  line.replace('retagging.repositories.', '').replace('shop/api.promotions.', '');

describe('a retagging section that is right', () => {
  it.each([
    ['nothing but a source and a tag', promotion()],
    ['a tag as its source', promotion('', 'staging')],
    [
      'any tag as its source, for another repository',
      promotion('', "'*'", '{ repository: shop/prod, tags: [production] }'),
    ],
    ['a range of versions', promotion('order: highest-version', "{ semver: '>=1.0.0 <3 || 4.x' }")],
    ['prereleases', promotion('', "{ semver: '>=2.0.0-rc.1 <2.0.0' }")],
    [
      'its own repository in another Region',
      promotion('', 'staging', '{ region: us-gov-west-1, tags: [staging] }'),
    ],
    ['nothing but orders', promotion('on: []')],
    [
      'a schedule at whose times only it promotes',
      promotion("on: [], schedule: { cron: '0 9 * * MON-FRI', timeZone: Europe/Berlin }"),
    ],
    ['a schedule besides events', promotion("on: [push], schedule: { cron: '0 9 * * *' }")],
    ['no schedule, and says so', promotion('schedule: none')],
    ['a scan gate that only wants a result', promotion('on: [scan], gates: { scan: {} }')],
    [
      'a gate of a service that another promotion deploys',
      promotion('gates: { running: { service: prod/api-staging } }, deploy: [prod/api]'),
    ],
    [
      'a gate of a service of another cluster than that of which all is deployed',
      promotion('gates: { running: { service: staging/api } }, deploy: [prod/*]'),
    ],
    [
      'promotions one after the other',
      repositories(
        "shop/api: { promotions: { a: { from: 'main-*', to: [x] }, b: { from: x, to: [y] }, c: { from: y, to: [z] } } }",
      ),
    ],
    [
      'the same tag in two repositories',
      repositories(
        'shop/api: { promotions: { a: { from: x, to: [y] } } }',
        'shop/web: { promotions: { a: { from: x, to: [y] } } }',
      ),
    ],
  ])('may have %s', (_, text) => {
    expect(complaints(text)).toEqual([]);
  });

  it('may have any tag that ECR takes, as source and as destination', () => {
    const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/);
    fc.assert(
      fc.property(tag, tag, (from, to) => {
        fc.pre(from !== to);
        expect(complaints(promotion('', JSON.stringify(from), `[${JSON.stringify(to)}]`))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a retagging section that is wrong', () => {
  it('is answered with every error at once, in the order of the file, with line and column', () => {
    const text = `version: 1
retagging:
  mod: act
  reconcileEvery: 10s
  repositories:
    Shop: { promotions: { a: { from: x, to: [y] } } }
    shop/none: { promotions: {} }
    shop/api:
      promotions:
        staging/eu: { from: x, to: [y] }
        first:
          from: main/*
          to: [pro/duction, -x]
          on: [push, push]
          order: newest
          allowOlder: maybe
        second:
          from: { semver: latest }
          to: []
          on: [pushes]
          schedule: { cron: '0 9 31 2 *', timeZone: Berlin }
          gates:
            scan: { critical: -1, worst: 3 }
            minAge: 2w
            running: { service: api, for: 60d }
            signature: yes please
          deploy: [api, prod/api*]
        third:
          from: { semver: '>2 <1' }
          to: { repository: 'shop/*', region: frankfurt, tags: [ok], tag: ok }
        fourth: { from: 1.0, to: production }
        fifth: { from: { semver: '' } }
`;

    expect(complaints(text).map(withoutPath)).toEqual([
      '3:3: retagging.mod: found an unknown key - did you mean mode?, expected one of mode, scope, reconcileEvery, repositories',
      '4:19: retagging.reconcileEvery: found "10s", expected a duration from 1m to 24h, written like 45s, 30m or 1h30m',
      '6:5: Shop: found "Shop", expected the name of an ECR repository, not its URI, such as shop/api (lower case, at most 256)',
      '7:18: shop/none.promotions: found an empty map, expected at least one promotion',
      '10:9: staging/eu: found "staging/eu", expected a name for the promotion (letters, digits, hyphens, underscores and dots, at most 64)',
      `12:17: first.from: found "main/*", expected a tag, a pattern with * such as 'main-*', or a map such as { semver: '>=1.0.0' }`,
      '13:16: first.to.0: found "pro/duction", expected a tag (letters, digits, hyphens, underscores and dots, at most 128)',
      '13:29: first.to.1: found "-x", expected a tag (letters, digits, hyphens, underscores and dots, at most 128)',
      '14:15: first.on: found a list, expected each event once',
      '15:18: first.order: found "newest", expected pushed-last or highest-version',
      '16:23: first.allowOlder: found "maybe", expected true or false',
      `18:27: second.from.semver: found "latest", expected a range of versions as npm has them, such as '>=1.0.0' or ^2`,
      '19:15: second.to: found an empty list, expected a list of tags such as [production], or a map such as { repository: shop/api-prod, tags: [production] }',
      '20:16: second.on.0: found "pushes", expected push, scan or deployment',
      expect.stringMatching(
        /^21:29: second\.schedule\.cron: found "0 9 31 2 \*", expected a time that still comes/,
      ),
      expect.stringMatching(
        /^21:53: second\.schedule\.timeZone: found "Berlin", expected the IANA name of a time zone/,
      ),
      '23:31: second.gates.scan.critical: found number -1, expected a number of findings, 0 or more',
      '23:35: second.gates.scan.worst: found an unknown key, expected one of critical, high, medium, low, informational, undefined, withoutResult',
      '24:21: second.gates.minAge: found "2w", expected a duration from 0s to 365d, written like 45s, 30m or 1h30m',
      '25:33: second.gates.running.service: found "api", expected a cluster and a service by their names, such as prod/web',
      '25:43: second.gates.running.for: found "60d", expected a duration from 0s to 30d, written like 45s, 30m or 1h30m',
      '26:24: second.gates.signature: found "yes please", expected true or false',
      '27:20: second.deploy.0: found "api", expected a cluster and a service by their names, such as prod/api, or prod/* for all of the cluster',
      '27:25: second.deploy.1: found "prod/api*", expected a cluster and a service by their names, such as prod/api, or prod/* for all of the cluster',
      '29:27: third.from.semver: found ">2 <1", expected a range that some version is in',
      '30:29: third.to.repository: found "shop/*", expected the name of an ECR repository, not its URI, such as shop/api (lower case, at most 256)',
      '30:47: third.to.region: found "frankfurt", expected the name of an AWS Region, such as eu-central-1',
      '30:70: third.to.tag: found an unknown key - did you mean tags?, expected one of repository, region, tags',
      expect.stringMatching(/^31:25: fourth\.from: found number 1, expected a tag, a pattern/),
      '31:34: fourth.to: found "production", expected a list of tags such as [production], or a map such as { repository: shop/api-prod, tags: [production] }',
      expect.stringMatching(/^32:9: fifth\.to: found nothing, expected a list of tags/),
      `32:34: fifth.from.semver: found "", expected a range of versions as npm has them, such as '>=1.0.0' or ^2`,
    ]);
  });

  it.each([
    [
      'nothing at all',
      'version: 1\nretagging: {}\n',
      /^2:1: retagging\.repositories: found nothing, expected a map of repositories/,
    ],
    [
      'no repository',
      'version: 1\nretagging: { repositories: {} }\n',
      /repositories: found an empty map, expected at least one repository/,
    ],
    [
      'the order of versions for tags that are none',
      promotion('order: highest-version'),
      /prod\.order: found "highest-version", expected pushed-last, or a source such as \{ semver: '\*' \}/,
    ],
    [
      'a schedule that never fires',
      promotion("on: [], schedule: { cron: '0 9 31 2 *' }"),
      /prod\.schedule\.cron: found "0 9 31 2 \*", expected a time that still comes: this never does/,
    ],
    [
      'a weekday that is another day in AWS',
      promotion("on: [], schedule: { cron: '0 9 * * 1' }"),
      /prod\.schedule\.cron: found "0 9 \* \* 1", which has the weekday 1.*expected a cron expression/,
    ],
    [
      'a schedule that the default of `on` would make useless',
      promotion("schedule: { cron: '0 9 * * *' }"),
      /prod\.schedule: found a schedule alone, expected on: \[\] beside it for these times only, or on: \[push\]/,
    ],
    [
      'a scan as a trigger whose result does not matter',
      promotion('on: [push, scan], gates: { scan: none }'),
      /prod\.on\.1: found "scan", expected gates\.scan beside it/,
    ],
    [
      'deployments as a trigger, of no service',
      promotion('on: [deployment]'),
      /prod\.on\.0: found "deployment", expected gates\.running beside it/,
    ],
    [
      'a scan gate that is always open',
      promotion('gates: { scan: { withoutResult: allow } }'),
      /prod\.gates\.scan: found no limit, expected a limit such as critical: 0, or withoutResult: refuse/,
    ],
    [
      'a gate of a service that it deploys itself',
      promotion('gates: { running: { service: prod/api } }, deploy: [prod/web, prod/api]'),
      /gates\.running\.service: found prod\/api, which gets the image only by this promotion \(deploy: prod\/api\), expected .* the gate would never open/,
    ],
    [
      'a gate of a service whose whole cluster it deploys itself',
      promotion('gates: { running: { service: prod/api } }, deploy: [prod/*]'),
      /found prod\/api, which gets the image only by this promotion \(deploy: prod\/\*\)/,
    ],
    [
      'a service twice',
      promotion('deploy: [prod/api, prod/api]'),
      /prod\.deploy\.1: found prod\/api for the second time, expected each service once/,
    ],
    [
      'a service of a cluster that is deployed as a whole',
      promotion('deploy: [prod/api, prod/*]'),
      /prod\.deploy\.0: found prod\/api, which prod\/\* means as well, expected each service once/,
    ],
    [
      'retagging edge 1: a tag that is its own source',
      promotion('', "'main-*'", '[main-latest]'),
      /^4:\d+: prod\.to: found a way back to where it began, expected tags that lead nowhere twice\. .*shop\/api\/prod gives shop\/api:main-latest, which the source pattern main-\*/,
    ],
    [
      'a tag twice',
      promotion('', 'staging', '[production, production]'),
      /prod\.to: found a tag that was given before, expected each tag once\. shop\/api:production belongs to one rule only/,
    ],
  ])('is refused with %s', (_, text, expected) => {
    expect(complaints(text).map(withoutPath)).toEqual([expect.stringMatching(expected)]);
  });

  it('retagging edge 1: is refused with a way back over several promotions and repositories', () => {
    const text = repositories(
      "shop/api: { promotions: { out: { from: 'v*', to: { repository: shop/web, tags: [candidate] } } } }",
      'shop/web: { promotions: { on: { from: candidate, to: [good] } , back: { from: good, to: { repository: shop/api, tags: [vnext] } } } }',
    );

    expect(complaints(text)).toEqual([
      expect.stringMatching(
        /^4:\d+: retagging\.repositories\.shop\/api\.promotions\.out\.to: found a way back.* shop\/api\/out gives shop\/web:candidate, .* shop\/web\/on gives shop\/web:good, .* shop\/web\/back gives shop\/api:vnext/,
      ),
    ]);
  });

  it('is refused with one tag of two promotions, at the second, beside whatever else is wrong', () => {
    const text = repositories(
      'shop/api: { promotions: { prod: { from: staging, to: [production] } } }',
      'shop/web: { promotions: { prod: { from: staging, to: { repository: shop/api, tags: [production] }, on: [deployment] } } }',
    );

    expect(complaints(text)).toEqual([
      expect.stringMatching(
        /^5:\d+: retagging\.repositories\.shop\/web\.promotions\.prod\.to: found a tag that was given before/,
      ),
      expect.stringMatching(/^5:\d+: .*on\.0: found "deployment"/),
    ]);
  });
});
