import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deployArguments, type Order } from '../../cli/apply/deploy.ts';
import { createApply } from '../../cli/apply.ts';
import type { Deployed } from '../../cli/deployed.ts';
import { createPlan } from '../../cli/plan.ts';
import { ApiError } from '../../simulator/kernel.ts';
import { runWith } from './account.ts';
import { account, connectTo, policyFile } from './planning.ts';

const POLICY = 'version: 1\nfailover: { services: { prod/web: {} } }\n';

// What they say must be the plan's Region.
beforeEach(() => {
  vi.stubEnv('AWS_REGION', '');
  vi.stubEnv('AWS_DEFAULT_REGION', '');
});
afterEach(() => vi.unstubAllEnvs());

/** An account with a service, nothing deployed, and a plan of a policy for it. */
async function planned({ status = 0, answer = 'yes' as string | null } = {}) {
  const { world, addService } = account();
  const service = addService();
  const file = policyFile(POLICY);
  const plan = policyFile('');
  const deployed: Deployed = { kind: 'none' };
  const orders: Order[] = [];
  const questions: string[] = [];
  const connect = connectTo(world);
  const commands = {
    plan: createPlan(connect, async () => deployed),
    apply: createApply({
      connect,
      readDeployed: async () => deployed,
      deploy: async (order) => {
        orders.push(order);
        return status;
      },
      ask: () =>
        answer === null
          ? undefined
          : async (question) => {
              questions.push(question);
              return answer;
            },
    }),
  };
  const args = ['plan', '--policy', file, '--out', plan, '--region', 'eu-west-1'];
  const made = await runWith(commands, args);
  return {
    world,
    service,
    file,
    plan,
    made,
    orders,
    questions,
    edit: (change: (text: string) => string, of = plan) =>
      writeFileSync(of, change(readFileSync(of, 'utf8'))),
    apply: (...more: readonly string[]) => runWith(commands, ['apply', plan, ...more]),
  };
}

describe('stevedore plan --out', () => {
  it('writes the policy, its hash, the account and Region, and the checks', async () => {
    const { plan, made } = await planned();

    expect(made).toMatchObject({ code: 3, err: expect.stringContaining(`stevedore apply ${plan}`) });
    expect(JSON.parse(readFileSync(plan, 'utf8'))).toMatchObject({
      version: 1,
      policy: POLICY,
      hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      account: '123456789012',
      region: 'eu-west-1',
      endpoint: null,
      stack: 'stevedore',
      checks: [
        { section: 'deployed', verdict: 'pending', reason: 'not-deployed' },
        { section: 'failover.services', subject: 'prod/web', verdict: 'ready' },
      ],
    });
  });
});

describe('stevedore plan --out of what cannot be read', () => {
  it('writes nothing', async () => {
    const { world } = account();
    const denied = new ApiError('AccessDeniedException', 'not authorized to perform: ecs:DescribeServices');
    world.faults.failCall(({ operation }) => operation === 'DescribeServices', denied, { times: 99 });
    const plan = createPlan(connectTo(world), async () => ({ kind: 'none' }));
    const out = `${policyFile('')}.json`;

    const { code, err } = await runWith({ plan }, ['plan', '--policy', policyFile(POLICY), '--out', out]);

    expect(code).toBe(1);
    expect(err).toContain(`${out} was not written: the plan has gaps.`);
    expect(existsSync(out)).toBe(false);
  });
});

