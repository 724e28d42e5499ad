import { userInfo } from 'node:os';
import { BadInput, type Options } from './command.ts';

export const TEXT = { type: 'string' } as const;
export const FLAG = { type: 'boolean', default: false } as const;

/** Of every verb that talks to AWS. */
export const PLACE = {
  region: TEXT,
  endpoint: TEXT,
} as const satisfies Options;

export const PLACE_HELP = `  --region REGION    of the deployment; default: AWS_REGION, AWS_DEFAULT_REGION, else us-east-1
  --endpoint URL     in place of AWS's own, for all services: a local stand-in for AWS`;

export const POLICY = { policy: { ...TEXT, default: 'stevedore.yml' } } as const satisfies Options;
export const POLICY_HELP = '  --policy FILE      the policy file that is deployed (default stevedore.yml)';

export const TABLE = { table: { ...TEXT, default: 'stevedore' } } as const satisfies Options;
export const TABLE_HELP = '  --table NAME       the DynamoDB table of the deployment (default stevedore)';

export const JSON_OUTPUT = { json: FLAG } as const satisfies Options;
export const JSON_HELP = '  --json             the same as JSON; keys are only ever added';

export const BY = { by: TEXT } as const satisfies Options;
export const BY_HELP =
  '  --by NAME          who does it, for the journal (default: the identity that AWS knows you by)';

export const CREDENTIALS_HELP =
  'Credentials come from where the AWS CLI has them: the environment, AWS_PROFILE, SSO and so on.';

/** Where AWS is. */
export interface Place {
  readonly region: string;
  /** Null: AWS's own. */
  readonly endpoint: string | null;
}

/** The Region is found as serverless.yml finds it, so that it is the one that is deployed to. Throws `BadInput`. */
export function placeOf(
  values: { readonly region?: string | undefined; readonly endpoint?: string | undefined },
  env: NodeJS.ProcessEnv,
): Place {
  const { endpoint = null } = values;
  if (endpoint !== null && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    throw new BadInput(
      `--endpoint: found ${JSON.stringify(endpoint)}, expected a URL such as http://localhost:4566.`,
    );
  }
  return { region: values.region || env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1', endpoint };
}

/** Of every verb that acts on what is deployed, in somebody's name. */
export const ACTING = { ...BY, ...POLICY, ...TABLE, ...PLACE, ...JSON_OUTPUT } as const satisfies Options;
export const ACTING_HELP = [BY_HELP, POLICY_HELP, TABLE_HELP, PLACE_HELP, JSON_HELP].join('\n');

export interface Acting {
  /** Undefined: whoever AWS knows the caller as. */
  readonly by: string | undefined;
  readonly policyFile: string;
  readonly table: string;
  /** Of the deployment. */
  readonly place: Place;
  readonly json: boolean;
}

/** Those of them as parseArgs gives them. */
export interface ActingValues {
  readonly by?: string | undefined;
  readonly policy: string;
  readonly table: string;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly json: boolean;
}

/** Throws `BadInput`. */
export function actingOf(
  { by, policy, table, json, ...place }: ActingValues,
  env: NodeJS.ProcessEnv,
): Acting {
  return { by: by || undefined, policyFile: policy, table, place: placeOf(place, env), json };
}

/** The name of who sits here, where AWS need not be asked. Throws `BadInput`. */
export function userName(): string {
  // A container may run as a user that its system does not know.
  try {
    return userInfo().username;
  } catch {
    throw new BadInput('This system has no name for you: give one with --by NAME, for the journal.');
  }
}

/** As many as there are names, or `BadInput`. */
export function positional(found: readonly string[], names: readonly string[]): readonly string[] {
  if (found.length === names.length) return found;
  const words = found.length === 0 ? 'nothing' : found.join(' ');
  throw new BadInput(`Expected ${names.length === 0 ? 'no argument' : names.join(' ')}, found ${words}.`);
}
