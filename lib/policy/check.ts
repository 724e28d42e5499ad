// `node lib/policy/check.ts [file]`: checks a policy file without packaging anything. Exit code 2 when it is wrong.
import process from 'node:process';
import { compilePolicy } from './compile.ts';
import { formatPolicyError, loadPolicy } from './load.ts';

const file = process.argv[2] ?? 'stevedore.yml';
const loaded = loadPolicy(file);
if (!loaded.ok) {
  process.stderr.write(`${loaded.errors.map(formatPolicyError).join('\n')}\n`);
  process.exitCode = 2;
} else {
  const { rules, statements } = compilePolicy(loaded.policy);
  process.stdout.write(`${file}: valid (${rules.length} rules, ${statements.length} IAM statements)\n`);
}
