import { parseArgs } from 'node:util';
import type { Capability } from '../../lib/journal/journal.ts';
import { capabilities } from '../../lib/policy/schema.ts';
import { BadInput } from '../command.ts';
import {
  CREDENTIALS_HELP,
  JSON_HELP,
  JSON_OUTPUT,
  PLACE,
  PLACE_HELP,
  type Place,
  POLICY,
  placeOf,
  TEXT,
} from '../options.ts';

export const HELP = `Usage: stevedore plan [OPTIONS]

Says what a policy would do in your account before it is deployed. It reads, and changes nothing:

  deployed    what the policy file says otherwise than the stack that is deployed
  draining    what would be drained, completed or deregistered now; the limits in numbers; what each trigger would
              lead to, with its deadline; hooks that are missing or too short; what is left alone
  scaling     what would be scaled now; where each policy and schedule would lead to from the present count; alarms
              that are missing or differ; who else scales a target
  failover    what a shortage of Fargate Spot would lead to; what migrations would do
  retagging   which image each tag would be given now, or why not; which tags never move
  capacity    how many instances would be launched, and which let go, now; what a task without a place would lead to;
              how far consolidation could go, and what that saves; why each other instance stays

All of it by the decisions of the functions themselves, in mode observe and over copies of their records.

  --policy FILE      the policy file (default stevedore.yml)
  --capability NAME  only this one: draining, scaling, failover, retagging or capacity
  --stack NAME       what is deployed, to be compared with (default stevedore); none: not compared
  --out FILE         writes the plan, for stevedore apply
  --html FILE        writes a picture of each cluster of the capacity section: its instances and their tasks now, and
                     as consolidation could leave them
  --table NAME       its DynamoDB table (default: called as the stack is)
${PLACE_HELP}
${JSON_HELP}

${CREDENTIALS_HELP} They need to read what the
functions read (ecs:Describe* and List*, autoscaling:Describe*, ec2:Describe*, cloudwatch:DescribeAlarms and
GetMetricData, application-autoscaling:DescribeScalingPolicies, ecr:Describe*, BatchGetImage and GetDownloadUrlForLayer,
dynamodb:Query, GetItem and BatchGetItem on the table) and cloudformation:GetTemplate.

Example:
  AWS_PROFILE=prod npx stevedore plan --policy stevedore.yml --region eu-west-1

Exit codes: 0 nothing would change, 1 failed, 2 the policy file or an option is wrong, 3 something would be changed or
refused.
`;

export const OPTIONS = {
  ...POLICY,
  capability: TEXT,
  stack: { ...TEXT, default: 'stevedore' },
  out: TEXT,
  html: TEXT,
  table: TEXT,
  ...PLACE,
  ...JSON_OUTPUT,
} as const;

export interface PlanOptions {
  readonly place: Place;
  readonly policyFile: string;
  readonly table: string;
  readonly capability: Capability | null;
  readonly stack: string | null;
  readonly out: string | null;
  readonly html: string | null;
  readonly json: boolean;
}

/** Throws `BadInput`. */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): PlanOptions {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  if (positionals.length > 0) {
    throw new BadInput(`Found ${positionals.join(' ')}; name the policy file with --policy FILE.`);
  }
  const { policy: policyFile, json, out = null, html = null } = values;
  const capability = capabilityOf(values.capability);
  const stack = values.stack === 'none' ? null : values.stack;
  const table = values.table ?? stack ?? OPTIONS.stack.default;
  if (out !== null && (capability !== null || stack === null)) {
    throw new BadInput(
      'A plan to be applied is of the whole policy and of a stack: leave out --capability, and name the stack.',
    );
  }
  if (html !== null && capability !== null && capability !== 'capacity') {
    throw new BadInput(
      `--html draws clusters of the capacity section: leave out --capability ${capability}, or --html.`,
    );
  }
  return { place: placeOf(values, env), policyFile, table, capability, stack, out, html, json };
}

function capabilityOf(name: string | undefined): Capability | null {
  if (name === undefined) return null;
  const found = capabilities.find((one) => one === name);
  if (found !== undefined) return found;
  throw new BadInput(
    `--capability: found ${JSON.stringify(name)}, expected one of ${capabilities.join(', ')}.`,
  );
}
