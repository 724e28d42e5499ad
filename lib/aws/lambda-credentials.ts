import type { ECSClientConfig } from '@aws-sdk/client-ecs';

export type Credentials = NonNullable<ECSClientConfig['credentials']>;

/**
 * The credentials that Lambda puts into the environment, or undefined elsewhere. Given to a client they keep the
 * SDK's default provider chain from running, and with it the modules that it imports on first use; undefined leaves
 * a terminal with that chain: profiles, SSO and the rest. (A terminal's environment variables are left to the chain
 * as well, since AWS_PROFILE goes before them.)
 */
export function lambdaCredentials(env: NodeJS.ProcessEnv): Credentials | undefined {
  const {
    AWS_LAMBDA_FUNCTION_NAME,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (!AWS_LAMBDA_FUNCTION_NAME || !accessKeyId || !secretAccessKey || !sessionToken) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken };
}
