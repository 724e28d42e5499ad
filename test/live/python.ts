import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './command.ts';
import { atEnd } from './ending.ts';

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
/** macOS has an older python3 of its own. */
const PYTHONS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];
/** Distributions of Linux ship Python without venv, or without the pip that goes into one. */
const FITS = 'import ensurepip, sys, venv; assert sys.version_info >= (3, 11); print(sys.version)';

/** What is missing to run the servers. */
export interface Missing {
  /** In words that say how to get it. */
  readonly missing: string;
}

/** A Python that can run the servers. */
export interface Python {
  readonly program: string;
  readonly version: string;
}

/** Says what is missing, and what that means: the exit code. */
export function notRun(missing: string): number {
  const must = process.env.CI === 'true';
  process.stdout.write(`NOT RUN: ${missing}\n`);
  process.stdout.write(
    must
      ? 'With CI=true this is a failure.\n'
      : 'Nothing was tested. With CI=true this would be a failure.\n',
  );
  return must ? 1 : 0;
}

export function findPython(): Python | Missing {
  if (process.platform === 'win32')
    return {
      missing: 'MiniStack and the processes of its functions need Linux or macOS. On Windows use WSL.',
    };
  for (const program of PYTHONS) {
    const { status, stdout } = spawnSync(program, ['-c', FITS], { encoding: 'utf8' });
    if (status === 0) return { program, version: stdout.trim() };
  }
  return {
    missing:
      'MiniStack and moto need Python 3.11 or later with venv and pip, which was not found.\n' +
      'Debian 12, Ubuntu 24.04: apt-get install python3-venv python3-pip. macOS: brew install python.',
  };
}

/**
 * Installs the servers into a virtual environment in the user's cache, once for each state of requirements.txt.
 * @returns its Python, or what is missing: the Python package index was not reached, or has no such versions
 */
export async function installServers({ program, version }: Python): Promise<string | Missing> {
  const key = createHash('sha256').update(readFileSync(REQUIREMENTS)).update(version).digest('hex');
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cache, 'stevedore', `servers-${key.slice(0, 12)}`);
  if (!existsSync(folder)) {
    process.stdout.write(`Installing MiniStack and moto into ${folder} (once) ...\n`);
    // Beside it, and moved when it is complete: what was broken off is never used, nor what another run is writing.
    const partial = `${folder}.${process.pid}`;
    atEnd(() => rmSync(partial, { recursive: true, force: true, maxRetries: 5 }));
    mkdirSync(dirname(folder), { recursive: true });
    const own = { cwd: dirname(folder), env: process.env };
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];
    try {
      await run(program, ['-m', 'venv', partial], own);
      await run(join(partial, 'bin', 'python'), pip, own);
    } catch (error) {
      return {
        missing:
          `MiniStack and moto could not be installed from the Python package index.\n${error}\n` +
          'Check the network. A mirror is set by PIP_INDEX_URL, a proxy by HTTPS_PROXY.',
      };
    }
    if (!existsSync(folder)) renameSync(partial, folder);
  }
  return join(folder, 'bin', 'python');
}
