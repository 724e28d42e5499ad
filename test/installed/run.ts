import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cases } from './cases.ts';
import { install } from './install.ts';

// `npm run test:package`: packs this repository, installs the package in an empty folder elsewhere, and runs the command
// there by the Node of this machine, which may be older than the one that comes with a checkout.

const print = (text: string) => process.stdout.write(`${text}\n`);
const indented = (text: string) => text.trim().replaceAll(/^/gm, '  ');

/** The number of cases that failed. */
function main(scratch: string): number {
  const installed = install(scratch);
  const node = installed.run('node', ['--version']).out.trim();
  const megabytes = (statSync(installed.tarball).size / 1e6).toFixed(1);
  print(`The package has ${megabytes} MB; it is installed, and run by Node ${node}.\n`);
  let failed = 0;
  for (const [name, check] of Object.entries(cases)) {
    try {
      check(installed);
      print(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      print(`FAILED  ${name}\n${indented(error instanceof Error ? error.message : String(error))}`);
    }
  }
  print(`\n${Object.keys(cases).length - failed} passed, ${failed} failed`);
  return failed;
}

const scratch = mkdtempSync(join(tmpdir(), 'stevedore-package-'));
try {
  process.exitCode = main(scratch) === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
