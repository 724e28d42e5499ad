import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Account } from './account.ts';
import { BadInput, type Command, EXIT, type Options } from './command.ts';
import { type ReadResult, readAccount } from './init/read.ts';
import { type Draft, draftOf } from './init/write.ts';
import {
  CREDENTIALS_HELP,
  FLAG,
  JSON_HELP,
  JSON_OUTPUT,
  PLACE,
  PLACE_HELP,
  type Place,
  placeOf,
  positional,
  TEXT,
} from './options.ts';
import { createSteps } from './progress.ts';
import { coverageOf, inWords } from './validate/summary.ts';

const HELP = `Usage: stevedore init [OPTIONS]

Reads what is in the account and writes a policy file to start from, with everything in mode observe. What is not taken
stands in it as a comment, with the reason. It changes nothing in the account.

  --out FILE         where it is written to (default stevedore.yml); - for the output
  --force            overwrites a file that is there
  --cluster CLUSTER  only this cluster, by name or ARN; may be given more than once (default: all of the Region)
  --from-copilot     only what AWS Copilot has made, with its names of applications, environments and services
${JSON_HELP}
${PLACE_HELP}

${CREDENTIALS_HELP} They need ecs:ListClusters,
ecs:DescribeClusters, ecs:ListServices, ecs:DescribeServices, ecs:DescribeTaskDefinition, ecs:ListContainerInstances,
ecs:DescribeContainerInstances, ecs:DescribeCapacityProviders, ec2:DescribeInstances,
autoscaling:DescribeAutoScalingGroups, autoscaling:DescribeLifecycleHooks, autoscaling:DescribePolicies,
application-autoscaling:DescribeScalableTargets, application-autoscaling:DescribeScalingPolicies,
cloudwatch:DescribeAlarms and ecr:DescribeRepositories. What is denied leaves out the section that needs it.

Example:
  npx stevedore init --cluster prod --region eu-west-1
  npx stevedore validate

Exit codes: 0 written, 1 failed, 2 bad input (also: the file is there), 3 something is left: a call was denied, there is
more than IAM takes, or there is nothing that Stevedore could take on (then nothing is written).
`;

const OPTIONS = {
  out: { ...TEXT, default: 'stevedore.yml' },
  force: FLAG,
  cluster: { ...TEXT, multiple: true, default: [] as string[] },
  'from-copilot': FLAG,
  ...JSON_OUTPUT,
  ...PLACE,
} satisfies Options;

/** What of an account is used. */
type Reach = (place: Place, table: string) => Pick<Account, 'clientOptions' | 'stderr'>;

/** The verb, given how it reaches an account. */
export const createInit = (connect: Reach): Command => ({
  summary: 'write a policy file to start from, by what is in the account',
  help: HELP,
  options: OPTIONS,
  async run(args, { out, err }) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    positional(positionals, []);
    const { out: file, force, cluster: names, json, 'from-copilot': copilot } = values;
    if (file !== '-' && !force && existsSync(file)) {
      throw new BadInput(`--out: ${file} is there already. Name another file, or overwrite it with --force.`);
    }
    const place = placeOf(values, process.env);
    const { clientOptions, stderr } = connect(place, '');
    const found = await readAccount({
      clientOptions,
      clusters: names.length > 0 ? names : 'all',
      copilot,
      progress: (parts) => createSteps('Reading the account', stderr, parts),
    });
    // One that was listed a moment ago may be deleted by now.
    if (names.length > 0) refuseMissing(found, place);
    const draft = draftOf(found.seen);
    const written = draft.policy !== null;
    if (written && file !== '-') writeFileSync(file, draft.text);
    if (json) out(asJson(file, draft, found));
    else if (file === '-' && written) out(draft.text);
    else if (written) out(`${summary(file, draft)}\n`);
    if (!written) err(nothing(draft, found, copilot));
    err(rest(draft, found));
    const complete = written && draft.leftOut.length === 0 && found.seen.unread.size === 0;
    return complete ? EXIT.done : EXIT.pending;
  },
});

function refuseMissing({ missing }: ReadResult, { region }: Place): void {
  if (missing.length === 0) return;
  throw new BadInput(
    `--cluster: ECS has no cluster ${missing.join(', ')} in ${region}. Name one that it has, or another --region.`,
  );
}

const covers = ({ policy }: Draft) => (policy === null ? [] : coverageOf(policy));

function asJson(file: string, draft: Draft, { seen }: ReadResult): string {
  const { text, leftOut, policy } = draft;
  const unread = Object.fromEntries(seen.unread);
  const report = { file: policy === null ? null : file, capabilities: covers(draft), leftOut, unread, text };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function summary(file: string, draft: Draft): string {
  const lines = covers(draft).map(
    ({ capability, mode, covers }) => `  ${capability.padEnd(9)}  ${mode.padEnd(7)}  ${inWords(covers)}`,
  );
  const next = `Read its comments, then: npx stevedore validate ${file}, and npx stevedore plan --policy ${file}`;
  return `${file} is written; nothing was changed in the account.\n\n${lines.join('\n')}\n\n${next}`;
}

/** The reasons are in the comments of the file that is not written. */
function nothing({ text }: Draft, { seen }: ReadResult, copilot: boolean): string {
  const reasons = text.split('\n').slice(text.split('\n').indexOf('version: 1') + 1);
  const whose = copilot ? ' that AWS Copilot has made' : '';
  const { length } = seen.clusters;
  const sentence =
    length === 0
      ? `There is no cluster${whose} in ${seen.region}: name its Region with --region.`
      : `${length === 1 ? 'The only cluster' : `The ${length} clusters`}${whose} in ${seen.region}: nothing there that Stevedore could take on. No file is written.`;
  return `${[sentence, ...reasons].join('\n').trimEnd()}\n`;
}

function rest({ leftOut }: Draft, { seen }: ReadResult): string {
  const lines = [
    ...[...seen.unread.values()].map((why) => `Not read: ${why}`),
    ...(leftOut.length === 0
      ? []
      : [
          `Left out, with the reason in the file: ${leftOut.slice(0, 6).join(', ')}${leftOut.length > 6 ? ` and ${leftOut.length - 6} more` : ''}.`,
        ]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
