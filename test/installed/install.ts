import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT } from '../../lib/root.ts';

/** An empty folder of a user in which the package is installed. */
export interface Installed {
  readonly folder: string;
  readonly tarball: string;
  /** Starts a program in `folder`, unless said otherwise, as if from the user's terminal. */
  readonly run: (program: string, args: readonly string[], cwd?: string) => Ended;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Packs this repository, and installs the package below `scratch`. Throws, with what npm said, if that fails. */
export function install(scratch: string): Installed {
  const folder = join(scratch, 'harbour');
  mkdirSync(folder);
  // Without one, npm would look for a package in the folders above.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  must('npm', ['pack', '--loglevel=error', '--pack-destination', scratch], ROOT);
  const name = readdirSync(scratch).find((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error(`npm pack has left no package in ${scratch}.`);
  const tarball = join(scratch, name);
  must('npm', ['install', '--loglevel=error', '--prefer-offline', tarball], folder);
  return { folder, tarball, run: (program, args, cwd = folder) => start(program, args, cwd) };
}

function must(program: string, args: readonly string[], cwd: string): void {
  const { code, out, err } = start(program, args, cwd);
  if (code !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${code}:\n${out}${err}`);
}

function start(program: string, args: readonly string[], cwd: string): Ended {
  const run = spawnSync(program, args, {
    cwd,
    env: outside(process.env),
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (run.error) throw run.error;
  return { code: run.status, out: run.stdout, err: run.stderr };
}

/**
 * The environment of a terminal. `npm run` sets variables of this repository, and puts the programs that are installed
 * with it first in PATH, its own Node among them; the command is to run by that of the machine.
 */
function outside(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ofTheRun = /^(INIT_CWD|NODE|npm_config_local_prefix|npm_(?!config_).*)$/;
  const own = Object.entries(env).filter(([name]) => !ofTheRun.test(name));
  const folders = (env.PATH ?? '').split(delimiter);
  const path = folders.filter((folder) => !/node_modules[\\/]\.bin$|node-gyp-bin$/.test(folder));
  return { ...Object.fromEntries(own), PATH: path.join(delimiter), NO_COLOR: '1' };
}
