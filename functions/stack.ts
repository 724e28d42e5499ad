import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { MINUTE, SECOND } from '../lib/clock.ts';
import {
  type CompiledPolicy,
  compilePolicy,
  type FunctionName,
  functionNames,
} from '../lib/policy/compile.ts';
import { policyDocument } from '../lib/policy/document.ts';
import { probesByTask } from '../lib/policy/failover-statements.ts';
import { formatPolicyError, loadPolicy } from '../lib/policy/load.ts';
import { ROOT } from '../lib/root.ts';
import { bundle } from './bundle.ts';

/** What the Serverless Framework hands to a function behind `${file(...)}`. */
export interface Framework {
  resolveVariable(address: string): Promise<unknown>;
  resolveConfigurationProperty(path: readonly string[]): Promise<unknown>;
}

/** How one rule delivers; a line of `custom.wakeUps` in serverless.yml, by the function that it wakes. */
interface WakeUp {
  readonly schedule?: string;
  readonly maximumEventAge: number;
  readonly maximumRetryAttempts: number;
  readonly description: string;
}

type WakeUps = Readonly<Record<FunctionName, Readonly<Record<string, WakeUp>>>>;

/** Time past the deadline before the alarm on the oldest open drain: hooks and ECS take some minutes to finish. */
const ALARM_GRACE = 10 * MINUTE;

/** Time past the soak of a probe for the tick that sees it pass, be some of them missed. */
const PROBE_GRACE = 8 * MINUTE;

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
  const wakeUps = (await framework.resolveConfigurationProperty(['custom', 'wakeUps'])) as WakeUps;
  const compiled = compileFile(policy);
  const rules = {
    drain: ruleEvents('drain', compiled, wakeUps, name),
    scale: ruleEvents('scale', compiled, wakeUps, name),
    failover: ruleEvents('failover', compiled, wakeUps, name),
    retag: ruleEvents('retag', compiled, wakeUps, name),
    capacity: ruleEvents('capacity', compiled, wakeUps, name),
  };
  for (const called of functionNames) await bundle(ROOT, called, compiled.runtime);
  return {
    drain: capability('drain', compiled, rules.drain),
    scale: capability('scale', compiled, rules.scale),
    failover: capability('failover', compiled, rules.failover),
    retag: capability('retag', compiled, rules.retag),
    capacity: capability('capacity', compiled, rules.capacity),
    ruleArns: Object.values(rules)
      .flat()
      .map((rule) => ({
        'Fn::Sub': `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/${rule.name}`,
      })),
    drainAlarmSeconds: drainAlarmSeconds(compiled),
    // CloudFormation's conditions compare texts.
    probesByTask: String(probesByTask(compiled.runtime.failover)),
    probeSeconds: String(probeSeconds(compiled)),
    alarmActions: alarmTopic === 'none' ? [] : [alarmTopic],
    policy: policyMetadata(readFileSync(pathOf(policy), 'utf8')),
  };
}

/** What serverless.yml needs of one function and its role. */
function capability(name: FunctionName, { functions, statements }: CompiledPolicy, rules: readonly object[]) {
  return {
    // CloudFormation's conditions compare texts.
    inPolicy: String(functions.includes(name)),
    events: rules.map((eventBridge) => ({ eventBridge })),
    statements: statements[name],
  };
}

const pathOf = (file: string) => (isAbsolute(file) ? file : join(ROOT, file));

function compileFile(file: string): CompiledPolicy {
  const loaded = loadPolicy(pathOf(file));
  if (!loaded.ok) {
    throw withoutTrace(loaded.errors.map((error) => formatPolicyError({ ...error, file })).join('\n'));
  }
  try {
    return compilePolicy(loaded.policy);
  } catch (error) {
    throw withoutTrace(error instanceof Error ? error.message : String(error));
  }
}

/**
 * The policy file as it was written, for `stevedore plan` to read back from the deployed template. It is one text, with
 * its dollars escaped, because the framework would look for variables in it.
 */
export const policyMetadata = (text: string): string =>
  JSON.stringify(policyDocument(text)).replaceAll('$', '\\u0024');

/** The framework prints an error's stack. To who wrote the policy the place in the file matters, not ours. */
function withoutTrace(message: string): Error {
  const error = new Error(message);
  error.stack = `\n${message}`;
  return error;
}

/** The lines of `wakeUps` that the policy has a use for, as `eventBridge` events with their patterns. */
function ruleEvents(called: FunctionName, compiled: CompiledPolicy, wakeUps: WakeUps, name: string) {
  const rules = compiled.rules.filter((rule) => rule.function === called);
  const lines = wakeUps[called];
  const unknown = rules.find(({ id }) => lines[id] === undefined);
  if (unknown)
    throw withoutTrace(`custom.wakeUps.${called} in serverless.yml has no line for the rule ${unknown.id}`);
  // A function whose capability the policy leaves out is not called, not even by the clock.
  if (!compiled.functions.includes(called)) return [];
  return Object.entries(lines).flatMap(([id, { schedule, description, ...retryPolicy }]) => {
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
    0,
    ...runtime.draining.clusters.map(({ deadlineMs, stopGraceMs }) => deadlineMs + stopGraceMs),
  );
  return Math.ceil((longest + ALARM_GRACE) / SECOND);
}

/** How long the task of a probe runs if nobody stops it. One that ends before that has been seen would have failed. */
function probeSeconds({ runtime }: CompiledPolicy): number {
  return (runtime.failover.breaker.probe.soakMs + PROBE_GRACE) / SECOND;
}
