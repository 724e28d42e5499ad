import { parseArgs } from 'node:util';
import type { Connect } from './account.ts';
import { type Command, EXIT } from './command.ts';
import {
  CREDENTIALS_HELP,
  FLAG,
  JSON_HELP,
  JSON_OUTPUT,
  PLACE,
  PLACE_HELP,
  POLICY,
  POLICY_HELP,
  placeOf,
  positional,
  TABLE,
  TABLE_HELP,
} from './options.ts';
import { readPolicy } from './policy-file.ts';
import { asJson, asText } from './status/output.ts';
import { createReadQueues } from './status/queues.ts';
import { readStatus } from './status/read.ts';
import { watchStatus } from './status/watch.ts';

const HELP = `Usage: stevedore status [OPTIONS]

What is going on: drains that are open, with their progress, hooks and what blocks them; breakers that are not closed,
with their cool-off; cooldowns, freezes and alarms of scaling targets; promotions that wait for a gate, approval or a
deployment; instances that capacity lets go or could, and tasks that wait for one; what is paused; and how many events
lie in the failure queues. It reads the table and the queues of the deployment, and asks nothing else of AWS.

  --watch            again every 5 seconds, until Ctrl-C or SIGTERM. What could not be read is said, and tried again
${POLICY_HELP}
${TABLE_HELP}
${PLACE_HELP}
${JSON_HELP}; with --watch one object per line

${CREDENTIALS_HELP} They need
dynamodb:Query and BatchGetItem on the table and its index, and sqs:GetQueueUrl and GetQueueAttributes on the queues
TABLE-failed-events and TABLE-undelivered-events; a queue that may not be read is named.

Example:
  npx stevedore status --watch

Exit codes: 0 done, 1 failed, 2 an argument or the policy file is wrong.
`;

const OPTIONS = { watch: FLAG, ...POLICY, ...TABLE, ...PLACE, ...JSON_OUTPUT };

export const createStatus = (connect: Connect): Command => ({
  summary: 'what is going on now, and what it waits for',
  help: HELP,
  options: OPTIONS,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    positional(positionals, []);
    const policy = readPolicy(values.policy);
    const account = connect(placeOf(values, process.env), values.table);
    const readQueues = createReadQueues(account, values.table);
    const look = () => readStatus(account, policy, readQueues);
    const { json } = values;
    if (values.watch) await watchStatus(account.clock, look, json, terminal);
    else {
      const status = await look();
      terminal.out(json ? asJson(status, 2) : asText(status, terminal.columns));
    }
    return EXIT.done;
  },
});
