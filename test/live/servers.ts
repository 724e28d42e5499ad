import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endGroupAtEnd } from './ending.ts';
import type { Front } from './front.ts';

/** MiniStack answers after two seconds on a laptop; a build machine may be ten times slower. */
const START_MS = 60_000;
const SERVE = join(import.meta.dirname, 'serve.py');

/**
 * Of the environment no more than this, so that a developer's AWS_PROFILE or HTTP_PROXY changes nothing, and nothing
 * reaches the real AWS. The credentials are what AWS's own tools want to have; nobody checks them.
 */
export const environment = (folder: string) => ({
  // MiniStack runs functions with the `node` that it finds first: the project's own, of the version of the functions.
  PATH: `${resolve('node_modules/.bin')}:${dirname(process.execPath)}:${process.env.PATH}`,
  HOME: folder,
  TMPDIR: folder,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
});

/** Starts the two, and has the front send its calls to them. */
export async function startServers(python: string, front: Front, folder: string): Promise<void> {
  const [ministack, moto] = await Promise.all([
    startMiniStack(python, front.url, folder),
    startMoto(python, folder),
  ]);
  Object.assign(front.behind, { ministack, moto });
}

/** Resolves to MiniStack's address. `endpoint` is where the functions that it runs send their calls. */
async function startMiniStack(python: string, endpoint: string, folder: string): Promise<string> {
  const port = await freePort();
  return start(python, ['ministack'], port, '/_ministack/health', folder, {
    GATEWAY_PORT: `${port}`,
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: '127.0.0.1',
    AWS_ENDPOINT_URL: endpoint,
    // Tasks do not really run: what is said of them is what the cases look at.
    DOCKER_HOST: 'tcp://127.0.0.1:9',
    // It would take port 8883.
    IOT_MTLS_ENABLED: '0',
    // Lambda waits a minute, and then two.
    LAMBDA_ASYNC_RETRY_BASE_SECONDS: '0.2',
  });
}

/** moto's server, for what MiniStack does not have. Resolves to its address. */
async function startMoto(python: string, folder: string): Promise<string> {
  const port = await freePort();
  return start(python, ['moto', '-H', '127.0.0.1', '-p', `${port}`], port, '/moto-api/', folder, {});
}

async function start(
  python: string,
  args: readonly [name: string, ...string[]],
  port: number,
  health: string,
  folder: string,
  settings: NodeJS.ProcessEnv,
): Promise<string> {
  const file = join(folder, `${args[0]}.log`);
  const log = openSync(file, 'w');
  const child = spawn(python, [SERVE, ...args], {
    env: { ...environment(folder), ...settings },
    cwd: folder,
    stdio: ['pipe', log, log],
    detached: true,
  });
  // With the functions' processes. All that they know is in memory, so that nothing has to be put in order.
  endGroupAtEnd(child);
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const url = `http://127.0.0.1:${port}`;
  if (await Promise.race([answers(`${url}${health}`, child), failed])) return url;
  const said = readFileSync(file, 'utf8').slice(-2_000);
  throw new Error(`${args[0]} does not answer at ${url}${health}. What it said:\n${said}`);
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  const end = Date.now() + START_MS;
  while (Date.now() < end && child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return true;
    await sleep(100);
  }
  return false;
}

function freePort(): Promise<number> {
  return new Promise((done, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => done(port));
    });
  });
}
