import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../../lib/root.ts';
import type { Place } from '../options.ts';

/** What is to be deployed, and where to. */
export interface Order {
  readonly policy: string;
  readonly stack: string;
  readonly place: Place;
  /** Of serverless.yml, as `NAME=VALUE`. */
  readonly params: readonly string[];
}

/** Resolves to the exit status of the deployment: 0 is a success. */
export type Deploy = (order: Order) => Promise<number>;

/** The command line of the Serverless Framework, without its program. `file`: where the policy is. Pure. */
export function deployArguments({ stack, place, params }: Omit<Order, 'policy'>, file: string): string[] {
  const all = [`name=${stack}`, `policy=${file}`, ...params];
  return ['deploy', '--region', place.region, ...all.flatMap((param) => ['--param', param])];
}

/**
 * `serverless deploy` with exactly this policy, by the framework that is installed with the package. What it says goes
 * to the error stream: the output is the verb's.
 */
export const deploy: Deploy = async (order) => {
  const framework = dirname(createRequire(import.meta.url).resolve('serverless/package.json'));
  const directory = mkdtempSync(join(tmpdir(), 'stevedore-apply-'));
  try {
    const file = join(directory, 'stevedore.yml');
    writeFileSync(file, order.policy);
    const { endpoint } = order.place;
    const program = [join(framework, 'bin', 'serverless.js'), ...deployArguments(order, file)];
    const child = spawn(process.execPath, program, {
      cwd: ROOT,
      stdio: ['ignore', process.stderr, process.stderr],
      env: { ...process.env, ...(endpoint !== null && { AWS_ENDPOINT_URL: endpoint }) },
    });
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      // Ended by a signal it has no status.
      child.once('close', (status) => resolve(status ?? 1));
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
};
