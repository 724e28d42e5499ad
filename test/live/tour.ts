import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createAws } from './aws.ts';
import { atEnd } from './ending.ts';
import { startFront } from './front.ts';
import { createHosts } from './hosts.ts';
import { findPython, installServers, notRun } from './python.ts';
import { startServers } from './servers.ts';
import { afterwards } from './tour/after.ts';
import { freshClone, userEnvironment } from './tour/clone.ts';
import { following } from './tour/follow.ts';
import { CLUSTER, GROUP, REGION } from './tour/looks.ts';
import type { Stage, Tour } from './tour/stage.ts';

// `npm run test:tour`: clones the repository, follows the README's "Deploy in five minutes" to the letter against
// MiniStack and moto on this machine, and goes on with plans, the kill switch and the journal. `-- --keep` leaves the clone,
// the logs of the servers, and a list of the calls.

/** From the clone to the end, what npm downloads included. */
const LONGEST_MS = 600_000;

const print = (text: string) => process.stdout.write(`${text}\n`);
const seconds = (ms: number) => (ms / 1_000).toFixed(1);

/** The exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
  const found = findPython();
  if ('missing' in found) return notRun(found.missing);
  const python = await installServers(found);
  if (typeof python !== 'string') return notRun(python.missing);

  const folder = mkdtempSync(join(tmpdir(), 'stevedore-tour-'));
  if (values.keep) print(`The clone, logs, and the calls that were made: ${folder}`);
  else atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  print('Starting MiniStack and moto ...');
  const front = await startFront(values.keep ? join(folder, 'calls.log') : undefined, 'all');
  await startServers(python, front, folder);
  const aws = createAws(front, REGION);
  const hosts = await createHosts(aws, { cluster: CLUSTER, group: GROUP, zone: `${REGION}a` });
  const clone = join(folder, 'clone');
  const env = userEnvironment(join(folder, 'home'), front.url);

  const stages = [cloned, ...following(readFileSync('README.md', 'utf8')), ...afterwards];
  const began = performance.now();
  const passed = await inTurn(stages, { aws, hosts, clone, env });
  const ms = performance.now() - began;
  const isFast = ms < LONGEST_MS;
  if (!isFast) print(`It took ${seconds(ms)} s, and must take less than ${seconds(LONGEST_MS)} s.`);
  const failed = (passed === stages.length ? 0 : 1) + (isFast ? 0 : 1);
  if (failed > 0 && !values.keep) print('To have the clone and the logs: npm run test:tour -- --keep');
  print(`${passed + (isFast ? 1 : 0)} passed, ${failed} failed, in ${seconds(ms)} s`);
  return failed === 0 ? 0 : 1;
}

const cloned: Stage = { name: 'git clone', run: async ({ clone }) => freshClone(clone) };

/**
 * Up to the first that fails, since each builds on those before it. Prints how long each took, and when it was over.
 * Resolves to how many did not fail.
 */
async function inTurn(stages: readonly Stage[], tour: Tour): Promise<number> {
  const start = performance.now();
  for (const [index, { name, run }] of stages.entries()) {
    const began = performance.now();
    try {
      await run(tour);
    } catch (error) {
      print(`FAILED  ${name}\n\n${error}\n\n${stages.length - index - 1} more were not tried.`);
      return index;
    }
    const now = performance.now();
    print(`${seconds(now - began).padStart(6)} s  at ${seconds(now - start).padStart(5)} s  ${name}`);
  }
  return stages.length;
}

process.exit(await main());
