/** Where a command writes. Progress and errors go to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Of the output in characters, where it is a terminal. */
  readonly columns: number | undefined;
}

/** `refused`: the command has done its work, and something that it was asked about would not come about. */
export const EXIT = { done: 0, failed: 1, badInput: 2, refused: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** One verb of `stevedore`. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  /** Throws `BadInput` for what the user can mend; anything else that it throws is a failure of ours. */
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

/** Something in the arguments or files is wrong: exit code 2. Each line names the thing, the value and the remedy. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}
