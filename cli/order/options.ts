import { BadInput } from '../command.ts';
import {
  BY,
  BY_HELP,
  CREDENTIALS_HELP,
  FLAG,
  JSON_HELP,
  JSON_OUTPUT,
  PLACE,
  PLACE_HELP,
  type Place,
  POLICY,
  POLICY_HELP,
  placeOf,
  TABLE,
  TABLE_HELP,
} from '../options.ts';

/** What every order takes besides its own arguments. */
export const OPTIONS = {
  'dry-run': FLAG,
  watch: FLAG,
  ...BY,
  ...POLICY,
  ...TABLE,
  ...PLACE,
  ...JSON_OUTPUT,
} as const;

export const OPTIONS_HELP = `  --dry-run          only say what would be done; nothing is changed or stored
  --watch            show how it goes on, until it is over; to interrupt it ends only the watching
${BY_HELP}
${POLICY_HELP}
${TABLE_HELP}
${PLACE_HELP}
${JSON_HELP}

${CREDENTIALS_HELP} They need what the role
of the function has, and sts:GetCallerIdentity.`;

export const EXIT_HELP = `Exit codes: 0 done, 1 failed, 2 an argument or the policy file is wrong, 3 refused, or waiting.
`;

interface Values {
  readonly 'dry-run': boolean;
  readonly watch: boolean;
  readonly by?: string | undefined;
  readonly policy: string;
  readonly table: string;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly json: boolean;
}

export interface OrderOptions {
  readonly dryRun: boolean;
  readonly watch: boolean;
  /** Undefined: whoever AWS knows the caller as. */
  readonly by: string | undefined;
  readonly policyFile: string;
  readonly table: string;
  readonly place: Place;
  readonly json: boolean;
}

/** Throws `BadInput`. */
export function optionsOf(values: Values, env: NodeJS.ProcessEnv): OrderOptions {
  const { 'dry-run': dryRun, watch, by, policy: policyFile, table, json } = values;
  if (dryRun && watch) throw new BadInput('--dry-run changes nothing, so that there is nothing to --watch.');
  return { dryRun, watch, by: by || undefined, policyFile, table, place: placeOf(values, env), json };
}
