import { parseArgs } from 'node:util';
import type { Connect } from '../account.ts';
import type { Command } from '../command.ts';
import { positional } from '../options.ts';
import { EXIT_HELP } from '../order/options.ts';
import { COMMON, COMMON_HELP, commonOf, digestOf } from './options.ts';
import { runOrder } from './order.ts';

const HELP = `Usage: stevedore approve REPOSITORY TAG DIGEST [OPTIONS]

Approves an image for a tag whose rule has the gate \`approval\`. If all else is well the tag is given to it at once.
It is for this digest alone, so that nothing that is pushed later under the same tag is approved with it.

${COMMON_HELP}

Example:
  npx stevedore approve shop/api production sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

${EXIT_HELP}`;

export const approve = (connect: Connect): Command => ({
  summary: 'approve an image for a tag that waits for that',
  help: HELP,
  options: COMMON,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: COMMON });
    const [repository = '', tag = '', named = ''] = positional(positionals, ['REPOSITORY', 'TAG', 'DIGEST']);
    const order = { verb: 'approve', digest: digestOf(named, 'DIGEST') } as const;
    return runOrder(connect, { order, repository, tag }, commonOf(values, process.env), terminal);
  },
});
