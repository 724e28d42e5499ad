import { parseArgs } from 'node:util';
import type { Connect } from './account.ts';
import { type Ask, askHere } from './apply/ask.ts';
import { type Deploy, deploy } from './apply/deploy.ts';
import { announcement, asJson, type Refusal, type Result, refusalText, toWatch } from './apply/output.ts';
import { misplaced, wrongAccount } from './apply/revalidate.ts';
import { BadInput, type Command, EXIT, type ExitCode, type Terminal } from './command.ts';
import { type ReadDeployed, readDeployed } from './deployed.ts';
import { CREDENTIALS_HELP, FLAG, JSON_HELP, JSON_OUTPUT, PLACE, placeOf, positional } from './options.ts';
import { deviations, type PlanFile, readPlanFile } from './plan/file.ts';
import { makePlan } from './plan/make.ts';
import { failures } from './plan/output.ts';
import { compileText } from './policy-file.ts';

const HELP = `Usage: stevedore apply PLAN [OPTIONS]

Carries out a plan that stevedore plan --out PLAN has written: deploys exactly the policy that was planned, with the
Serverless Framework that is installed with this package. Before that it plans again, and refuses when the account, the
Region or the policy file is another one, or when what would be done is not what was planned.

  --yes              does not ask first; needed where there is no terminal
  --param NAME=VALUE a parameter of serverless.yml, as alarmTopic=ARN; may be given several times
  --region REGION    must be the plan's, as AWS_REGION and AWS_DEFAULT_REGION must, if they are set
  --endpoint URL     must be the plan's
${JSON_HELP}

${CREDENTIALS_HELP} They need what a plan
needs, and what serverless deploy needs: docs/operations.md.

Example:
  npx stevedore plan --out plan.json
  npx stevedore apply plan.json --param alarmTopic=arn:aws:sns:eu-west-1:111122223333:alarms

Exit codes: 0 deployed, 1 failed, 2 bad input, 3 refused or declined; nothing was changed then.
`;

const OPTIONS = {
  yes: FLAG,
  param: { type: 'string', multiple: true, default: [] as string[] },
  ...PLACE,
  ...JSON_OUTPUT,
} as const;

/** What apply works with. */
export interface ApplyParts {
  readonly connect: Connect;
  readonly readDeployed?: ReadDeployed;
  readonly deploy?: Deploy;
  readonly ask?: () => Ask;
}

/** The verb, given how it reaches an account, deploys, and asks. */
export const createApply = (parts: ApplyParts): Command => ({
  summary: 'deploy the policy of a plan, if what it would do is still what was planned',
  help: HELP,
  options: OPTIONS,
  words: 'files',
  async run(args, terminal) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    const [file = ''] = positional(positionals, ['the plan']);
    const { yes, json, param: params } = values;
    const wrong = params.find((param) => !/^\w+=/.test(param));
    if (wrong !== undefined) throw new BadInput(`--param: found ${wrong}, expected NAME=VALUE.`);
    const ask = (parts.ask ?? askHere)();
    if (!yes && ask === undefined) throw new BadInput('There is no terminal to ask at: add --yes.');
    const plan = readPlanFile(file);
    const end = (result: Result, refusal?: Refusal) =>
      ending(terminal, { file, plan, json, result, refusal });

    const { endpoint } = placeOf(values, process.env);
    const region = values.region || process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || undefined;
    const elsewhere = misplaced(plan, { region, endpoint: endpoint ?? undefined });
    if (elsewhere.length > 0) return end('refused', { sentences: elsewhere, deviations: [] });
    const check = await planAgain(parts, plan, terminal);
    if (check === 'unread') return EXIT.failed;
    if (check !== 'same') return end('refused', check);

    terminal.err(announcement(plan));
    if (!yes && (await ask?.('Deploy it? Only yes deploys: ')) !== 'yes') return end('declined');
    const place = { region: plan.region, endpoint: plan.endpoint };
    const order = { policy: plan.policy, stack: plan.stack, place, params };
    const status = await (parts.deploy ?? deploy)(order);
    return end(status === 0 ? 'deployed' : 'failed');
  },
});

async function planAgain(
  { connect, readDeployed: read = readDeployed }: ApplyParts,
  plan: PlanFile,
  { err }: Terminal,
): Promise<'same' | 'unread' | Refusal> {
  const { region, endpoint, table, stack, policy: text, policyFile } = plan;
  const account = connect({ region, endpoint }, table);
  const sentences = await wrongAccount(account, plan);
  if (sentences.length > 0) return { sentences, deviations: [] };
  const subject = { text, policy: compileText(text, policyFile), capability: null, stack };
  const { checks } = await makePlan(account, subject, read);
  const failed = failures({ checks }, 'apply');
  if (failed !== undefined) {
    err(failed);
    return 'unread';
  }
  const found = deviations(plan.checks, checks);
  return found.length === 0 ? 'same' : { sentences: [], deviations: found };
}

interface Ending {
  readonly file: string;
  readonly plan: PlanFile;
  readonly json: boolean;
  readonly result: Result;
  readonly refusal: Refusal | undefined;
}

function ending({ out, err }: Terminal, { file, plan, json, result, refusal }: Ending): ExitCode {
  if (json) out(asJson(result, plan, refusal));
  switch (result) {
    case 'deployed':
      if (!json) out(toWatch(plan));
      return EXIT.done;
    case 'refused':
      if (refusal) err(refusalText(file, plan, refusal));
      return EXIT.pending;
    case 'declined':
      err('Declined: nothing was changed.\n');
      return EXIT.pending;
    case 'failed':
      err(
        `stevedore apply failed: serverless deploy says why above. CloudFormation takes back what it had changed of stack ${plan.stack}.\n`,
      );
      return EXIT.failed;
    default:
      return result satisfies never;
  }
}