describe('stevedore apply', () => {
  it('asks, deploys exactly the policy that was planned, and says what to watch', async () => {
    const { orders, questions, apply } = await planned();

    const { code, out, err } = await apply('--param', 'alarmTopic=arn:x');

    expect(code).toBe(0);
    expect(questions).toHaveLength(1);
    const place = { region: 'eu-west-1', endpoint: null };
    expect(orders).toEqual([{ policy: POLICY, stack: 'stevedore', place, params: ['alarmTopic=arn:x'] }]);
    expect(err).toContain('Stack stevedore in account 123456789012, eu-west-1, gets the policy');
    expect(out).toMatch(/^Deployed\. The first tick comes within a minute/);
    expect(out).toContain('stevedore-failed-events');
  });

  it('names the plan to compare with afterwards by its policy file and Region', async () => {
    const { file, apply } = await planned();

    const { out } = await apply();

    expect(out).toContain(`To see that it is done: stevedore plan --policy ${file} --region eu-west-1 (`);
  });

  it('names the stack, its table and the endpoint in the command that plans again, where they are not the default', async () => {
    const { file, plan, edit, apply } = await planned();
    const other = {
      stack: 'second',
      table: 'records',
      endpoint: 'http://localhost:4566',
      account: '210987654321',
    };
    edit((text) => JSON.stringify({ ...JSON.parse(text), ...other }));

    const { err } = await apply();

    expect(err).toContain(
      `stevedore plan --policy ${file} --region eu-west-1 --endpoint http://localhost:4566 --stack second --table records --out ${plan}`,
    );
  });

  it('does not ask with --yes, and answers in JSON', async () => {
    const { orders, questions, apply } = await planned({ answer: null });

    const { code, out } = await apply('--yes', '--json');

    expect({ code, questions, deployed: orders.length }).toEqual({ code: 0, questions: [], deployed: 1 });
    expect(JSON.parse(out)).toMatchObject({ result: 'deployed', stack: 'stevedore', deviations: [] });
  });

  it('changes nothing when the answer is not yes', async () => {
    const { orders, apply } = await planned({ answer: 'y' });

    const { code, err } = await apply();

    expect({ code, orders }).toEqual({ code: 3, orders: [] });
    expect(err).toContain('Declined: nothing was changed.');
  });

  it('wants --yes where there is no terminal', async () => {
    const { orders, apply } = await planned({ answer: null });

    const { code, err } = await apply();

    expect({ code, orders }).toEqual({ code: 2, orders: [] });
    expect(err).toContain('add --yes');
  });

  it('fails when the deployment does', async () => {
    const { apply } = await planned({ status: 1 });

    const { code, out, err } = await apply();

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('stevedore apply failed: serverless deploy says why above');
  });

  it('refuses when what would be done is not what was planned, and says where', async () => {
    const { world, service, orders, apply } = await planned();
    service.desired = 0;
    world.ecs.cluster('prod').services.delete('web');

    const { code, err } = await apply();

    expect({ code, orders }).toEqual({ code: 3, orders: [] });
    expect(err).toMatch(
      /failover\.services prod\/web: planned was nothing, from FARGATE_SPOT 1 to .*; now it is refused \(service-gone\)/,
    );
  });

  it.each<[string, readonly string[], (made: Awaited<ReturnType<typeof planned>>) => void, RegExp]>([
    [
      'another Region',
      ['--region', 'us-east-1'],
      () => {},
      /The plan is for Region eu-west-1, and this is us-east-1/,
    ],
    [
      'another endpoint',
      ['--endpoint', 'http://localhost:1'],
      () => {},
      /The plan is for AWS's own endpoints/,
    ],
    [
      'another account',
      [],
      ({ edit }) => edit((text) => text.replace('123456789012', '210987654321')),
      /The plan is for account 210987654321, and these credentials are of 123456789012/,
    ],
    [
      'a policy file that was changed',
      [],
      ({ edit, file }) => edit((text) => `${text}\n`, file),
      /has changed since/,
    ],
  ])('refuses %s', async (_, args, change, sentence) => {
    const made = await planned();
    change(made);

    const { code, err } = await made.apply(...args);

    expect({ code, orders: made.orders }).toEqual({ code: 3, orders: [] });
    expect(err).toMatch(sentence);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    [
      'whose policy was changed',
      (text) => text.replace('prod/web: {}', 'prod/api: {}'),
      /it was changed afterwards/,
    ],
    ['of another kind', () => '{"version":2}', /is no plan of this version/],
    ['that is no JSON', () => 'version: 1', /could not be read as a plan/],
  ])('does not take a file %s', async (_, change, sentence) => {
    const { edit, orders, apply } = await planned();
    edit(change);

    const { code, err } = await apply();

    expect({ code, orders }).toEqual({ code: 2, orders: [] });
    expect(err).toMatch(sentence);
  });
});

describe('the command line of the framework', () => {
  it('names stack, policy and Region', () => {
    const place = { region: 'eu-west-1', endpoint: null };

    const args = deployArguments({ stack: 'dock', place, params: ['logRetention=7'] }, '/tmp/policy.yml');

    expect(args.join(' ')).toBe(
      'deploy --region eu-west-1 --param name=dock --param policy=/tmp/policy.yml --param logRetention=7',
    );
    expect(existsSync('node_modules/serverless/bin/serverless.js')).toBe(true);
  });
});
