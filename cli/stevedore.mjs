#!/usr/bin/env node
// Starts the command with the Node that is installed with the package: the sources are TypeScript, which Node runs from
// version 22.18 on, and the host's may be older.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const node = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
const run = spawnSync(node, [join(here, 'stevedore.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
if (run.error) process.stderr.write(`stevedore: ${node} could not be started: ${run.error.message}\n`);
process.exit(run.status ?? 1);
