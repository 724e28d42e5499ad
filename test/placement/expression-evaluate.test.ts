import { describe, expect, it } from 'vitest';
import { evaluate, isStatic, type Subjects } from '../../lib/placement/expression/evaluate.ts';
import { parseExpression } from '../../lib/placement/expression/parse.ts';
import type { Expression } from '../../lib/placement/expression/syntax.ts';
import { subjects } from './expressions.ts';

type Verdict = 'met' | 'not met' | 'open';

function read(text: string): Expression {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(`${text} at ${parsed.at}: ${parsed.message}`);
  return parsed.expression;
}

function verdict(text: string, instance: Subjects): Verdict {
  const expression = read(text);
  if (evaluate(expression, instance)) return 'met';
  return evaluate({ kind: 'not', operand: expression }, instance) ? 'not met' : 'open';
}

describe('an attribute', () => {
  const instance = subjects({
    attributes: new Map([
      ['ecs.instance-type', 'g2.2xlarge'],
      ['generation', '10'],
      ['gpu', ''],
    ]),
  });

  it.each<[string, Verdict]>([
    ['attribute:ecs.instance-type == g2.2xlarge', 'met'],
    ['attribute:ecs.instance-type == G2.2xlarge', 'not met'],
    ['attribute:ecs.instance-type != g2.2xlarge', 'not met'],
    ['attribute:ecs.instance-type != t2.small', 'met'],
    ['attribute:ecs.instance-type in [t2.small, g2.2xlarge]', 'met'],
    ['attribute:ecs.instance-type not_in [t2.small, g2.2xlarge]', 'not met'],
    ['attribute:ecs.instance-type exists', 'met'],
    ['attribute:ecs.instance-type !exists', 'not met'],
    ['attribute:gpu exists', 'met'],
    ["attribute:gpu == ''", 'met'],
    ['attribute:ecs.instance-type =~ g2.*', 'met'],
    ['attribute:ecs.instance-type !~ g2.*', 'not met'],
    ['attribute:ecs.instance-type =~ t2.*', 'not met'],
    ['attribute:ecs.instance-type !~ t2.*', 'met'],
  ])('%s is %s', (text, expected) => {
    expect(verdict(text, instance)).toBe(expected);
  });

  it.each<[string, Verdict]>([
    ['attribute:ecs.instance-type =~ g2', 'open'],
    ['attribute:ecs.instance-type !~ g2', 'open'],
    ['not (attribute:ecs.instance-type =~ xlarge)', 'open'],
    ['attribute:ecs.instance-type =~ ^g2', 'open'],
  ])('%s, which matches only a part, is %s', (text, expected) => {
    expect(verdict(text, instance)).toBe(expected);
  });

  it.each<[string, Verdict]>([
    ['attribute:generation > 01', 'met'],
    ['attribute:generation >= 10', 'met'],
    ['attribute:generation < 10', 'not met'],
    ['attribute:generation > 9', 'open'],
    ['attribute:generation < 9', 'open'],
    ['attribute:ecs.instance-type < h', 'met'],
    ['attribute:ecs.instance-type <= a', 'not met'],
  ])('%s is %s: as a number and as text', (text, expected) => {
    expect(verdict(text, instance)).toBe(expected);
  });

  it.each<[string, Verdict]>([
    ['attribute:stack exists', 'not met'],
    ['attribute:stack not_exists', 'met'],
    ['attribute:stack == prod', 'not met'],
    ["attribute:stack == ''", 'not met'],
    ['attribute:stack in [prod]', 'not met'],
    ['attribute:stack =~ .*', 'not met'],
    ['attribute:stack > 0', 'not met'],
    ['attribute:stack != prod', 'not met'],
    ['not (attribute:stack == prod)', 'met'],
    ['attribute:stack not_in [prod]', 'open'],
    ['attribute:stack !~ prod', 'open'],
    ['not (attribute:stack not_in [prod])', 'open'],
  ])('that the instance does not have: %s is %s', (text, expected) => {
    expect(verdict(text, instance)).toBe(expected);
  });
});

