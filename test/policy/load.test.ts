import { describe, expect, it } from 'vitest';
import { formatPolicyError, loadPolicy, parsePolicy } from '../../lib/policy/load.ts';

const policy = (cluster: string) => `version: 1
draining:
  clusters:
    prod:
      groups: { prod-ecs: {} }
${cluster}`;

/** The errors as a person reads them, without the file's name. */
function complaints(text: string): string[] {
  const loaded = parsePolicy(text, 'policy.yml');
  return loaded.ok ? [] : loaded.errors.map((error) => formatPolicyError(error).replace('policy.yml:', ''));
}

describe('a policy file that is right', () => {
  it('needs a version, clusters and groups, and gets a default for everything else', () => {
    const loaded = parsePolicy(policy(''), 'policy.yml');

    expect(loaded).toEqual({
      ok: true,
      policy: {
        version: 1,
        draining: {
          mode: 'act',
          clusters: {
            prod: {
              groups: { 'prod-ecs': { hooks: ['stevedore-drain'] } },
              triggers: {
                spotInterruption: true,
                rebalance: false,
                maintenance: { leadTime: 86_400_000 },
                directTermination: true,
              },
              deadline: 1_800_000,
              atDeadline: 'continue',
              stopGrace: 120_000,
              standaloneTasks: 'wait',
              spot: { stopTasksBefore: 45_000 },
              limits: { draining: { kind: 'percent', value: 20 }, keepActive: { kind: 'count', value: 1 } },
              settle: 10_000,
              ghosts: { terminatedAfter: 1_200_000, stoppedAfter: null },
            },
          },
        },
      },
    });
  });

  it('is the one that a fork starts from', () => {
    expect(loadPolicy('stevedore.yml')).toMatchObject({ ok: true });
  });

  it('may use anchors and merge keys', () => {
    const text = `${policy('      deadline: &long 2h')}
    staging: { groups: { staging-ecs: {} }, deadline: *long }
    test:
      <<: { deadline: 3h, settle: 5s }
      groups: { test-ecs: {} }
`;

    const loaded = parsePolicy(text, 'policy.yml');

    expect(loaded).toMatchObject({
      ok: true,
      policy: {
        draining: { clusters: { staging: { deadline: 7_200_000 }, test: { deadline: 10_800_000 } } },
      },
    });
  });

  it.each([
    ['deadline: 1h30m', { deadline: 5_400_000 }],
    ['deadline: 2d', { deadline: 172_800_000 }],
    ['standaloneTasks: { stopAfter: 15m }', { standaloneTasks: { stopAfter: 900_000 } }],
    ['spot: { stopTasksBefore: never }', { spot: { stopTasksBefore: null } }],
    ['triggers: { maintenance: false }', { triggers: { maintenance: false } }],
    [
      'limits: { draining: 3, keepActive: 50% }',
      { limits: { draining: { value: 3 }, keepActive: { value: 50 } } },
    ],
    ['ghosts: { stoppedAfter: 1h }', { ghosts: { stoppedAfter: 3_600_000, terminatedAfter: 1_200_000 } }],
  ])('reads %s', (line, expected) => {
    const loaded = parsePolicy(policy(`      ${line}\n`), 'policy.yml');

    expect(loaded).toMatchObject({ ok: true, policy: { draining: { clusters: { prod: expected } } } });
  });
});

