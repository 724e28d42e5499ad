import { userInfo } from 'node:os';
import { BadInput } from '../command.ts';

/** What every verb of retagging takes besides its own arguments. */
export interface CommonOptions {
  readonly policyFile: string;
  readonly table: string;
  /** Of the deployment. */
  readonly awsRegion: string;
  readonly endpoint: string | null;
  /** Of the destination tag; null: that of the deployment. */
  readonly region: string | null;
  readonly by: string;
  readonly json: boolean;
}

export const TEXT = { type: 'string' } as const;
export const FLAG = { type: 'boolean', default: false } as const;

/** For parseArgs. */
export const COMMON = {
  policy: { ...TEXT, default: 'stevedore.yml' },
  table: { ...TEXT, default: 'stevedore' },
  'aws-region': TEXT,
  endpoint: TEXT,
  region: TEXT,
  by: TEXT,
  json: FLAG,
} as const;

export const COMMON_HELP = `  --region R         Region of the tag, where it is not that of the deployment
  --policy FILE      the policy file that is deployed (default stevedore.yml)
  --table NAME       the DynamoDB table of the deployment (default stevedore)
  --aws-region R     Region of the deployment; default: AWS_REGION, AWS_DEFAULT_REGION, else us-east-1
  --endpoint URL     in place of AWS's own, for all services: a local stand-in for AWS
  --by NAME          who gives the order, for the journal (default: your user name here)
  --json             the answer as JSON

Credentials come from where the AWS CLI has them: the environment, AWS_PROFILE, SSO and so on. They need what the role
of the function has.`;

export const EXIT_HELP = `Exit codes: 0 done, 1 failed, 2 an argument or the policy file is wrong, 3 refused, or waiting.
`;

interface CommonValues {
  readonly policy: string;
  readonly table: string;
  readonly 'aws-region'?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly by?: string | undefined;
  readonly json: boolean;
}

/** Throws `BadInput`. */
export function commonOf(values: CommonValues, env: NodeJS.ProcessEnv): CommonOptions {
  const { policy: policyFile, table, endpoint = null, json } = values;
  if (endpoint !== null && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    throw new BadInput(
      `--endpoint: found ${JSON.stringify(endpoint)}, expected a URL such as http://localhost:4566.`,
    );
  }
  const awsRegion = values['aws-region'] || env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
  const region = values.region === awsRegion ? null : values.region || null;
  return { policyFile, table, awsRegion, endpoint, region, by: values.by || userName(), json };
}

/** A container may run as a user that its system does not know. */
function userName(): string {
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
  throw new BadInput(`Expected ${names.join(' ')}, found ${words}.`);
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

export const isDigest = (text: string): boolean => DIGEST.test(text);

/** Throws `BadInput`. `name`: the argument or option that it was given as. */
export function digestOf(text: string, name: string): string {
  if (isDigest(text)) return text;
  throw new BadInput(
    `${name}: found ${JSON.stringify(text)}, expected a digest: sha256: and 64 hexadecimal digits.`,
  );
}

/** A digest, or a tag as Docker has them. Throws `BadInput`. */
export function imageOf(text: string): string {
  if (isDigest(text) || /^\w[\w.-]{0,127}$/.test(text)) return text;
  throw new BadInput(
    `IMAGE: found ${JSON.stringify(text)}, expected a tag, or a digest: sha256: and 64 hexadecimal digits.`,
  );
}
