import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { type Aws, createAws } from './aws.ts';
import { capacityCases } from './capacity.ts';
import type { Case } from './cases.ts';
import { deploy } from './deploy.ts';
import { drainCases } from './drain.ts';
import { atEnd } from './ending.ts';
import { failoverCases } from './failover.ts';
import { startFront } from './front.ts';
import { lintTemplates } from './lint.ts';
import { findPython, installServers, notRun } from './python.ts';
import { retagCases } from './retag.ts';
import { scaleCases } from './scale.ts';
import { startServers } from './servers.ts';
import { casesAfter, casesBefore } from './stack.ts';

// `npm run test:stack`: deploys the service as it is to MiniStack and moto on this machine, and sees by AWS's own APIs
// what it does. `-- scale` runs the cases of that capability only; `-- --keep` leaves the logs, and a list of the calls;
// `-- --stay` runs no cases, and leaves the deployment there to be tried by hand.

interface Result {
  readonly of: Case;
  readonly ms: number;
  /** What went wrong; undefined: nothing. */
  readonly error?: string;
}

/** The case with a minute to wait for comes last, when most of the minute is over. */
const CASES = [...retagCases, ...failoverCases, ...drainCases, ...capacityCases, ...scaleCases];

const print = (text: string) => process.stdout.write(`${text}\n`);
const seconds = (ms: number) => (ms / 1_000).toFixed(1);

/** The exit code. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { keep: { type: 'boolean', default: false }, stay: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [only] = positionals;
  const wanted = CASES.filter(({ capability }) => only === undefined || only === capability);
  if (wanted.length === 0) {
    print(
      `There are no cases of ${only}, but of: ${[...new Set(CASES.map(({ capability }) => capability))]}.`,
    );
    return 2;
  }
  const found = findPython();
  if ('missing' in found) return notRun(found.missing);
  const python = await installServers(found);
  if (typeof python !== 'string') return notRun(python.missing);

  const folder = mkdtempSync(join(tmpdir(), 'stevedore-live-'));
  if (values.keep) print(`Logs, and the calls that were made: ${folder}`);
  else atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  const aws = await started(python, folder, values.keep);
  const deployment: Case = {
    capability: 'stack',
    name: 'the service is packaged and deployed',
    run: () => deploy(aws.front.behind.ministack, folder),
  };
  const linted: Case = {
    capability: 'stack',
    name: 'cfn-lint finds nothing in the templates',
    run: () => lintTemplates(python, folder),
  };
  if (values.stay) return stay(aws, folder);
  const results: Result[] = [await tryCase(deployment, aws)];
  const isDeployed = results.every(({ error }) => error === undefined);
  const rest = isDeployed ? [linted, ...casesBefore, ...wanted, ...casesAfter] : [];
  for (const one of rest) results.push(await tryCase(one, aws));
  show(results);
  const failed = results.filter(({ error }) => error !== undefined).length;
  if (failed > 0)
    print(values.keep ? `Logs: ${folder}\n` : 'To have the logs: npm run test:stack -- --keep\n');
  print(`${results.length - failed} passed, ${failed} failed, in ${seconds(performance.now())} s`);
  return failed === 0 ? 0 : 1;
}

/** Deploys, and leaves it there until this process is ended. */
async function stay(aws: Aws, folder: string): Promise<never> {
  await deploy(aws.front.behind.ministack, folder);
  print(`Deployed, and there until Ctrl-C. In another terminal:

  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1
  export AWS_ENDPOINT_URL=${aws.front.url}
  npx stevedore plan --policy test/live/policy.yml
  npx stevedore status --policy test/live/policy.yml
  npx stevedore history
`);
  return new Promise<never>(() => undefined);
}

async function started(python: string, folder: string, keep: boolean): Promise<Aws> {
  const front = await startFront(keep ? join(folder, 'calls.log') : undefined);
  print('Starting MiniStack and moto, and deploying to them ...');
  await startServers(python, front, folder);
  return createAws(front);
}

async function tryCase(one: Case, aws: Aws): Promise<Result> {
  const began = Date.now();
  try {
    await one.run(aws);
    return { of: one, ms: Date.now() - began };
  } catch (error) {
    return { of: one, ms: Date.now() - began, error: String(error) };
  }
}

function show(results: readonly Result[]): void {
  const table = new Table({ head: ['capability', 'case', 'result', 's'], style: { head: [], border: [] } });
  for (const { of, ms, error } of results) {
    table.push([of.capability, of.name, error === undefined ? 'passed' : 'FAILED', seconds(ms)]);
  }
  print(`${table}`);
  for (const { of, error } of results) {
    if (error !== undefined) print(`\n${of.capability}: ${of.name}\n${error}\n`);
  }
}

process.exit(await main());
