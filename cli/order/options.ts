import { BadInput } from '../command.ts';
import {
  ACTING,
  ACTING_HELP,
  type Acting,
  type ActingValues,
  actingOf,
  CREDENTIALS_HELP,
  FLAG,
} from '../options.ts';

/** What every order takes besides its own arguments. */
export const OPTIONS = { 'dry-run': FLAG, watch: FLAG, ...ACTING } as const;

export const OPTIONS_HELP = `  --dry-run          only say what would be done; nothing is changed or stored
  --watch            show how it goes on, until it is over; Ctrl-C ends only the watching (exit code 3)
${ACTING_HELP}

${CREDENTIALS_HELP} They need what the role
of the function has, and sts:GetCallerIdentity.`;

export const EXIT_HELP = `Exit codes: 0 done, 1 failed, 2 an argument or the policy file is wrong, 3 refused, or waiting.
`;

interface Values extends ActingValues {
  readonly 'dry-run': boolean;
  readonly watch: boolean;
}

export interface OrderOptions extends Acting {
  readonly dryRun: boolean;
  readonly watch: boolean;
}

/** Throws `BadInput`. */
export function optionsOf(
  { 'dry-run': dryRun, watch, ...acting }: Values,
  env: NodeJS.ProcessEnv,
): OrderOptions {
  if (dryRun && watch) throw new BadInput('--dry-run changes nothing, so that there is nothing to --watch.');
  return { dryRun, watch, ...actingOf(acting, env) };
}
