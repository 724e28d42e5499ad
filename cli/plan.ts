import { writeFileSync } from 'node:fs';
import { packingPage } from '../simulator/report/packing/page.ts';
import type { Account, Connect } from './account.ts';
import { BadInput, type Command, EXIT, type ExitCode } from './command.ts';
import { type ReadDeployed, readDeployed } from './deployed.ts';
import { type Check, isOpen } from './plan/check.ts';
import { asPlanFile, hashOf } from './plan/file.ts';
import { makePlan } from './plan/make.ts';
import { HELP, OPTIONS, type PlanOptions, parseOptions } from './plan/options.ts';
import { asJson, asText, failures, type Plan } from './plan/output.ts';
import { readPolicyText } from './policy-file.ts';

/** The verb, given how it reaches an account, and how it finds out what is deployed. */
export const createPlan = (connect: Connect, read: ReadDeployed = readDeployed): Command => ({
  summary: 'say what a policy would do in the account before it is deployed; changes nothing',
  help: HELP,
  options: OPTIONS,
  async run(args, { out, err, columns }) {
    const options = parseOptions(args, process.env);
    const { place, policyFile, table, capability, stack, json } = options;
    const { text, policy } = readPolicyText(policyFile);
    if (options.html !== null && policy.runtime.capacity.clusters.length === 0) {
      throw new BadInput(
        `--html draws clusters of the capacity section, and ${policyFile} has none: leave out --html.`,
      );
    }
    const account = connect(place, table);
    const { checks, pictures } = await makePlan(account, { text, policy, capability, stack }, read);
    const plan = { policyFile, ...place, checks, pictures };
    const failed = failures(plan);
    const isBlind = failed !== undefined && !checks.some(says);
    if (json) out(asJson(plan));
    else if (!isBlind) out(asText(plan, columns));
    if (failed !== undefined) err(failed);
    if (options.html !== null) err(draw(options.html, plan));
    if (options.out === null) return exitCodeOf(checks);
    const isWhole = failed === undefined;
    err(
      isWhole
        ? await write(account, options, text, checks)
        : `${options.out} was not written: the plan has gaps.\n`,
    );
    return exitCodeOf(checks);
  },
});

/** That what is deployed is the same is not worth a table when nothing else could be read. */
const says = ({ section, verdict }: Check): boolean =>
  verdict !== 'unread' && !(section === 'deployed' && verdict === 'idle');

export function exitCodeOf(checks: readonly Check[]): ExitCode {
  if (checks.some(({ verdict }) => verdict === 'unread')) return EXIT.failed;
  return checks.some(isOpen) ? EXIT.pending : EXIT.done;
}

function draw(file: string, { policyFile, region, pictures }: Plan): string {
  if (pictures.length === 0) return `${file} was not written: no cluster could be read.\n`;
  writeFileSync(file, packingPage(pictures, `${policyFile} against ${region}`));
  return `The picture is in ${file}.\n`;
}

/** The account that credentials belong to: it stands in every ARN. */
export const accountOf = async ({ identity }: Pick<Account, 'identity'>): Promise<string> =>
  (await identity()).split(':')[4] || 'unknown';

async function write(
  account: Account,
  { policyFile, place, table, stack, out }: PlanOptions,
  policy: string,
  checks: readonly Check[],
): Promise<string> {
  if (out === null || stack === null) return '';
  const plan = {
    version: 1,
    at: new Date(account.clock.now()).toISOString(),
    policyFile,
    policy,
    hash: hashOf(policy),
    account: await accountOf(account),
    ...place,
    stack,
    table,
    checks: checks.map((check) => ({ ...check, remarks: [...check.remarks] })),
  } as const;
  writeFileSync(out, asPlanFile(plan));
  return `The plan is in ${out}: stevedore apply ${out} carries it out, unless something has changed by then.\n`;
}
