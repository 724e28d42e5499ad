import { parseArgs } from 'node:util';
import { policyJsonSchemaText } from '../lib/policy/json-schema.ts';
import { type Command, EXIT } from './command.ts';
import { positional } from './options.ts';

const HELP = `Usage: stevedore schema

Prints the JSON Schema of the policy file (draft-07), by which editors complete and check it while you type. An editor
with the YAML language server finds it by this first line of the policy file:

  # yaml-language-server: $schema=stevedore.schema.json

Example:
  npx stevedore schema > stevedore.schema.json

Exit codes: 0 done, 2 an argument is wrong.
`;

export const schema: Command = {
  summary: 'print the JSON Schema of the policy file, for editors',
  help: HELP,
  options: {},
  async run(args, { out }) {
    positional(parseArgs({ args: [...args], allowPositionals: true, options: {} }).positionals, []);
    out(policyJsonSchemaText());
    return EXIT.done;
  },
};
