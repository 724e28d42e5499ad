import { parseArgs } from 'node:util';
import { BadInput, type Command, EXIT } from './command.ts';
import { bashScript } from './completion/bash.ts';
import { fishScript } from './completion/fish.ts';
import { type VerbWords, wordsOf } from './completion/words.ts';
import { zshScript } from './completion/zsh.ts';
import { positional } from './options.ts';
import { didYouMean } from './suggest.ts';

const HELP = `Usage: stevedore completion bash|zsh|fish

Prints a script for your shell that completes verbs, options, file names and the words that are known beforehand. It is
made from the verbs of this version: load it again after an update. It completes a command named stevedore, so that
you need one: alias stevedore='npx stevedore'.

Examples, for ~/.bashrc, ~/.zshrc (after compinit) and ~/.config/fish/config.fish:
  source <(npx stevedore completion bash)
  source <(npx stevedore completion zsh)
  npx stevedore completion fish | source

Exit codes: 0 done, 2 an argument is wrong.
`;

const SCRIPTS = new Map<string, (verbs: readonly VerbWords[]) => string>([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
]);
const SHELLS = [...SCRIPTS.keys()];

/** The verb, given all verbs, itself among them. */
export const createCompletion = (verbs: () => Promise<Readonly<Record<string, Command>>>): Command => ({
  summary: 'print a completion script for bash, zsh or fish',
  help: HELP,
  options: {},
  words: SHELLS,
  async run(args, { out }) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    const [shell = ''] = positional(positionals, [SHELLS.join('|')]);
    const script = SCRIPTS.get(shell);
    if (script === undefined) {
      const suggestion = didYouMean(shell, SHELLS);
      throw new BadInput(`There is no completion for ${shell}, only for ${SHELLS.join(', ')}.${suggestion}`);
    }
    out(script(wordsOf(await verbs())));
    return EXIT.done;
  },
});
