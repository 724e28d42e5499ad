import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import {
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  ListClustersCommand,
} from '@aws-sdk/client-ecs';
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKS } from '../../cli/doctor/checks.ts';
import { arnOf, awsError, createAws, doctor, fileOf, runBadly } from './doctor-aws.ts';

const directory = mkdtempSync(join(tmpdir(), 'stevedore-doctor-'));
afterAll(() => rmSync(directory, { recursive: true }));

let aws: ReturnType<typeof createAws>;
beforeEach(() => {
  aws = createAws();
});
afterEach(() => {
  for (const mock of Object.values(aws)) mock.restore();
});

/** It names cluster `prod` for draining and cluster `batch` for failover. */
const TWO_CLUSTERS = `version: 1
draining: { clusters: { prod: { groups: { prod-ecs: { hooks: [stevedore-drain] } } } } }
failover: { services: { batch/worker: {} } }
`;

const denyTargetGroups = () =>
  aws.loadBalancing
    .on(DescribeTargetGroupsCommand)
    .rejects(awsError('AccessDenied', 'not authorized to perform: it'));

describe('stevedore doctor', () => {
  it('explains itself, with every check and an example', async () => {
    const { code, out } = await doctor(['--help']);

    expect(code).toBe(0);
    expect(out).toContain('Example:\n  npx stevedore doctor ');
    for (const { id } of CHECKS) expect(out).toContain(`\n  ${id} `);
  });

  it('shows what it found by severity, each with its fix', async () => {
    runBadly(aws);

    const { code, out: told } = await doctor(['prod']);
    const out = told.replace(/by \S+/, 'by stevedore.yml');

    expect(code).toBe(3);
    expect(out).toMatchInlineSnapshot(`
      "prod in eu-west-1, by stevedore.yml

      2 errors
      ┌───────────────────────┬──────────────────────────────────────────────────────────────────────────────────────────────┐
      │ prod                  │ With minimumHealthyPercent 100 and maximumPercent 100, 2 of 2 tasks must stay healthy and    │
      │ service web           │ none may be added: no deployment and no drain of it ever ends.                               │
      │ no-room-to-replace    │ Fix: Set maximumPercent to 200 where there is room for more tasks; else set                  │
      │                       │ minimumHealthyPercent so low that one task may stop.                                         │
      ├───────────────────────┼──────────────────────────────────────────────────────────────────────────────────────────────┤
      │ prod                  │ Container app has a literal value in DB_PASSWORD, which everybody reads who may read task    │
      │ task definition web:7 │ definitions.                                                                                 │
      │ plain-secret          │ Fix: Put it into Secrets Manager or a SecureString parameter, name that under secrets in     │
      │                       │ place of environment, and change the secret itself, since old revisions keep it.             │
      └───────────────────────┴──────────────────────────────────────────────────────────────────────────────────────────────┘

      1 warning
      ┌───────────────────────┬──────────────────────────────────────────────────────────────────────────────────────────────┐
      │ prod                  │ Its strategy is FARGATE_SPOT with weight 1: no task is sure to run on capacity that AWS does │
      │ service web           │ not take back.                                                                               │
      │ spot-without-base     │ Fix: Add FARGATE with a base of as many tasks as must always run. Or name it under           │
      │                       │ failover.services.                                                                           │
      └───────────────────────┴──────────────────────────────────────────────────────────────────────────────────────────────┘

      26 checks on 1 cluster: 2 errors, 1 warning. Nothing was changed. Each check: docs/doctor.md.
      "
    `);
    expect(out).not.toContain('hunter2');
  });

  it('says so when there is nothing', async () => {
    expect(await doctor(['prod'])).toEqual({
      code: 0,
      out: expect.stringContaining(
        `\n\n${CHECKS.length} checks on 1 cluster: nothing found. Nothing was changed. Each check: docs/doctor.md.\n`,
      ),
      err: '',
    });
  });

  it('fits a narrow terminal', async () => {
    runBadly(aws);

    const { out } = await doctor(['prod', '--only', 'plain-secret'], 72);

    const widths = out
      .split('\n')
      .filter((line) => line.startsWith('│'))
      .map((line) => stripVTControlCharacters(line).length);
    expect(Math.max(...widths)).toBe(72);
  });

  it('shows only what is as bad as was asked for, and counts the rest', async () => {
    runBadly(aws);

    const { out } = await doctor(['prod', '--severity', 'error']);

    expect(out).not.toContain('spot-without-base');
    expect(out).toContain('2 errors. 1 below error not shown');
  });

  it('finds nothing where all that there is is less bad', async () => {
    runBadly(aws);

    const { code } = await doctor(['prod', '--only', 'spot-without-base', '--severity', 'error']);

    expect(code).toBe(0);
  });

  it('leaves out the checks whose call is denied, and fails, for it has not seen all', async () => {
    runBadly(aws);
    denyTargetGroups();

    const { code, out } = await doctor(['prod']);

    expect(code).toBe(1);
    expect(out).toContain(
      'Not checked in prod: load-balancer-ports, deregistration-too-slow, no-health-check-grace: needs elasticloadbalancing:DescribeTargetGroups.\n',
    );
    expect(out).toContain('no-room-to-replace');
  });

  it('does not mind a denied call that --only has no need of', async () => {
    runBadly(aws);
    denyTargetGroups();

    expect((await doctor(['prod', '--only', 'no-room-to-replace'])).code).toBe(3);
  });

  it('takes the clusters of the policy file, of every capability', async () => {
    const { out } = await doctor(['--policy', fileOf(TWO_CLUSTERS), '--json']);

    expect(JSON.parse(out)).toMatchObject({
      clusters: ['prod', 'batch'],
      findings: [{ check: 'provider-not-associated' }],
    });
  });

  it('takes every cluster of the account, page by page', async () => {
    aws.ecs.on(ListClustersCommand).resolves({ clusterArns: [arnOf('cluster', 'a')], nextToken: 'more' });
    aws.ecs.on(ListClustersCommand, { nextToken: 'more' }).resolves({ clusterArns: [arnOf('cluster', 'b')] });

    const { out } = await doctor(['--all']);

    expect(out).toContain('a, b in eu-west-1');
  });

  it('names a cluster that there is not, and checks the others', async () => {
    const { code, out } = await doctor(['prod', 'absent']);

    expect(code).toBe(1);
    expect(out).toContain('ECS has no cluster absent in eu-west-1. Correct the name');
    expect(out).toContain(`${CHECKS.length} checks on 1 cluster`);
  });

  it('fails as a whole where the credentials are no good', async () => {
    aws.ecs.on(DescribeClustersCommand).rejects(awsError('ExpiredTokenException'));

    const { code, out, err } = await doctor(['prod']);

    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('stevedore doctor failed: AWS does not accept the credentials.');
  });

  it.each([
    [['prod', '--all'], 'leave one of the two out'],
    [['prod', '--severity', 'fatal'], 'expected error, warning, note'],
    [['prod', '--only', 'plain-secrets'], 'Did you mean plain-secret?'],
    [
      [
        '--policy',
        fileOf(
          'version: 1\nretagging: { repositories: { web: { promotions: { stable: { from: v1, to: [stable], on: [] } } } } }\n',
        ),
      ],
      'names no cluster: name clusters, or give --all',
    ],
    [['prod', '--json', '--sarif', '-'], 'name a file for SARIF'],
  ])('refuses %j', async (args, words) => {
    const { code, err } = await doctor(args);

    expect(code).toBe(2);
    expect(err).toContain(words);
  });
});

