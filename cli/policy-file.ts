import { readFileSync } from 'node:fs';
import { type CompiledPolicy, compilePolicy } from '../lib/policy/compile.ts';
import { formatPolicyError, type LoadedPolicy, loadPolicy, parsePolicy } from '../lib/policy/load.ts';
import { BadInput } from './command.ts';

/** Reads, checks and compiles a policy file. Throws `BadInput` with every error of it. */
export const readPolicy = (file: string): CompiledPolicy => compiled(loadPolicy(file), file);

/** The same of a policy whose text is there already; `file` is what errors call it. */
export const compileText = (text: string, file: string): CompiledPolicy =>
  compiled(parsePolicy(text, file), file);

/** A policy file as it is written, and what it comes to. Throws `BadInput`. */
export function readPolicyText(file: string): { readonly text: string; readonly policy: CompiledPolicy } {
  const policy = readPolicy(file);
  return { text: readFileSync(file, 'utf8'), policy };
}

function compiled(loaded: LoadedPolicy, file: string): CompiledPolicy {
  if (!loaded.ok) throw new BadInput(loaded.errors.map(formatPolicyError).join('\n'));
  try {
    return compilePolicy(loaded.policy);
  } catch (error) {
    // It comes to more than AWS takes.
    throw new BadInput(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
