import { parseArgs } from 'node:util';
import { SECOND } from '../lib/clock.ts';
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
import { readStatus } from './status/read.ts';

const HELP = `Usage: stevedore status [OPTIONS]

What is going on: drains that are open, with their progress, hooks and what blocks them; breakers that are not closed,
with their cool-off; cooldowns, freezes and alarms of scaling targets; promotions that wait for a gate, approval or a
deployment; and what is paused. It reads the table of the deployment and asks nothing else of AWS.

  --watch            again every 5 seconds, until Ctrl-C
${POLICY_HELP}
${TABLE_HELP}
${PLACE_HELP}
${JSON_HELP}; with --watch one object per line

${CREDENTIALS_HELP} They need
dynamodb:Query and BatchGetItem on the table and its index.

Example:
  npx stevedore status --watch

Exit codes: 0 done, 1 failed, 2 an argument or the policy file is wrong.
`;

const OPTIONS = { watch: FLAG, ...POLICY, ...TABLE, ...PLACE, ...JSON_OUTPUT };
const EVERY = 5 * SECOND;
/** Home, then each line with the rest of the old one erased, then what was below: a screen that does not flicker. */
const redrawn = (text: string) => `\u001B[H${text.replaceAll('\n', '\u001B[K\n')}\u001B[J`;

export const createStatus = (connect: Connect): Command => ({
  summary: 'what is going on now, and what it waits for',
  help: HELP,
  options: OPTIONS,
  async run(args, { out, columns }) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    positional(positionals, []);
    const policy = readPolicy(values.policy);
    const account = connect(placeOf(values, process.env), values.table);
    const { watch, json } = values;
    // Ctrl-C ends the process, as it does that of every command.
    for (;;) {
      const status = await readStatus(account, policy);
      if (json) out(asJson(status, watch ? 0 : 2));
      else if (watch && columns !== undefined) out(redrawn(asText(status, columns)));
      else out(asText(status, columns));
      if (!watch) return EXIT.done;
      await account.clock.sleep(EVERY);
    }
  },
});
