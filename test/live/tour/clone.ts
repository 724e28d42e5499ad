import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');

/** @throws with what git said, if it failed */
function git(folder: string, args: readonly string[], input?: Buffer): Buffer {
  const { status, stdout, stderr, error } = spawnSync('git', args, {
    cwd: folder,
    input,
    maxBuffer: 1 << 30,
  });
  if (status === 0) return stdout;
  throw new Error(`git ${args.join(' ')} in ${folder} failed: ${error?.message ?? stderr.toString()}`);
}

/** A clone of this repository, and what is changed or new in the work tree but not committed. */
export function freshClone(folder: string): void {
  git(root, ['clone', '--quiet', root, folder]);
  const changes = git(root, ['diff', 'HEAD', '--binary']);
  if (changes.length > 0) git(folder, ['apply', '--whitespace=nowarn'], changes);
  const added = git(root, ['ls-files', '--others', '--exclude-standard', '-z']).toString();
  for (const name of added.split('\0').filter((one) => one !== '' && existsSync(join(root, one)))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    copyFileSync(join(root, name), join(folder, name));
  }
}

/** How the network is reached: of the environment and of npm's settings that is all that is taken over. */
const NETWORK =
  /^(https?_proxy|no_proxy|node_extra_ca_certs|npm_config_(registry|cafile|proxy|https_proxy|noproxy))$/i;

/**
 * What the commands of somebody know who has nothing but Node, npm and dummy credentials: no Region, since the README's
 * commands name it; no settings of AWS; no tools of this project; and nothing in npm's cache.
 */
export function userEnvironment(home: string, endpoint: string): NodeJS.ProcessEnv {
  mkdirSync(home);
  const path = (process.env.PATH ?? '').split(delimiter);
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => NETWORK.test(name))),
    NO_PROXY: ['127.0.0.1', process.env.NO_PROXY].filter(Boolean).join(),
    PATH: path.filter((folder) => !folder.includes('node_modules')).join(delimiter),
    HOME: home,
    TMPDIR: home,
    // Where a mirror of the registry, and what it asks for, may be set.
    npm_config_userconfig: process.env.npm_config_userconfig ?? join(homedir(), '.npmrc'),
    npm_config_cache: join(home, '.npm'),
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: endpoint,
  };
}
