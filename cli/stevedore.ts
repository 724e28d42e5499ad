#!/usr/bin/env node
// The `stevedore` command. Exit codes: 0 done, 1 failed, 2 bad input, 3 something is left to be done or was refused.
import manifest from '../package.json' with { type: 'json' };
import { connect } from './account.ts';
import { BadInput, type Command, EXIT, type ExitCode, type Terminal } from './command.ts';
import { failureText } from './failed.ts';
import { didYouMean } from './suggest.ts';
import { createVerbs, verbNames } from './verbs.ts';

/** Runs one command line, without the program's name. `given`: other verbs than those of this program. Never throws. */
export async function stevedore(
  args: readonly string[],
  terminal: Terminal,
  given?: Readonly<Record<string, Command>>,
): Promise<ExitCode> {
  const [verb, ...rest] = args;
  if (verb === '--version') {
    terminal.out(`${manifest.version}\n`);
    return EXIT.done;
  }
  // The list of commands needs all of them.
  const wanted = verb !== undefined && verbNames.includes(verb) ? [verb] : verbNames;
  const commands = given ?? (await createVerbs(connect, wanted));
  if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') {
    const write = verb === undefined ? terminal.err : terminal.out;
    write(usage(commands));
    return verb === undefined ? EXIT.badInput : EXIT.done;
  }
  const command = Object.hasOwn(commands, verb) ? commands[verb] : undefined;
  if (command === undefined) {
    const suggestion = didYouMean(verb, Object.keys(commands));
    const sentence = `there is no command ${JSON.stringify(verb)}.${suggestion}`;
    terminal.err(`stevedore: ${sentence}\n\n${usage(commands)}`);
    return EXIT.badInput;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(command.help);
    return EXIT.done;
  }
  try {
    return await command.run(rest, terminal);
  } catch (error) {
    const wrong = badInput(error, command);
    if (wrong !== undefined) {
      terminal.err(`${wrong}\nSee: stevedore ${verb} --help\n`);
      return EXIT.badInput;
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : error;
    terminal.err(failureText(verb, error) ?? `stevedore ${verb} failed: ${stack}\n`);
    return EXIT.failed;
  }
}

function usage(commands: Readonly<Record<string, Command>>): string {
  const widest = Math.max(...Object.keys(commands).map((verb) => verb.length));
  const lines = Object.entries(commands).map(([verb, { summary }]) => `  ${verb.padEnd(widest)}  ${summary}`);
  return `Usage: stevedore COMMAND [OPTIONS]\n\n${lines.join('\n')}\n\nstevedore COMMAND --help explains a command, stevedore --version says which version this is.\n`;
}

/** What the user can mend, in words; undefined for any other error. */
function badInput(error: unknown, { options }: Command): string | undefined {
  if (error instanceof BadInput) return error.message;
  // What parseArgs throws for options that it does not know, or that lack a value.
  if (!(error instanceof Error && 'code' in error)) return undefined;
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const [option = ''] = /(?<=')--?[^\s'=]+/.exec(error.message) ?? [];
    const known = Object.keys(options).map((name) => `--${name}`);
    return `There is no option ${option}.${didYouMean(option, known)}`;
  }
  return String(error.code).startsWith('ERR_PARSE_ARGS_') ? error.message : undefined;
}

/** The command line of this process. */
export async function main(): Promise<void> {
  process.exitCode = await stevedore(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    columns: process.stdout.columns,
  });
}

// In an installed package cli/stevedore.mjs calls it: Node 20 does not know which module is the main one.
if (import.meta.main) await main();