describe('the findings as SARIF', () => {
  /** The fields that the schema of SARIF 2.1.0 requires, and those that a viewer shows. */
  interface Sarif {
    readonly version: string;
    readonly runs: readonly {
      readonly tool: {
        readonly driver: {
          readonly name: string;
          readonly rules: readonly { id: string; helpUri: string }[];
        };
      };
      readonly invocations: readonly {
        readonly executionSuccessful: boolean;
        readonly toolExecutionNotifications: readonly { readonly message: { readonly text: string } }[];
      }[];
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly message: { readonly text: string };
        readonly partialFingerprints: Readonly<Record<string, string>>;
      }[];
    }[];
  }
  const sarif = async (...args: readonly string[]) => {
    const { out } = await doctor(['prod', '--sarif', '-', ...args]);
    const { version, runs } = JSON.parse(out) as Sarif;
    const [run] = runs;
    if (run === undefined) throw new Error('no run');
    return { version, run };
  };

  it('are one run whose results point at their rules', async () => {
    runBadly(aws);

    const { version, run } = await sarif();

    expect(version).toBe('2.1.0');
    const { name, rules } = run.tool.driver;
    expect(name).toBe('stevedore doctor');
    expect(rules.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
    expect(run.results.map(({ ruleIndex }) => rules[ruleIndex]?.id)).toEqual(
      run.results.map(({ ruleId }) => ruleId),
    );
    expect(run.results).toHaveLength(3);
    for (const { helpUri } of rules)
      expect(helpUri).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/[\w./-]+\.html$/);
  });

  it('name the resource as a logical location', async () => {
    runBadly(aws);

    const { run } = await sarif('--only', 'no-room-to-replace');

    expect(run.results).toMatchObject([
      {
        ruleId: 'no-room-to-replace',
        level: 'error',
        message: { text: expect.stringContaining('service web of cluster prod: With') },
        locations: [
          { logicalLocations: [{ fullyQualifiedName: arnOf('service', 'prod/web'), kind: 'resource' }] },
        ],
        partialFingerprints: { 'checkAndResource/v1': expect.stringMatching(/^[0-9a-f]{32}$/) },
      },
    ]);
  });

  it('keep their fingerprints apart where one check finds a resource twice', async () => {
    runBadly(aws);
    aws.ecs.on(DescribeTaskDefinitionCommand).resolves({
      taskDefinition: {
        containerDefinitions: ['a', 'b'].map((name) => ({
          name,
          environment: [{ name: 'API_KEY', value: 'hunter2' }],
        })),
      },
    });

    const { run } = await sarif('--only', 'plain-secret');

    expect(
      new Set(run.results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints))).size,
    ).toBe(2);
  });

  it('tell what was not checked, and that the run was not whole', async () => {
    runBadly(aws);
    denyTargetGroups();

    const { run } = await sarif('--only', 'no-health-check-grace');

    expect(run.invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [
        { message: { text: expect.stringContaining('needs elasticloadbalancing:DescribeTargetGroups') } },
      ],
    });
  });

  it('go to a file beside the table', async () => {
    runBadly(aws);
    const file = join(directory, 'findings.sarif');

    const { out } = await doctor(['prod', '--sarif', file]);

    expect(out).toContain('2 errors');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: '2.1.0' });
  });
});

describe('docs/doctor.md', () => {
  it('has a section for each check, with AWS’s document', () => {
    const page = readFileSync('docs/doctor.md', 'utf8');
    const sections = new Map(
      page.split(/^## /m).map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
    );

    for (const { id, document } of CHECKS) expect(sections.get(id), id).toContain(document);
  });
});
