import { fileURLToPath } from 'node:url';

/**
 * The folder of serverless.yml and of what else is read by its path. In an installed package that is dist/: there every
 * file of the bundle is one folder below it, as this file is below the root of a checkout (cli/pack.ts).
 */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));
