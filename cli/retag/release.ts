import { parseArgs } from 'node:util';
import type { Connect } from '../account.ts';
import type { Command } from '../command.ts';
import { positional } from '../options.ts';
import { EXIT_HELP } from '../order/options.ts';
import { COMMON, COMMON_HELP, commonOf } from './options.ts';
import { runOrder } from './order.ts';

const HELP = `Usage: stevedore release REPOSITORY TAG [OPTIONS]

Lets the rule promote again what a tag was rolled back from; it does so at once if it is the newest that passes.

${COMMON_HELP}

Example:
  npx stevedore release shop/api production

${EXIT_HELP}`;

export const release = (connect: Connect): Command => ({
  summary: 'let a rule promote again what was rolled back from',
  help: HELP,
  options: COMMON,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: COMMON });
    const [repository = '', tag = ''] = positional(positionals, ['REPOSITORY', 'TAG']);
    const line = { order: { verb: 'release' }, repository, tag } as const;
    return runOrder(connect, line, commonOf(values, process.env), terminal);
  },
});
