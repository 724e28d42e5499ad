import { type CompiledPolicy, compilePolicy } from '../lib/policy/compile.ts';
import { formatPolicyError, loadPolicy } from '../lib/policy/load.ts';
import { BadInput } from './command.ts';

/** Reads, checks and compiles a policy file. Throws `BadInput` with every error of it. */
export function readPolicy(file: string): CompiledPolicy {
  const loaded = loadPolicy(file);
  if (!loaded.ok) throw new BadInput(loaded.errors.map(formatPolicyError).join('\n'));
  try {
    return compilePolicy(loaded.policy);
  } catch (error) {
    // It comes to more than AWS takes.
    throw new BadInput(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
