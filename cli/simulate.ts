import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { runPage } from '../simulator/report/run/page.ts';
import { playScenario } from '../simulator/scenario-file/play.ts';
import { BadInput, type Command, EXIT } from './command.ts';
import { FLAG, JSON_HELP, JSON_OUTPUT, positional, TEXT } from './options.ts';
import { colorsFor } from './outcome-colors.ts';
import { createProgress } from './progress.ts';
import { loadScenario, scenarioJsonSchemaText } from './simulate/load.ts';
import { asJson, asText } from './simulate/output.ts';
import { runOf } from './simulate/run.ts';
import { shortfallsOf } from './simulate/shortfalls.ts';

const HELP = `Usage: stevedore simulate SCENARIO [OPTIONS]

Plays a scenario against the policy file that it names, in a simulated cluster: what Stevedore would do, and why. The
Lambda handlers are the ones that are deployed; AWS and time are simulated. No AWS account is needed or asked.

  SCENARIO           a scenario file, such as examples/drain.yml
  --html FILE        writes a report: a timeline of instances, services and metrics, and the reason of each decision
${JSON_HELP}
  --seed N           of all chance, in place of the scenario's: another one plays another course
  --schema           prints the JSON Schema of scenario files, for editors, and plays nothing

Example:
  npx stevedore simulate examples/drain.yml --html drain.html

Exit codes: 0 done, 1 failed, 2 a file or an argument is wrong, 3 it fell short: tasks ended with their host, an instance
ended before its drain was over, or a service had fewer tasks at the end than its desired count (daemons aside).
`;

const OPTIONS = { html: TEXT, seed: TEXT, schema: FLAG, ...JSON_OUTPUT };

export const simulate: Command = {
  summary: 'play a scenario against a policy file in a simulated cluster',
  help: HELP,
  options: OPTIONS,
  words: 'files',
  async run(args, { out, columns }) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    if (values.schema) {
      positional(positionals, []);
      out(scenarioJsonSchemaText());
      return EXIT.done;
    }
    const [file = ''] = positional(positionals, ['a scenario file, such as examples/drain.yml']);
    const { spec, policy } = loadScenario(file);
    const seeded = { ...spec, seed: seedOf(values.seed) ?? spec.seed };
    const progress = createProgress('Playing the scenario');
    const played = await playScenario(seeded, policy, progress.update);
    progress.stop();
    const run = runOf(played, seeded, basename(file));
    if (values.html !== undefined) writeFileSync(values.html, runPage(run));
    out(
      values.json ? asJson(run, seeded) : asText(run, played.stage, { columns, colors: colorsFor(columns) }),
    );
    if (values.html !== undefined && !values.json) out(`The report is in ${values.html}.\n`);
    return shortfallsOf(run).length === 0 ? EXIT.done : EXIT.pending;
  },
};

function seedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new BadInput(`--seed: found ${JSON.stringify(text)}, expected a whole number from 0 up.`);
}
