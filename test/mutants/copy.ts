import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Mutant } from './mutant.ts';

/** What vitest's JSON report says, as far as it is of interest here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** How a run of some tests ended. `failed`: the first that did. `broken`: no test could be run, or vitest was ended. */
export type TestRun =
  | { readonly result: 'passed' }
  | { readonly result: 'failed'; readonly test: string }
  | { readonly result: 'broken'; readonly why: string };

/** A copy of the tracked and the new files in a temporary directory, so that the work tree never changes. */
export interface TreeCopy {
  /** Applies a patch, does the work, and puts back what was there. @throws when the patch does not apply */
  mutated<T>(mutant: Mutant, work: () => Promise<T>): Promise<T>;
  /** Until the first test fails. After `timeoutMs` it is ended: a mutant may loop for ever. */
  test(filters: readonly string[], timeoutMs: number): Promise<TestRun>;
  remove(): void;
}

const CONFIG = 'vitest.mutants.config.ts';
/** vitest writes what it remembers of a run into node_modules, which the work tree shares. */
const OWN_CACHE = `import config from './vitest.config.ts';\nexport default { ...config, cacheDir: '.vite' };\n`;

export function copyTree(root: string): TreeCopy {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'stevedore-mutants-')));
  copyFiles(root, directory);
  return {
    async mutated(mutant, work) {
      const before = mutant.files.map(
        (file) => [join(directory, file), readFileIn(directory, file)] as const,
      );
      apply(directory, mutant);
      try {
        return await work();
      } finally {
        for (const [path, content] of before) writeFileSync(path, content);
      }
    },
    test: (filters, timeoutMs) => vitest(directory, filters, timeoutMs),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function copyFiles(root: string, directory: string): void {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const files = succeeded('git ls-files', listed).split('\0').filter(Boolean);
  // What was deleted and is not committed yet is listed still; a link to a directory (node_modules) may be.
  for (const file of files.filter((one) => statSync(join(root, one), { throwIfNoEntry: false })?.isFile())) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    copyFileSync(join(root, file), join(directory, file));
  }
  symlinkSync(realpathSync(join(root, 'node_modules')), join(directory, 'node_modules'));
  writeFileSync(join(directory, CONFIG), OWN_CACHE);
}

function readFileIn(directory: string, file: string): string {
  const path = join(directory, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Without a repository around it git applies to the files alone; a line that has moved is found, a changed one is not. */
function apply(directory: string, { name, patch }: Mutant): void {
  const { GIT_DIR: _, GIT_WORK_TREE: __, ...env } = process.env;
  const applied = spawnSync('git', ['apply', '--whitespace=nowarn', '-'], {
    cwd: directory,
    input: patch,
    encoding: 'utf8',
    env: { ...env, GIT_CEILING_DIRECTORIES: dirname(directory) },
  });
  succeeded(`${name}.patch does not apply any more; write it anew. git apply`, applied);
}

function succeeded(what: string, { status, stdout, stderr, error }: SpawnSyncReturns<string>): string {
  if (status !== 0) throw new Error(`${what}: ${stderr?.trim() || error?.message || `exit code ${status}`}`);
  return stdout;
}

function vitest(directory: string, filters: readonly string[], timeout: number): Promise<TestRun> {
  const report = join(directory, 'vitest-report.json');
  rmSync(report, { force: true });
  const output = ['--reporter=json', `--outputFile=${report}`];
  const options = [`--config=${CONFIG}`, ...output, '--bail=1', '--pool=threads', '--maxWorkers=1'];
  const command = [join(directory, 'node_modules/vitest/vitest.mjs'), 'run', ...filters, ...options];
  const child = spawn(process.execPath, command, {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout,
    killSignal: 'SIGKILL',
    env: { ...process.env, NO_COLOR: '1' },
  });
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ result: 'passed' });
      else if (signal) resolve({ result: 'broken', why: `ended by ${signal} after ${timeout / 1000} s` });
      else
        resolve(existsSync(report) ? readReport(report) : { result: 'broken', why: errors.join('').trim() });
    });
  });
}

function readReport(path: string): TestRun {
  const { testResults }: Report = JSON.parse(readFileSync(path, 'utf8'));
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  if (failed) return { result: 'failed', test: failed.fullName };
  const messages = testResults.map(({ message }) => message).filter(Boolean);
  return { result: 'broken', why: messages[0] ?? 'no test file matches the filter' };
}
