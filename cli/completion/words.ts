import type { Command } from '../command.ts';

/** An option as a shell completes it. */
export interface OptionWord {
  readonly name: string;
  /** `value`: something that nobody can know beforehand. */
  readonly takes: 'nothing' | 'value' | 'file';
  readonly description: string;
}

/** A verb as a shell completes it. */
export interface VerbWords {
  readonly verb: string;
  readonly summary: string;
  readonly options: readonly OptionWord[];
  /** What its first argument may be. */
  readonly words: readonly string[] | 'files';
}

const HELP: OptionWord = { name: 'help', takes: 'nothing', description: 'explain the command' };

/** What there is to complete. What an option takes and means is what the verb's help says of it. */
export function wordsOf(commands: Readonly<Record<string, Command>>): VerbWords[] {
  return Object.entries(commands).map(([verb, { summary, help, options, words = [] }]) => {
    const own = Object.entries(options).map(([name, { type }]): OptionWord => {
      if (type === 'boolean') return { name, takes: 'nothing', description: flagIn(help, name) };
      const { value, description } = valueIn(help, name);
      return { name, takes: value.startsWith('FILE') ? 'file' : 'value', description };
    });
    return { verb, summary, options: [...own, HELP], words };
  });
}

/** `  --json             the same as JSON`: what the first line about it says. */
function flagIn(help: string, name: string): string {
  const [, description = ''] = new RegExp(`^ {2}--${name}(?: {2,}| *\\n +)(.+)$`, 'm').exec(help) ?? [];
  return description;
}

/** `  --policy FILE      the policy file`: the same with what it takes. */
function valueIn(help: string, name: string): { readonly value: string; readonly description: string } {
  const line = new RegExp(`^ {2}--${name} (\\S+)(?: +| *\\n +)(.+)$`, 'm');
  const [, value = '', description = ''] = line.exec(help) ?? [];
  return { value, description };
}

/** A word for any of the three shells. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
