import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../../cli/command.ts';
import { stevedore } from '../../cli/stevedore.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');

/** How each report is made: by the command, as a user makes it. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'simulate-drain': ['simulate', join(EXAMPLES, 'drain.yml')],
  'simulate-drought': ['simulate', join(EXAMPLES, 'drought.yml')],
  'simulate-spike': ['simulate', join(EXAMPLES, 'spike.yml')],
  backtest: [
    'backtest',
    join(EXAMPLES, 'backtest.yml'),
    '--trace',
    join(EXAMPLES, 'traces', 'elb_request_count_8c0756.csv'),
    '--target',
    'service/shop/web',
    '--per-task',
    '10',
  ],
};

export const REPORTS = Object.keys(COMMANDS);

/** Writes every report into a new folder. Returns the file of each. */
export async function writeReports(): Promise<{
  readonly folder: string;
  readonly fileOf: (name: string) => string;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'stevedore-reports-'));
  const fileOf = (name: string) => join(folder, `${name}.html`);
  for (const [name, args] of Object.entries(COMMANDS)) {
    let err = '';
    const code = await stevedore([...args, '--html', fileOf(name)], {
      out: () => undefined,
      err: (text) => {
        err += text;
      },
      columns: undefined,
    });
    // Pending: tasks were lost in the scenario, which the report shows.
    if (code !== EXIT.done && code !== EXIT.pending) throw new Error(`stevedore ${args.join(' ')}: ${err}`);
  }
  return { folder, fileOf };
}
