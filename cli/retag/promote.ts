import { parseArgs } from 'node:util';
import type { Connect } from '../account.ts';
import { BadInput, type Command } from '../command.ts';
import { FLAG, positional, TEXT } from '../options.ts';
import { EXIT_HELP } from '../order/options.ts';
import { copyOnly } from './copy-only.ts';
import { COMMON, COMMON_HELP, commonOf, imageOf } from './options.ts';
import { runOrder } from './order.ts';
import { destinationOf } from './target.ts';

const HELP = `Usage: stevedore promote REPOSITORY IMAGE --to [REPOSITORY:]TAG [OPTIONS]
       stevedore promote REPOSITORY IMAGE --to REPOSITORY --copy-only [OPTIONS]

Gives a tag of the policy to an image of REPOSITORY, past triggers and order, not past gates: what they say, what the
kill switch says and what is remembered are as if the function had been told. IMAGE is a digest or a tag. A gate that
may open by itself makes the order wait, and the function carries it out when it does; one that is closed refuses it.

  --to TAG           the tag; with REPOSITORY: before it if the rule copies into another one
  --skip-gates       whatever the gates say
  --dry-run          only say what would be done; nothing is changed or stored
  --copy-only        copy the image to another repository or Region, of any size, without tag, policy and journal:
                     what is too large for the function
${COMMON_HELP}

Example:
  npx stevedore promote shop/api v1.4.2 --to production --dry-run

${EXIT_HELP}`;

const OPTIONS = { to: TEXT, 'skip-gates': FLAG, 'dry-run': FLAG, 'copy-only': FLAG, ...COMMON };

export const promote = (connect: Connect): Command => ({
  summary: 'give a tag of the policy to an image',
  help: HELP,
  options: OPTIONS,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    const [repository = '', named = ''] = positional(positionals, ['REPOSITORY', 'IMAGE']);
    const image = imageOf(named);
    const { to, 'skip-gates': skipGates, 'dry-run': dryRun } = values;
    if (!to) throw new BadInput('Say which tag the image shall get, with --to [REPOSITORY:]TAG.');
    const options = commonOf(values, process.env);
    if (!values['copy-only']) {
      const order = { verb: 'promote', image, skipGates } as const;
      const target = destinationOf(to, repository);
      return runOrder(connect, { order, ...target, source: repository, dryRun }, options, terminal);
    }
    if (skipGates || dryRun) {
      throw new BadInput('--copy-only gives no tag: --skip-gates and --dry-run do not go with it.');
    }
    return copyOnly(connect(options.place, options.table), { repository, image, to }, options, terminal);
  },
});
