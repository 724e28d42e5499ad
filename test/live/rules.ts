import {
  DisableRuleCommand,
  EnableRuleCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  type Rule,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { type FunctionName, functionNames } from '../../lib/policy/compile.ts';
import type { Aws } from './aws.ts';
import { STACK } from './names.ts';

/** The rules of the stack, each with its targets, by name. */
export async function listRules({ eventBridge }: Aws): Promise<(Rule & { readonly Targets: Target[] })[]> {
  const { Rules = [] } = await eventBridge.send(new ListRulesCommand({ NamePrefix: STACK }));
  const all = Rules.map(async (rule) => {
    const { Targets = [] } = await eventBridge.send(new ListTargetsByRuleCommand({ Rule: rule.Name }));
    return { ...rule, Targets };
  });
  return Promise.all(all);
}

const clockOf = (name: FunctionName) => ({ Name: `${STACK}-${name}-tick` });

/** Disables the rules that go by the clock, so that nothing happens but what a case does. */
export async function stopClock({ eventBridge }: Aws): Promise<void> {
  for (const name of functionNames) await eventBridge.send(new DisableRuleCommand(clockOf(name)));
}

/** Enables the one of a function while something is done. */
export async function withClock<T>(
  { eventBridge }: Aws,
  name: FunctionName,
  work: () => Promise<T>,
): Promise<T> {
  await eventBridge.send(new EnableRuleCommand(clockOf(name)));
  try {
    return await work();
  } finally {
    await eventBridge.send(new DisableRuleCommand(clockOf(name)));
  }
}
