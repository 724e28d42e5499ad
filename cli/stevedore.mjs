#!/usr/bin/env node
// The program. In an installed package dist/ has the command as JavaScript, for the host's Node. In a checkout it is
// TypeScript, which Node runs from version 22.18 on: the Node that is installed with the other packages is started.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = join(dirname(fileURLToPath(import.meta.url)), 'stevedore.ts');
if (existsSync(sources)) {
  const node = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
  const child = spawn(node, [sources, ...process.argv.slice(2)], { stdio: 'inherit' });
  // How it ends is the command's own affair. A terminal sends Ctrl-C to both, and `kill` its signal to this one only.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('error', (error) => {
    process.stderr.write(`stevedore: ${node} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.once('exit', (status) => process.exit(status ?? 1));
} else {
  const { main } = await import('../dist/cli/stevedore.mjs');
  await main();
}
