import { BadInput } from '../command.ts';
import {
  BY,
  BY_HELP,
  CREDENTIALS_HELP,
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
  TEXT,
} from '../options.ts';

/** What every verb of retagging takes besides its own arguments. */
export interface CommonOptions {
  readonly policyFile: string;
  readonly table: string;
  /** Of the deployment. */
  readonly place: Place;
  /** Of the destination tag; null: that of the deployment. */
  readonly tagRegion: string | null;
  /** Undefined: whoever AWS knows the caller as. */
  readonly by: string | undefined;
  readonly json: boolean;
}

/** For parseArgs. */
export const COMMON = {
  'tag-region': TEXT,
  ...POLICY,
  ...TABLE,
  ...PLACE,
  ...BY,
  ...JSON_OUTPUT,
} as const;

export const COMMON_HELP = `  --tag-region R     Region of the tag, where it is not that of the deployment
${POLICY_HELP}
${TABLE_HELP}
${PLACE_HELP}
${BY_HELP}
${JSON_HELP}

${CREDENTIALS_HELP} They need what the role
of the function has, and sts:GetCallerIdentity.`;

interface CommonValues {
  readonly policy: string;
  readonly table: string;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly 'tag-region'?: string | undefined;
  readonly by?: string | undefined;
  readonly json: boolean;
}

/** Throws `BadInput`. */
export function commonOf(values: CommonValues, env: NodeJS.ProcessEnv): CommonOptions {
  const { policy: policyFile, table, json, 'tag-region': named, by } = values;
  const place = placeOf(values, env);
  const tagRegion = named === place.region ? null : named || null;
  return { policyFile, table, place, tagRegion, by: by || undefined, json };
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
