import { parseArgs } from 'node:util';
import type { Connect } from '../account.ts';
import type { Command } from '../command.ts';
import { FLAG, positional, TEXT } from '../options.ts';
import { EXIT_HELP } from '../order/options.ts';
import { COMMON, COMMON_HELP, commonOf, digestOf } from './options.ts';
import { runOrder } from './order.ts';

const HELP = `Usage: stevedore rollback REPOSITORY TAG [OPTIONS]

Gives a tag back to the image that it was on before. Nothing is deleted, and no gate is asked. The image that is left
is not promoted again, until something newer is pushed or \`stevedore release\`.

  --to DIGEST        to this image rather than to the one before
  --dry-run          only say what would be done; nothing is changed or stored
${COMMON_HELP}

Example:
  npx stevedore rollback shop/api production

${EXIT_HELP}`;

const OPTIONS = { to: TEXT, 'dry-run': FLAG, ...COMMON };

export const rollback = (connect: Connect): Command => ({
  summary: 'give a tag back to the image that it was on before',
  help: HELP,
  options: OPTIONS,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    const [repository = '', tag = ''] = positional(positionals, ['REPOSITORY', 'TAG']);
    const to = values.to === undefined ? null : digestOf(values.to, '--to');
    const line = { order: { verb: 'rollback', to }, repository, tag, dryRun: values['dry-run'] } as const;
    return runOrder(connect, line, commonOf(values, process.env), terminal);
  },
});
