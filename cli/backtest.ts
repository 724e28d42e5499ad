import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { TargetPolicy } from '../lib/scaling/policy.ts';
import { compare } from '../simulator/backtest/compare.ts';
import { reportPage } from '../simulator/backtest/report/page.ts';
import { readTrace, toLoad } from '../simulator/backtest/trace.ts';
import { HELP, modelFor, OPTIONS, parseOptions } from './backtest-options.ts';
import { asJson, asText } from './backtest-output.ts';
import { BadInput, type Command, EXIT } from './command.ts';
import { readPolicy } from './policy-file.ts';
import { createProgress } from './progress.ts';

export const backtest: Command = {
  summary: 'play a metric trace against a scaling policy',
  help: HELP,
  options: OPTIONS,
  words: 'files',
  async run(args, terminal) {
    const options = parseOptions(args);
    const policy = targetOf(options.policyFile, options.target);
    const parsed = readTrace(options.traceFile);
    if (!parsed.ok) throw new BadInput(parsed.errors.join('\n'));
    const { load, model } = modelFor(options, toLoad(parsed.trace), policy);
    const progress = createProgress('Playing the trace');
    const comparison = compare(load, policy, model, progress.update);
    progress.stop();
    if (options.html !== undefined) {
      writeFileSync(options.html, reportPage(comparison, basename(options.traceFile)));
    }
    const { out, columns } = terminal;
    out(options.json ? asJson(comparison) : asText(comparison, options.traceFile, columns));
    if (options.html !== undefined && !options.json) out(`The curves are in ${options.html}.\n`);
    return EXIT.done;
  },
};

function targetOf(file: string, id: string | undefined): TargetPolicy {
  const targets = readPolicy(file).runtime.scaling?.targets ?? [];
  const ids = targets.map(({ target }) => target.id).join(', ');
  if (targets.length === 0)
    throw new BadInput(`${file} scales nothing: it has no services or groups under scaling.`);
  if (id === undefined) {
    const [only, ...others] = targets;
    if (only !== undefined && others.length === 0) return only;
    throw new BadInput(`${file} has ${targets.length} targets; choose one with --target: ${ids}`);
  }
  const found = targets.find(({ target }) => target.id === id);
  if (found === undefined) throw new BadInput(`--target: ${file} has no ${id}, only ${ids}`);
  return found;
}