describe('task:group', () => {
  const busy = subjects({ taskGroups: new Set(['service:web', 'family:report']) });
  const empty = subjects();

  it.each<[string, Verdict, Verdict]>([
    ['task:group == service:web', 'met', 'not met'],
    ['task:group == database', 'not met', 'not met'],
    ['not(task:group == database)', 'met', 'met'],
    ['task:group != service:web', 'not met', 'met'],
    ['task:group != database', 'met', 'met'],
    ['task:group in [database, family:report]', 'met', 'not met'],
    ['task:group not_in [database, family:report]', 'not met', 'met'],
    ['task:group =~ service:.*', 'met', 'not met'],
    ['task:group !~ service:.*', 'not met', 'met'],
    ['task:group =~ web', 'open', 'not met'],
    ['task:group exists', 'met', 'not met'],
    ['task:group not_exists', 'not met', 'met'],
    ['task:group > z', 'not met', 'not met'],
  ])('%s is %s with tasks, %s without', (text, withTasks, without) => {
    expect([verdict(text, busy), verdict(text, empty)]).toEqual([withTasks, without]);
  });
});

describe('agentVersion', () => {
  it.each<[string, string | undefined, Verdict]>([
    ['agentVersion < 1.10.0', '1.9.0', 'met'],
    ['agentVersion < 1.14.5', '1.14.5', 'not met'],
    ['agentVersion <= 1.14.5', '1.14.5', 'met'],
    ['agentVersion < 1.14', '1.14.5', 'not met'],
    ['agentVersion > 1.14', '1.14.0', 'not met'],
    ['agentVersion >= 1.14', '1.14.0', 'met'],
    ['agentVersion > 1', '1.0.1', 'met'],
    ['agentVersion == 1.14.5', '1.14.5', 'met'],
    ['agentVersion != 1.14.5', '1.14.6', 'met'],
    ['agentVersion == 1.14', '1.14.0', 'open'],
    ['agentVersion != 1.14', '1.14.0', 'open'],
    ['agentVersion < 1.14', undefined, 'open'],
    ['agentVersion < 1.14', 'latest', 'open'],
  ])('%s of an agent %s is %s', (text, agentVersion, expected) => {
    expect(verdict(text, subjects({ agentVersion }))).toBe(expected);
  });
});

describe('registeredAt', () => {
  const instance = subjects({ registeredAt: Date.parse('2018-06-18T22:28:28Z') });

  it.each<[string, Verdict]>([
    ['registeredAt < 2018-02-13', 'not met'],
    ['registeredAt >= 2018-06-18', 'met'],
    ['registeredAt == 2018-06-18', 'not met'],
    ['registeredAt == 2018-06-18T22:28:28', 'met'],
    ['registeredAt == 2018-06-18T22:28:28Z', 'met'],
    ['registeredAt == 2018-06-18T22:28:28+00:00', 'met'],
    ['registeredAt == 2018-06-19T00:28:28+02:00', 'met'],
    ['registeredAt != 2018-06-18T22:28:28', 'not met'],
    ['registeredAt > 2018-06-18T22:28:27', 'met'],
    ['registeredAt < 2018-06-18T22:28:28', 'not met'],
  ])('%s is %s', (text, expected) => {
    expect(verdict(text, instance)).toBe(expected);
  });
});

describe('the other properties', () => {
  const instance = subjects({ ec2InstanceId: 'i-0a', agentConnected: false, runningTasksCount: 10 });

  it.each<[string, Verdict]>([
    ['runningTasksCount > 9', 'met'],
    ['runningTasksCount == 10', 'met'],
    ['runningTasksCount == 010', 'met'],
    ['runningTasksCount != 10', 'not met'],
    ['runningTasksCount <= 9', 'not met'],
    ['agentConnected == false', 'met'],
    ['agentConnected in [true]', 'not met'],
    ['agentConnected !~ t.*', 'met'],
    ['ec2InstanceId == i-0a', 'met'],
    ['ec2InstanceId not_in [i-0a, i-0b]', 'not met'],
    ['ec2InstanceId matches i-.*', 'met'],
    ['runningTasksCount == 10 and ec2InstanceId == i-0b', 'not met'],
    ['runningTasksCount == 9 or ec2InstanceId == i-0a', 'met'],
  ])('%s is %s', (text, expected) => {
    expect(verdict(text, instance)).toBe(expected);
  });
});

describe('what placing tasks changes', () => {
  it.each([
    ['attribute:a exists and agentVersion > 1', true],
    ['attribute:a exists and not (runningTasksCount == 0)', false],
    ['task:group == a or ec2InstanceId == b', false],
    ['registeredAt > 2018-06-18', true],
  ])('%s is static: %s', (text, expected) => {
    expect(isStatic(read(text))).toBe(expected);
  });
});
