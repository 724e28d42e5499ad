// `node lib/policy/check.ts [file]`: checks a policy file without packaging anything. Exit code 2 when it is wrong.
import process from 'node:process';
import { compilePolicy } from './compile.ts';
import { formatPolicyError, loadPolicy } from './load.ts';

const file = process.argv[2] ?? 'stevedore.yml';

function check(): { readonly valid: string } | { readonly wrong: string } {
  const loaded = loadPolicy(file);
  if (!loaded.ok) return { wrong: loaded.errors.map(formatPolicyError).join('\n') };
  try {
    const { rules, statements } = compilePolicy(loaded.policy);
    const permissions = Object.values(statements).flat();
    return { valid: `${file}: valid (${rules.length} rules, ${permissions.length} IAM statements)` };
  } catch (error) {
    return { wrong: `${file}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

const result = check();
if ('wrong' in result) {
  process.stderr.write(`${result.wrong}\n`);
  process.exitCode = 2;
} else {
  process.stdout.write(`${result.valid}\n`);
}
