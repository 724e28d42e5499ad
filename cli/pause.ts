import type { Connect } from './account.ts';
import type { Command } from './command.ts';
import { OPTIONS, OPTIONS_HELP } from './pause/options.ts';
import { CAPABILITIES } from './pause/scopes.ts';
import { runSwitch } from './pause/switch.ts';

const HELP = `Usage: stevedore pause [SCOPE] [OPTIONS]

Puts the kill switch on: from the next decision on nothing of SCOPE is changed. Events and orders are noted, and decided
on when it is off again, by what is true then. While draining is paused hooks run out by themselves and end with their
default result, and Spot instances are reclaimed undrained. Who did it is written into the journal.

${OPTIONS_HELP}

Example:
  npx stevedore pause scaling/prod/web --by jo@example.com

Exit codes: 0 done, 1 failed, 2 an argument or the policy file is wrong.
`;

export const createPause = (connect: Connect): Command => ({
  summary: 'stop all changes, or those of a capability, cluster, service or repository',
  help: HELP,
  options: OPTIONS,
  words: ['all', ...CAPABILITIES],
  run: (args, terminal) => runSwitch('pause', connect, args, terminal),
});
