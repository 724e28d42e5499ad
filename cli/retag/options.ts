import { BadInput } from '../command.ts';
import {
  ACTING,
  ACTING_HELP,
  type Acting,
  type ActingValues,
  actingOf,
  CREDENTIALS_HELP,
  TEXT,
} from '../options.ts';

/** What every verb of retagging takes besides its own arguments. */
export interface CommonOptions extends Acting {
  /** Of the destination tag; null: that of the deployment. */
  readonly tagRegion: string | null;
}

/** For parseArgs. */
export const COMMON = { 'tag-region': TEXT, ...ACTING } as const;

export const COMMON_HELP = `  --tag-region R     Region of the tag, where it is not that of the deployment
${ACTING_HELP}

${CREDENTIALS_HELP} They need what the role
of the function has, and sts:GetCallerIdentity.`;

interface CommonValues extends ActingValues {
  readonly 'tag-region'?: string | undefined;
}

/** Throws `BadInput`. */
export function commonOf(
  { 'tag-region': named, ...values }: CommonValues,
  env: NodeJS.ProcessEnv,
): CommonOptions {
  const acting = actingOf(values, env);
  return { ...acting, tagRegion: named === acting.place.region ? null : named || null };
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
