import type { Connect } from './account.ts';
import type { Command } from './command.ts';
import { OPTIONS, OPTIONS_HELP } from './pause/options.ts';
import { CAPABILITIES } from './pause/scopes.ts';
import { runSwitch } from './pause/switch.ts';

const HELP = `Usage: stevedore resume [SCOPE] [OPTIONS]

Puts the kill switch off for SCOPE, which is one that stevedore pause was given. What was noted meanwhile is decided on
within a minute, by what is true then. A wider scope that is paused goes on to hold, and is named.

${OPTIONS_HELP}

Example:
  npx stevedore resume scaling/prod/web

Exit codes: 0 done, 1 failed, 2 an argument or the policy file is wrong, 3 a wider scope is still paused.
`;

export const createResume = (connect: Connect): Command => ({
  summary: 'end a pause',
  help: HELP,
  options: OPTIONS,
  words: ['all', ...CAPABILITIES],
  run: (args, terminal) => runSwitch('resume', connect, args, terminal),
});
