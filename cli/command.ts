import type { ParseArgsConfig } from 'node:util';
import type { Interrupts } from './interrupts.ts';

/** Where a command writes. Progress and errors go to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Of the output in characters, where it is a terminal. Where it is none there are no colours. */
  readonly columns: number | undefined;
  /** Ctrl-C and SIGTERM, for a verb that ends in order; unless given those of this process. */
  readonly interrupts?: Interrupts;
}

/**
 * `pending`: the command has done its work, and something is left: changes that would be made, an order that waits or
 * was refused, findings. The same for every verb, so that scripts can rely on it.
 */
export const EXIT = { done: 0, failed: 1, badInput: 2, pending: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For parseArgs, and for shell completion. */
export type Options = NonNullable<ParseArgsConfig['options']>;

/** One verb of `stevedore`. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Usage, options, an example and the exit codes. */
  readonly help: string;
  readonly options: Options;
  /** What its first argument may be, where that is known beforehand: for completion. */
  readonly words?: readonly string[] | 'files';
  /** Throws `BadInput` for what the user can mend; anything else that it throws is a failure of ours. */
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

/** Something in the arguments or files is wrong: exit code 2. Each line names the thing, the value and the remedy. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}