describe('a policy file that is wrong', () => {
  it('is answered with every error at once, in the order of the file, with line and column', () => {
    const text = `version: 2
draining:
  mod: act
  clusters:
    prod:
      groups:
        prod-ecs: { hooks: [stevedore-drain, stevedore-drain] }
        'web-*': {}
      triggers: { rebalnce: true, maintenance: { leadTime: 24 } }
      deadline: 49h
      standaloneTasks: { stopAftr: 5m }
      limits: { draining: 120%, keepActive: 100% }
    staging:
      groups: { prod-ecs: {} }
      deadline: 5m
      settle: 10m
`;

    expect(complaints(text)).toEqual([
      '1:10: version: found number 2, expected 1',
      '3:3: draining.mod: found an unknown key - did you mean mode?, expected one of mode, clusters',
      '7:28: draining.clusters.prod.groups.prod-ecs.hooks: found a list, expected each hook once',
      expect.stringMatching(
        /^8:9: draining\.clusters\.prod\.groups\.web-\*: found "web-\*", expected the name/,
      ),
      expect.stringMatching(
        /^9:19: .*rebalnce: found an unknown key - did you mean rebalance\?, expected one of/,
      ),
      expect.stringMatching(/^9:60: .*leadTime: found number 24, expected a duration from 1m to 14d/),
      expect.stringMatching(/^10:17: .*deadline: found "49h", expected a duration from 1m to 48h/),
      expect.stringMatching(/^11:7: .*stopAfter: found nothing, expected a duration/),
      expect.stringMatching(/^11:26: .*stopAftr: found an unknown key - did you mean stopAfter\?/),
      expect.stringMatching(/^12:27: .*draining: found "120%", expected .* from 1% to 100%/),
      expect.stringMatching(
        /^12:45: .*keepActive: found "100%", expected .* at 100% nothing could ever drain/,
      ),
      expect.stringMatching(/^14:17: .*prod-ecs: found the group prod-ecs, which cluster prod names as well/),
      expect.stringMatching(/^16:15: .*settle: found 10m, expected less than the deadline of 5m/),
    ]);
  });

  it.each([
    ['deadline: 30', '6:17', 'found number 30, expected a duration'],
    ['deadline: 3 days', '6:17', 'found "3 days", expected a duration'],
    ['deadline: 30s', '6:17', 'from 1m to 48h'],
    ['deadline:', '6:16', 'found nothing, expected a duration'],
    ['atDeadline: terminate', '6:19', 'found "terminate", expected continue, abandon or stop-tasks'],
    [
      'standaloneTasks: kill',
      '6:24',
      'found "kill", expected wait, refuse or a map such as { stopAfter: 15m }',
    ],
    ['standaloneTasks: { stopAfter: 30m }', '6:37', 'found 30m, expected less than the deadline of 30m'],
    ['spot: { stopTasksBefore: 3m }', '6:32', 'found "3m", expected a duration from 1s to 1m50s'],
    ['limits: { draining: 0 }', '6:27', 'found number 0'],
    ['limits: { draining: 0% }', '6:27', 'found "0%"'],
    ['limits: { keepActive: -1 }', '6:29', 'found number -1'],
    [
      'ghosts: { terminatedAfter: soon }',
      '6:34',
      'found "soon", expected a duration from 1m to 7d such as 20m, or never',
    ],
    [
      'triggers: { maintenance: true }',
      '6:32',
      'found boolean true, expected false or a map such as { leadTime: 24h }',
    ],
    ['triggers: [spot]', '6:17', 'found a list, expected a map with the keys spotInterruption'],
    ['triggers: { spotInterruption: yes }', '6:37', 'found "yes", expected true or false'],
  ])('says where and why for %s', (line, position, words) => {
    const found = complaints(policy(`      ${line}\n`));

    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${position}: draining\\.clusters\\.prod\\.`));
    expect(found[0]).toContain(words);
  });

  it.each([
    ['an ARN for a cluster', 'arn:aws:ecs:eu-west-1:111122223333:cluster/prod', "an ECS cluster's name"],
    ['a wildcard for a cluster', '*', "an ECS cluster's name"],
  ])('refuses %s, since names become IAM resources', (_, name, words) => {
    const text = `version: 1\ndraining: { clusters: { '${name}': { groups: { g: {} } } } }\n`;

    expect(complaints(text)).toEqual([expect.stringMatching(/^2:25: /)]);
    expect(complaints(text)[0]).toContain(words);
  });

  it('points to the map where a key is missing', () => {
    const text = 'version: 1\ndraining:\n  clusters:\n    prod: { deadline: 1h }\n';

    expect(complaints(text)).toEqual([
      expect.stringMatching(/^4:5: draining\.clusters\.prod\.groups: found nothing/),
    ]);
  });

  it.each([
    ['no cluster', 'version: 1\ndraining: { clusters: {} }\n', '2:13: draining.clusters: found an empty map'],
    [
      'no group',
      'version: 1\ndraining: { clusters: { a: { groups: {} } } }\n',
      '2:30: draining.clusters.a.groups',
    ],
  ])('refuses a file with %s', (_, text, start) => {
    expect(complaints(text)).toEqual([expect.stringMatching(new RegExp(`^${start.replaceAll('.', '\\.')}`))]);
  });

  it('points to the anchor and to every alias of a value that is wrong', () => {
    const text = `${policy('      deadline: &wrong 90h')}\n    b: { groups: { g: {} }, deadline: *wrong }\n`;

    expect(complaints(text)).toEqual([
      expect.stringMatching(/^6:24: draining\.clusters\.prod\.deadline: found "90h"/),
      expect.stringMatching(/^7:39: draining\.clusters\.b\.deadline: found "90h"/),
    ]);
  });

  it('points to where a value that is merged in is written', () => {
    const text = `${policy('      deadline: 1h')}
    b:
      <<: { settle: 90m }
      groups: { g: {} }
`;

    expect(complaints(text)).toEqual([
      expect.stringMatching(/^8:21: draining\.clusters\.b\.settle: found "90m"/),
    ]);
  });

  it('reports a key that is written twice, and goes on with the rest', () => {
    const found = complaints(policy('      deadline: 1h\n      deadline: 60h\n'));

    expect(found).toEqual([
      '7:7: found Map keys must be unique, expected each key once',
      expect.stringMatching(/^7:17: draining\.clusters\.prod\.deadline: found "60h"/),
    ]);
  });

  it.each([
    ['broken YAML', 'version: [1\ndraining: x\n', /^2:1: found .*, expected valid YAML$/],
    ['an alias without an anchor', 'version: *one\n', /^1:1: found Unresolved alias .*one/],
    [
      'an empty file',
      '',
      /^1:1: found nothing, expected a map with the keys version, draining, scaling, failover, retagging, capacity$/,
    ],
    [
      'a list',
      '- version: 1\n',
      /^1:1: found a list, expected a map with the keys version, draining, scaling, failover, retagging, capacity$/,
    ],
  ])('reports %s', (_, text, expected) => {
    expect(complaints(text)).toEqual([expect.stringMatching(expected)]);
  });

  it('may also be missing', () => {
    expect(loadPolicy('no-such-file.yml')).toEqual({
      ok: false,
      errors: [
        {
          file: 'no-such-file.yml',
          line: 1,
          column: 1,
          path: '',
          found: expect.stringContaining('no such file'),
          expected: 'a readable policy file',
        },
      ],
    });
  });
});

describe('a text that is nested deeper than the stack holds', () => {
  // Where the stack ends depends on who called: at some depth each stage, scanning to checking, is the one that meets it.
  it.each([1000, 3000, 10_000])('is an error of the file: %i levels', (levels) => {
    const maps = `${'{a: '.repeat(levels)}1${'}'.repeat(levels)}`;

    expect(complaints(maps)).not.toEqual([]);
    expect(complaints('- '.repeat(levels))).not.toEqual([]);
  });
});

describe('a key that is no text', () => {
  it('is an error where it stands', () => {
    expect(complaints('version: 1\n? { draining: {} }\n: 1\n')).toEqual([
      expect.stringMatching(/^2:3: .*all keys must be strings, expected valid YAML$/),
    ]);
  });

  it('takes no time, however deep it is', () => {
    expect(complaints(`${'? '.repeat(2000)}a`)).not.toEqual([]);
  });
});
