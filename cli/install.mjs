// Installs what `npm start` and `npm test` need when it is missing or out of date. Plain JavaScript and only
// Node's own modules, because it runs on the host's Node before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

// npm writes what it installed to node_modules/.package-lock.json; comparing versions with our lock file finds
// a missing, partial or outdated installation without asking the network.
function installed() {
  const actual = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(actual)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(actual, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || entry.optional || entry.peer || present[path]?.version === entry.version,
  );
}

if (!installed()) {
  process.stderr.write('Installing dependencies (once; Node 24 is among them) ...\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const run = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (run.status !== 0) {
    process.stderr.write(
      'npm ci failed. Check the network and the npm registry, then run the command again.\n',
    );
    process.exit(run.status ?? 1);
  }
}
