import { parseArgs } from 'node:util';
import { createFailoverClients, type FailoverClients } from '../lib/aws/failover-clients.ts';
import { type Clock, wallClock } from '../lib/clock.ts';
import { BadInput, type Command, EXIT, type ExitCode } from './command.ts';
import type { Check } from './plan/check.ts';
import { checkServices } from './plan/failover.ts';
import { checkMigration } from './plan/migrations.ts';
import { asJson, asText, failures } from './plan/output.ts';
import { readPolicy } from './policy-file.ts';

const HELP = `Usage: stevedore plan [OPTIONS]

Checks the policy file against your account before anything is deployed. It reads, and changes nothing: for each
service of failover.services what a shortage of Fargate Spot would lead to, which strategy it would be given or why
that would be refused and what to do about it; for failover.migrations what would be done to each service, and which
capacity providers the cluster would get. Other capabilities are not checked yet.

  --policy FILE      the policy file (default stevedore.yml)
  --region REGION    default: as for a deployment, AWS_REGION, AWS_DEFAULT_REGION, else us-east-1
  --endpoint URL     in place of AWS's own, for all services: a local stand-in for AWS
  --json             the same as JSON

Credentials come from where the AWS CLI has them: the environment, AWS_PROFILE, SSO and so on. They need
ecs:Describe*, ecs:ListTasks, ec2:DescribeSubnets and ecr:BatchGetImage.

Example:
  AWS_PROFILE=prod npx stevedore plan --policy stevedore.yml --region eu-west-1

Exit codes: 0 nothing would be refused, 1 failed, 2 the policy file or an option is wrong, 3 something would be
refused.
`;

export interface PlanOptions {
  readonly policyFile: string;
  readonly region: string;
  readonly endpoint: string | null;
  readonly json: boolean;
}

/** Where a plan looks: the clients to read by, and the time. */
export type Connect = (options: PlanOptions) => {
  readonly clients: FailoverClients;
  readonly clock: Clock;
};

/** The verb, given how it connects to what it reads. */
export const createPlan = (connect: Connect): Command => ({
  summary: 'check the policy file against the account before it is deployed; changes nothing',
  help: HELP,
  async run(args, { out, err, columns }) {
    const options = parseOptions(args, process.env);
    const { policyFile, region, endpoint, json } = options;
    const { failover } = readPolicy(policyFile).runtime;
    const { clients, clock } = connect(options);
    const now = clock.now();
    const found = await Promise.all([
      checkServices(clients, failover, now),
      ...failover.migrations.map((one) => checkMigration(clients, one, now)),
    ]);
    const plan = { policyFile, region, endpoint, checks: found.flat() };
    const failed = failures(plan);
    const isBlind = failed !== undefined && plan.checks.every(({ verdict }) => verdict === 'unread');
    if (json) out(asJson(plan));
    else if (!isBlind) out(asText(plan, columns));
    if (failed !== undefined) err(failed);
    return exitCode(plan.checks);
  },
});

export const plan: Command = createPlan(({ region, endpoint }) => ({
  clients: createFailoverClients({
    region,
    clock: wallClock,
    random: Math.random,
    ...(endpoint !== null && { endpoint }),
  }),
  clock: wallClock,
}));

function exitCode(checks: readonly Check[]): ExitCode {
  if (checks.some(({ verdict }) => verdict === 'unread')) return EXIT.failed;
  return checks.some(({ verdict }) => verdict === 'refused') ? EXIT.refused : EXIT.done;
}

/** Throws `BadInput`. The Region is found as serverless.yml finds it, so that it is the one that is deployed to. */
function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): PlanOptions {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      policy: { ...text, default: 'stevedore.yml' },
      region: text,
      endpoint: text,
      json: { type: 'boolean', default: false },
    },
  });
  if (positionals.length > 0) {
    throw new BadInput(`Found ${positionals.join(' ')}; name the policy file with --policy FILE.`);
  }
  const { policy: policyFile, endpoint, json } = values;
  if (endpoint !== undefined && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    throw new BadInput(
      `--endpoint: found ${JSON.stringify(endpoint)}, expected a URL such as http://localhost:4566.`,
    );
  }
  const region = values.region || env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
  return { policyFile, region, endpoint: endpoint ?? null, json };
}
