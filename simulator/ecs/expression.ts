import { ApiError } from '../kernel.ts';
import { type ContainerInstance, runningTasks } from './model.ts';

type Test = (instance: ContainerInstance) => boolean;

/**
 * The part of the cluster query language that controllers and placement constraints use: `ec2InstanceId == x`,
 * `ec2InstanceId in [a, b]`, `agentConnected == false`, `runningTasksCount == 0`, `attribute:name == x`, joined by
 * `and`/`or` (or `&&`/`||`), left to right. Anything else is refused as ECS refuses a bad expression.
 */
export function compileExpression(text: string): Test {
  let test: Test | undefined;
  let join = 'or';
  for (const part of text.split(/\s+(and|or|&&|\|\|)\s+/)) {
    if (['and', 'or', '&&', '||'].includes(part)) {
      join = part;
      continue;
    }
    test = joined(test, join, comparison(part.trim()));
  }
  return test ?? (() => true);
}

function joined(left: Test | undefined, join: string, right: Test): Test {
  if (left === undefined) return right;
  if (join === 'and' || join === '&&') return (instance) => left(instance) && right(instance);
  return (instance) => left(instance) || right(instance);
}

function comparison(text: string): Test {
  const parts = /^(\S+)\s*(==|!=|<=|>=|<|>|\bin\b|not_in)\s*(.+)$/.exec(text);
  const [, subject = '', operator = '', operand = ''] = parts ?? [];
  const value = subjectOf(subject);
  if (value === undefined) {
    throw new ApiError('InvalidParameterException', `Invalid filter expression: ${text}`);
  }
  const items = operand.replace(/^\[|\]$/g, '').split(/\s*,\s*/);
  const members = new Set(items);
  const first = items[0] ?? '';
  switch (operator) {
    case '==':
      return (instance) => value(instance) === first;
    case '!=':
      return (instance) => value(instance) !== first;
    case 'in':
      return (instance) => members.has(value(instance) ?? '');
    case 'not_in':
      return (instance) => !members.has(value(instance) ?? '');
    case '<':
      return (instance) => Number(value(instance)) < Number(first);
    case '<=':
      return (instance) => Number(value(instance)) <= Number(first);
    case '>':
      return (instance) => Number(value(instance)) > Number(first);
    default:
      return (instance) => Number(value(instance)) >= Number(first);
  }
}

function subjectOf(subject: string): ((instance: ContainerInstance) => string | undefined) | undefined {
  if (subject === 'ec2InstanceId') return (instance) => instance.ec2InstanceId;
  if (subject === 'agentConnected') return (instance) => String(instance.agentConnected);
  if (subject === 'runningTasksCount') return (instance) => String(runningTasks(instance));
  if (subject === 'status') return (instance) => instance.status;
  if (!subject.startsWith('attribute:')) return undefined;
  const name = subject.slice('attribute:'.length);
  return (instance) => instance.attributes.get(name);
}
