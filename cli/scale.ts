import { parseArgs } from 'node:util';
import type { Connect } from './account.ts';
import type { Command } from './command.ts';
import { positional } from './options.ts';
import { EXIT_HELP, OPTIONS, OPTIONS_HELP, optionsOf } from './order/options.ts';
import { runOrder } from './order/run.ts';
import { countOf, scaleOrder, targetOf } from './order/scale.ts';
import { readPolicy } from './policy-file.ts';

const HELP = `Usage: stevedore scale TARGET COUNT [OPTIONS]

Sets the count of a service or a group of the policy, within the min and max that hold now. It waits for no cooldown and
begins one; the other guards hold, and what they keep back is done when they let it, within an hour. Policies and
schedules go on from there: to keep a count, pause the target with stevedore pause. TARGET is an id of the policy
(service/prod/web, group/prod-hosts), or its end.

${OPTIONS_HELP}

Example:
  npx stevedore scale prod/web 12 --dry-run

${EXIT_HELP}`;

export const createScale = (connect: Connect): Command => ({
  summary: 'set the count of a service or a group',
  help: HELP,
  options: OPTIONS,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    const [named = '', number = ''] = positional(positionals, ['TARGET', 'COUNT']);
    const count = countOf(number);
    const options = optionsOf(values, process.env);
    const { scaling } = readPolicy(options.policyFile).runtime;
    const target = targetOf(scaling, named, options.policyFile);
    return runOrder(
      connect,
      options,
      (account, given) => scaleOrder(account, scaling, target, count, given),
      terminal,
    );
  },
});
