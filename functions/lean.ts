import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/**
 * Parts of the SDK that every client imports and that a function on Lambda never runs. Each is replaced by the
 * little of it that is used; together they are a tenth of what a cold start would load.
 */
const replacements: Readonly<Record<string, string>> = {
  // The default credential chain knows profiles, SSO, web identity and EC2's metadata, with a client for each.
  // Lambda has its role's credentials in the environment.
  '@aws-sdk/credential-provider-node': `
    export const defaultProvider = () => async () => {
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
      if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
        throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; Lambda sets them from the role.');
      }
      return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: AWS_SESSION_TOKEN };
    };`,
  // EventBridge signs for several Regions only for global endpoints, which need a further package anyway.
  '@aws-sdk/signature-v4-multi-region': `
    export { SignatureV4 as SignatureV4MultiRegion } from '@smithy/signature-v4';`,
  // DynamoDB can discover endpoints per table; it is off unless asked for, and its cache brings an LRU library.
  '@aws-sdk/endpoint-cache': 'export class EndpointCache {}',
};

/** Leaves out of a bundle what Lambda never runs. */
export const lean: Plugin = {
  name: 'lean',
  setup(build) {
    const names = Object.keys(replacements).map((name) => name.replaceAll('/', '\\/'));
    build.onResolve({ filter: new RegExp(`^(${names.join('|')})$`) }, ({ path, resolveDir }) => ({
      path,
      namespace: 'lean',
      pluginData: resolveDir,
    }));
    build.onLoad({ filter: /.*/, namespace: 'lean' }, ({ path, pluginData }) => ({
      contents: replacements[path] ?? '',
      resolveDir: pluginData,
    }));
    // A client reads its own version from its package.json, and only that.
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
