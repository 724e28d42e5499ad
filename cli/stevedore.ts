#!/usr/bin/env node
// The `stevedore` command. Exit codes: 0 done, 1 failed, 2 bad input, 3 something would be refused.
import { backtest } from './backtest.ts';
import { BadInput, type Command, EXIT, type ExitCode, type Terminal } from './command.ts';
import { plan } from './plan.ts';
import { createRetagCommands } from './retag/commands.ts';
import { connect } from './retag/connect.ts';

const COMMANDS: Readonly<Record<string, Command>> = { backtest, plan, ...createRetagCommands(connect) };

/** Runs one command line, without the program's name. Never throws. */
export async function stevedore(
  args: readonly string[],
  terminal: Terminal,
  commands = COMMANDS,
): Promise<ExitCode> {
  const [verb, ...rest] = args;
  if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') {
    const write = verb === undefined ? terminal.err : terminal.out;
    write(usage(commands));
    return verb === undefined ? EXIT.badInput : EXIT.done;
  }
  const command = Object.hasOwn(commands, verb) ? commands[verb] : undefined;
  if (command === undefined) {
    terminal.err(`stevedore: there is no command ${JSON.stringify(verb)}.\n\n${usage(commands)}`);
    return EXIT.badInput;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(command.help);
    return EXIT.done;
  }
  try {
    return await command.run(rest, terminal);
  } catch (error) {
    if (error instanceof BadInput || isArgumentError(error)) {
      terminal.err(`${error.message}\nSee: stevedore ${verb} --help\n`);
      return EXIT.badInput;
    }
    terminal.err(
      `stevedore ${verb} failed: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`,
    );
    return EXIT.failed;
  }
}

function usage(commands: Readonly<Record<string, Command>>): string {
  const widest = Math.max(...Object.keys(commands).map((verb) => verb.length));
  const lines = Object.entries(commands).map(([verb, { summary }]) => `  ${verb.padEnd(widest)}  ${summary}`);
  return `Usage: stevedore COMMAND [OPTIONS]\n\n${lines.join('\n')}\n\nstevedore COMMAND --help explains a command.\n`;
}

/** What parseArgs throws for options that it does not know, or that lack a value. */
const isArgumentError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');

if (import.meta.main) {
  process.exitCode = await stevedore(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    columns: process.stdout.columns,
  });
}
