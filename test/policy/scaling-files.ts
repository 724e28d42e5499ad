import { type CompiledPolicy, compilePolicy } from '../../lib/policy/compile.ts';
import { formatPolicyError, parsePolicy } from '../../lib/policy/load.ts';

/** A Saturday. Schedules are to fire after it. */
export const NOW = Date.UTC(2026, 10, 21, 14);

/** A service `prod/web` with these lines of its body from line 10 of the file on, indented by six. */
export const oneService = (...lines: readonly string[]) => `version: 1
scaling:
  alarms:
    high: { metric: cpu, threshold: 70, comparison: '>=' }
    low: { metric: cpu, threshold: 30, comparison: '<=' }
  services:
    prod/web:
      min: 2
      max: 40
${lines.map((line) => `      ${line}\n`).join('')}`;

/** As `oneService`, with the policies in a map, one a line from line 11 on, indented by eight. */
export const withPolicies = (...policies: readonly string[]) =>
  oneService('policies:', ...policies.map((policy) => `  ${policy}`));

/** The errors as a person reads them, without the file's name and `scaling.services.prod/web.`. */
export function complaints(text: string): string[] {
  const loaded = parsePolicy(text, 'policy.yml', NOW);
  if (loaded.ok) return [];
  return loaded.errors.map((error) =>
    formatPolicyError(error).replace('policy.yml:', '').replace('scaling.services.prod/web.', ''),
  );
}

/** The policy of a text that has to be right, compiled. */
export function compiled(text: string): CompiledPolicy {
  const loaded = parsePolicy(text, 'policy.yml', NOW);
  if (!loaded.ok) throw new Error(loaded.errors.map(formatPolicyError).join('\n'));
  return compilePolicy(loaded.policy);
}
