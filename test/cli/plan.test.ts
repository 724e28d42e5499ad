import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Deployed } from '../../cli/deployed.ts';
import { stevedore } from '../../cli/stevedore.ts';
import { ApiError } from '../../simulator/kernel.ts';
import { closedPort, inChild } from './child.ts';
import { account, policyFile, runPlan } from './planning.ts';

const WEB = 'services: { prod/web: {} }';
const DRAINING = 'version: 1\ndraining: { clusters: { prod: { groups: { prod-ecs: {} } } } }\n';
const BOTH = 'services: { prod/web: {}, prod/gone: {} }';

afterEach(() => vi.unstubAllEnvs());

const noWorld = () => account().world;

describe('stevedore plan', () => {
  it('explains itself, with an example', async () => {
    let out = '';
    const write = (text: string) => {
      out += text;
    };
    const terminal = { out: write, err: () => undefined, columns: 100 };

    expect(await stevedore(['plan', '--help'], terminal)).toBe(0);
    expect(out).toMatch(/^Usage: stevedore plan \[OPTIONS\]/);
    expect(out).toMatch(/Example:\n {2}.*npx stevedore plan --policy/);
    await stevedore(['--help'], terminal);
    expect(out).toMatch(/\n {2}plan +say what a policy would do/);
  });

  it('prints a table of what would happen and why not, without colours where there is no terminal', async () => {
    const { addService, run } = account();
    addService();

    const { code, out, err } = await run(BOTH);

    expect({ code, err }).toEqual({ code: 3, err: '' });
    expect(out).toBe(stripVTControlCharacters(out));
    expect(out).toMatch(/^\S+\.yml against eu-west-1\n/);
    const words = out.replaceAll(/[│\s]+/g, ' ');
    expect(words).toContain('prod/web ready web goes from FARGATE_SPOT 1 to FARGATE_SPOT 0, FARGATE 100.');
    expect(words).toContain('prod/gone refused gone does not exist.');
    expect(words).toContain('(service-gone)');
    expect(words).toContain('1 ready, 1 refused. Nothing was changed.');
  });

  it('fits the terminal, and cuts off no long name', async () => {
    const { world, addService } = account();
    addService({ image: `registry.example/${'long-'.repeat(30)}name:v1` });
    const file = policyFile(`version: 1\nfailover:\n  ${WEB}\n`);

    const { out } = await runPlan(world, ['--policy', file], 80);

    const lines = stripVTControlCharacters(out)
      .split('\n')
      .filter((line) => /^[│┌└]/.test(line));
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(out).not.toContain('…');
  });

  it('prints JSON with the worst of the verdicts', async () => {
    const { addService, run } = account();
    addService();

    const good = JSON.parse((await run(WEB, '--json')).out);
    const bad = JSON.parse((await run(BOTH, '--json')).out);

    expect(Object.keys(good)).toEqual(['policy', 'region', 'endpoint', 'result', 'checks']);
    expect(good).toMatchObject({ region: 'eu-west-1', endpoint: null, result: 'ready' });
    expect(bad.result).toBe('refused');
  });

  it('has nothing to check of a capability that the policy leaves out, and asks AWS nothing', async () => {
    const { world } = account();
    const file = policyFile(DRAINING);

    const { code, out } = await runPlan(world, [
      '--policy',
      file,
      '--capability',
      'failover',
      '--stack',
      'none',
    ]);

    expect(code).toBe(0);
    expect(out).toContain('Nothing to check');
    expect(world.recording.callCounts.size).toBe(0);
  });

  it.each<[string, Record<string, string>, readonly string[], string]>([
    ['an option', { AWS_REGION: 'eu-west-1' }, ['--region', 'ap-south-1'], 'ap-south-1'],
    ['AWS_REGION', { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }, [], 'eu-west-1'],
    ['AWS_DEFAULT_REGION', { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-2' }, [], 'eu-west-2'],
    ['the default of serverless.yml', { AWS_REGION: '', AWS_DEFAULT_REGION: '' }, [], 'us-east-1'],
  ])('takes the Region from %s', async (_, env, args, region) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const file = policyFile(DRAINING);

    const { asked } = await runPlan(noWorld(), [
      '--policy',
      file,
      ...args,
      '--endpoint',
      'http://localhost:4566',
    ]);

    expect(asked).toEqual([{ region, endpoint: 'http://localhost:4566' }]);
  });
});

describe('stevedore plan against what is deployed', () => {
  const plan = (deployed: Deployed, ...args: readonly string[]) => {
    const file = policyFile(`version: 1\nfailover:\n  ${WEB}\n`);
    return runPlan(noWorld(), ['--policy', file, ...args], undefined, { deployed });
  };
  const withGrace = (grace: string) => ({
    version: 1,
    failover: { services: { 'prod/web': { grace } } },
  });

  it.each<[string, Deployed, readonly object[]]>([
    [
      'the differences',
      { kind: 'policy', document: withGrace('7m') },
      [{ subject: 'failover.services.prod/web.grace', change: { from: '7m', to: 'the default' } }],
    ],
    ['that nothing is deployed', { kind: 'none' }, [{ subject: 'stevedore', reason: 'not-deployed' }]],
    ['that it does not know', { kind: 'unknown' }, [{ subject: 'stevedore', reason: 'policy-unknown' }]],
  ])('says %s, and that something is pending', async (_, deployed, expected) => {
    const { code, out } = await plan(deployed, '--json');

    const { checks } = JSON.parse(out) as { checks: readonly { section: string }[] };
    expect(code).toBe(3);
    expect(checks.filter(({ section }) => section === 'deployed')).toMatchObject(expected);
  });

  it('shows them by path, as a capability has them', async () => {
    const deployed: Deployed = { kind: 'policy', document: withGrace('7m') };

    const { out } = await plan(deployed, '--capability', 'failover');
    const other = await plan(deployed, '--capability', 'draining');

    const words = out.replaceAll(/[│\s]+/g, ' ');
    expect(words).toContain(
      'failover.services.prod/web.grace pending 7m is deployed, and the default would be.',
    );
    expect(other).toMatchObject({ code: 0, out: expect.stringContaining('has this policy') });
  });
});

describe('stevedore plan with bad input', () => {
  it('reports every error of the policy file, with file and line', async () => {
    const file = policyFile('version: 1\nfailover:\n  services: { prod/web: { grace: soon, imag: pin } }\n');

    const { code, out, err, asked } = await runPlan(noWorld(), ['--policy', file]);

    expect({ code, out, asked }).toEqual({ code: 2, out: '', asked: [] });
    expect(err).toContain(`${file}:3:`);
    expect(err).toMatch(/grace: found "soon"/);
    expect(err).toMatch(/did you mean image\?/);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a policy file that is not there', ['--policy', 'nowhere.yml'], /nowhere\.yml:1:1/],
    ['a file without its option', ['stevedore.yml'], /name the policy file with --policy FILE/],
    ['an unknown option', ['--frobnicate'], /--frobnicate/],
    ['a capability that there is not', ['--capability', 'drains'], /expected one of draining, scaling/],
    ['a part of a plan to be applied', ['--capability', 'draining', '--out', 'x'], /leave out --capability/],
    ['an endpoint without a scheme', ['--endpoint', 'localhost:4566'], /--endpoint: found "localhost:4566"/],
  ])('refuses %s', async (_, args, message) => {
    const { code, out, err } = await runPlan(noWorld(), args);

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(err).toContain('See: stevedore plan --help');
  });
});

describe('stevedore plan when AWS does not tell', () => {
  const DENIED = new ApiError(
    'AccessDeniedException',
    'User: x is not authorized to perform: ecs:DescribeServices on resource: y',
  );

  it('fails with one sentence for one error, however many services it is about', async () => {
    const { world, run } = account();
    world.faults.failCall(({ operation }) => operation === 'DescribeServices', DENIED, { times: 99 });

    const { code, out, err } = await run(BOTH);

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^stevedore plan failed: AWS denied ecs:DescribeServices on y\./);
    expect(err.match(/AWS denied/g)).toHaveLength(1);
    expect(err).toContain('the credentials of this terminal');
  });

  it('fails when it is throttled beyond all retries', async () => {
    const { world, run } = account();
    const throttled = new ApiError('ThrottlingException', 'Rate exceeded');
    world.faults.failCall(() => true, throttled, { times: Number.POSITIVE_INFINITY });

    const { code, err } = await run(WEB);

    expect(code).toBe(1);
    expect(err).toMatch(/throttled the call beyond all retries/);
  });

  it('tells what could be read beside what could not', async () => {
    const { world, addService, run } = account();
    addService();
    world.addCluster('other');
    world.faults.failCall(({ input }) => JSON.stringify(input).includes('other'), DENIED, { times: 99 });
    const yaml = 'services: { prod/web: {}, other/web: {} }';

    const { code, out, err } = await run(yaml);
    const json = await run(yaml, '--json');

    expect(code).toBe(1);
    expect(out).toContain('1 ready, 1 not read.');
    expect(err).toMatch(/^stevedore plan failed: other\/web: AWS denied/);
    expect(JSON.parse(json.out)).toMatchObject({
      result: 'unread',
      checks: [{ verdict: 'ready' }, { verdict: 'unread', reason: 'aws-access-denied' }],
    });
  });

  it('ends soon and says so when nothing listens at the endpoint', async () => {
    const file = policyFile(`version: 1\nfailover:\n  ${BOTH}\n`);
    const args = ['plan', '--policy', file, '--endpoint', `http://127.0.0.1:${await closedPort()}`];
    const env = { ...process.env, AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };

    const { code, out, err } = await inChild(args, env);

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^stevedore plan failed: AWS could not be reached .*ECONNREFUSED 127\.0\.0\.1/);
    expect(err).toContain('Check the network, --region and --endpoint');
    expect(err.match(/ECONNREFUSED/g)).toHaveLength(1);
  }, 20_000);
});
