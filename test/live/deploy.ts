import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from './command.ts';
import { environment } from './servers.ts';

/** What a fork has after `npm ci`, as far as deploying needs it. */
const PROJECT = [
  'events',
  'functions',
  'lib',
  'package.json',
  'serverless.yml',
  'stack.cjs',
  'tsconfig.json',
];

/**
 * `npx serverless deploy` of a copy of the project with the policy of this folder, so that `.build` of the work tree
 * stays what it was. It packages, creates the bucket and puts the zips there, and creates the stack.
 * @throws with what the framework said, if it failed
 */
export async function deploy(endpoint: string, folder: string): Promise<void> {
  const copy = join(folder, 'service');
  mkdirSync(copy);
  for (const name of PROJECT) cpSync(name, join(copy, name), { recursive: true });
  cpSync('test/live/policy.yml', join(copy, 'stevedore.yml'));
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  const framework = resolve('node_modules/serverless/bin/serverless.js');
  // An address by number has no names below it, so that the framework uses the path style of S3.
  const env = {
    ...environment(folder),
    AWS_ENDPOINT_URL: endpoint,
    // Milliseconds between two looks at the stack: by itself five seconds.
    SLS_AWS_MONITORING_FREQUENCY: '200',
  };
  await run(process.execPath, [framework, 'deploy'], { cwd: copy, env });
}
