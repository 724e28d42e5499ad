import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MINUTE, SECOND } from '../lib/clock.ts';
import { type CompiledPolicy, compilePolicy } from '../lib/policy/compile.ts';
import { formatPolicyError, loadPolicy } from '../lib/policy/load.ts';
import { bundle } from './bundle.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the Serverless Framework hands to a function behind `${file(...)}`. */
export interface Framework {
  resolveVariable(address: string): Promise<unknown>;
  resolveConfigurationProperty(path: readonly string[]): Promise<unknown>;
}

/** How one rule delivers; a line of `custom.wakeUps` in serverless.yml. */
interface WakeUp {
  readonly schedule?: string;
  readonly maximumEventAge: number;
  readonly maximumRetryAttempts: number;
  readonly description: string;
}

/** Time past the deadline before the alarm on the oldest open drain: hooks and ECS take some minutes to finish. */
const ALARM_GRACE = 10 * MINUTE;

/**
 * Compiles the policy and bundles the functions, and returns what serverless.yml needs of the result. Throws with
 * every error of the policy file, before anything is built.
 */
export async function stack(framework: Framework) {
  // The framework's first pass does not know parameters yet: these reject, and it calls again. So they come first.
  const parameter = async (name: string) => String(await framework.resolveVariable(`param:${name}`));
  const [name, policy, alarmTopic] = [
    await parameter('name'),
    await parameter('policy'),
    await parameter('alarmTopic'),
  ];
  const wakeUps = (await framework.resolveConfigurationProperty(['custom', 'wakeUps'])) as Record<
    string,
    WakeUp
  >;
  const compiled = compileFile(policy);
  const rules = ruleEvents(compiled, wakeUps, name);
  await bundle(root, 'drain', compiled.runtime);
  return {
    events: rules.map((eventBridge) => ({ eventBridge })),
    ruleArns: rules.map((rule) => ({
      'Fn::Sub': `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/${rule.name}`,
    })),
    statements: compiled.statements,
    drainAlarmSeconds: drainAlarmSeconds(compiled),
    alarmActions: alarmTopic === 'none' ? [] : [alarmTopic],
  };
}

function compileFile(file: string): CompiledPolicy {
  const loaded = loadPolicy(isAbsolute(file) ? file : join(root, file));
  if (!loaded.ok) {
    throw withoutTrace(loaded.errors.map((error) => formatPolicyError({ ...error, file })).join('\n'));
  }
  try {
    return compilePolicy(loaded.policy);
  } catch (error) {
    throw withoutTrace(error instanceof Error ? error.message : String(error));
  }
}

/** The framework prints an error's stack. To who wrote the policy the place in the file matters, not ours. */
function withoutTrace(message: string): Error {
  const error = new Error(message);
  error.stack = `\n${message}`;
  return error;
}

/** The lines of `wakeUps` that the policy has a use for, as `eventBridge` events with their patterns. */
function ruleEvents({ rules }: CompiledPolicy, wakeUps: Readonly<Record<string, WakeUp>>, name: string) {
  const unknown = rules.find(({ id }) => wakeUps[id] === undefined);
  if (unknown) throw withoutTrace(`custom.wakeUps in serverless.yml has no line for the rule ${unknown.id}`);
  return Object.entries(wakeUps).flatMap(([id, { schedule, description, ...retryPolicy }]) => {
    const pattern = rules.find((rule) => rule.id === id)?.pattern;
    const when = schedule === undefined ? { pattern } : { schedule };
    if (schedule === undefined && pattern === undefined) return [];
    const deadLetterQueueArn = { 'Fn::GetAtt': ['UndeliveredEvents', 'Arn'] };
    return [{ name: `${name}-${id}`, description, ...when, retryPolicy, deadLetterQueueArn }];
  });
}

/** No drain of any cluster should be open for longer. */
function drainAlarmSeconds({ runtime }: CompiledPolicy): number {
  const longest = Math.max(
    ...runtime.draining.clusters.map(({ deadlineMs, stopGraceMs }) => deadlineMs + stopGraceMs),
  );
  return Math.ceil((longest + ALARM_GRACE) / SECOND);
}
