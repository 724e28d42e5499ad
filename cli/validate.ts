import { parseArgs } from 'node:util';
import { type Clock, wallClock } from '../lib/clock.ts';
import type { CompiledPolicy } from '../lib/policy/compile.ts';
import { BadInput, type Command, EXIT } from './command.ts';
import { JSON_HELP, JSON_OUTPUT } from './options.ts';
import { check, type Problem } from './validate/check.ts';
import { coverageOf, inWords } from './validate/summary.ts';

const HELP = `Usage: stevedore validate [FILE] [OPTIONS]

Checks a policy file without an account: every error at once, with line and column, also that it comes to more than
EventBridge or IAM takes. Of a file that is right it says what it covers.

  FILE               the policy file (default stevedore.yml)
${JSON_HELP}

Example:
  npx stevedore validate stevedore.yml

Exit codes: 0 the file is right, 1 failed, 2 the file or an argument is wrong.
`;

const OPTIONS = { ...JSON_OUTPUT };

/** The verb, given the time: it decides which schedules can still fire. */
export const createValidate = (clock: Pick<Clock, 'now'>): Command => ({
  summary: 'check a policy file, offline: every error with line and column',
  help: HELP,
  options: OPTIONS,
  words: 'files',
  async run(args, { out, err }) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    const [file = 'stevedore.yml', ...more] = positionals;
    if (more.length > 0) throw new BadInput(`Found ${more.join(' ')} after ${file}; one file is enough.`);
    const checked = check(file, clock.now());
    if (!checked.valid) {
      if (values.json) out(asJson({ file, valid: false, problems: checked.problems }));
      else err(asText(file, checked.problems));
      return EXIT.badInput;
    }
    const { compiled } = checked;
    out(values.json ? asJson({ file, valid: true, ...figuresOf(compiled) }) : summary(file, compiled));
    return EXIT.done;
  },
});

export const validate = createValidate(wallClock);

const asJson = (result: object): string => `${JSON.stringify(result, null, 2)}\n`;

function asText(file: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `${[...problems.map(({ message }) => message), '', `${count} in ${file}.`].join('\n')}\n`;
}

const figuresOf = (compiled: CompiledPolicy) => ({
  capabilities: coverageOf(compiled),
  functions: compiled.functions,
  rules: compiled.rules.length,
  statements: Object.values(compiled.statements).flat().length,
});

function summary(file: string, compiled: CompiledPolicy): string {
  const { capabilities, functions, rules, statements } = figuresOf(compiled);
  const lines = capabilities.map(
    ({ capability, mode, covers }) => `  ${capability.padEnd(9)}  ${mode.padEnd(7)}  ${inWords(covers)}`,
  );
  const deployed = `It comes to ${functions.length} ${functions.length === 1 ? 'function' : 'functions'}, ${rules} rules of EventBridge and ${statements} IAM statements.`;
  return `${file} is valid.\n\n${lines.join('\n')}\n\n${deployed}\n`;
}
