// `npm run test:browser`: the reports in a real browser. Without one it says how to get one; in CI that is a
// failure, and so is a path that leads nowhere.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findChromium, HOW_TO_GET_ONE, SCREENSHOTS } from './chromium.ts';

if (findChromium() === undefined) {
  process.stderr.write(`${HOW_TO_GET_ONE}\n`);
  process.exitCode = process.env.CI || process.env.CHROMIUM ? 1 : 0;
} else {
  const vitest = join(import.meta.dirname, '..', '..', 'node_modules', 'vitest', 'vitest.mjs');
  const args = [vitest, 'run', '--config', 'vitest.browser.config.ts', ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  process.stdout.write(`The screenshots are in ${SCREENSHOTS}\n`);
  process.exitCode = status ?? 1;
}
