import { type ContainerInstance, runningTasks } from './model.ts';

/** What an instance has under a subject: none without the attribute, several for the groups of its tasks. */
type Values = (instance: ContainerInstance) => readonly string[];
type Test = (value: string) => boolean;

const SPELLINGS: Readonly<Record<string, string>> = {
  equals: '==',
  not_equals: '!=',
  greater_than: '>',
  greater_than_equal: '>=',
  less_than: '<',
  less_than_equal: '<=',
  not_exists: '!exists',
  not_in: '!in',
  matches: '=~',
  not_matches: '!~',
};

/**
 * One comparison: subject, operator, and what comes after it, which `operand` reads.
 * @param refuse is called for what the language does not have
 */
export function comparison(
  subject: string,
  spelled: string,
  operand: () => string[],
  refuse: () => never,
): (instance: ContainerInstance) => boolean {
  const values = valuesOf(subject) ?? refuse();
  const operator = SPELLINGS[spelled] ?? spelled;
  if (operator === 'exists') return (instance) => values(instance).length > 0;
  if (operator === '!exists') return (instance) => values(instance).length === 0;
  const tests = operand().map((wanted) => testOf(subject, operator, wanted) ?? refuse());
  const positive = (instance: ContainerInstance) =>
    values(instance).some((value) => tests.some((test) => test(value)));
  if (!operator.startsWith('!')) return positive;
  // "attribute:stack != prod" is for instances that have the attribute (same page, examples; containers-roadmap#486).
  // Of !in and !~ nothing is said: taken alike.
  const needed = subject.startsWith('attribute:');
  return (instance) => (!needed || values(instance).length > 0) && !positive(instance);
}

function valuesOf(subject: string): Values | undefined {
  switch (subject) {
    case 'ec2InstanceId':
      return ({ ec2InstanceId }) => [ec2InstanceId];
    case 'agentConnected':
      return ({ agentConnected }) => [String(agentConnected)];
    case 'agentVersion':
      return ({ agentVersion }) => [agentVersion];
    case 'registeredAt':
      return ({ registeredAt }) => [String(registeredAt)];
    case 'runningTasksCount':
      return (instance) => [String(runningTasks(instance))];
    case 'task:group':
      return ({ tasks }) => [...tasks].map(({ group }) => group);
    default:
      return /^attribute:./.test(subject) ? attributeNamed(subject.slice('attribute:'.length)) : undefined;
  }
}

function attributeNamed(name: string): Values {
  return ({ attributes }) => {
    const value = attributes.get(name);
    return value === undefined ? [] : [value];
  };
}

/** The positive form of an operator; undefined: there is none such, or no such pattern. */
function testOf(subject: string, operator: string, wanted: string): Test | undefined {
  switch (operator) {
    case '==':
    case '!=':
    case 'in':
    case '!in':
      return subject === 'registeredAt'
        ? (value) => Number(value) === dateOf(wanted)
        : (value) => value === wanted;
    case '=~':
    case '!~': {
      const pattern = patternOf(wanted);
      return pattern && ((value) => pattern.test(value));
    }
    case '>':
      return (value) => order(subject, value, wanted) > 0;
    case '>=':
      return (value) => order(subject, value, wanted) >= 0;
    case '<':
      return (value) => order(subject, value, wanted) < 0;
    case '<=':
      return (value) => order(subject, value, wanted) <= 0;
    default:
      return undefined;
  }
}

/** Java's regular expressions, of the whole value: the guide's examples are written so. */
function patternOf(text: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    return undefined;
  }
}

function order(subject: string, value: string, wanted: string): number {
  if (subject === 'registeredAt') return Number(value) - dateOf(wanted);
  if (subject === 'agentVersion') return compareVersions(value, wanted);
  const difference = Number(value) - Number(wanted);
  if (!Number.isNaN(difference)) return difference;
  return value < wanted ? -1 : Number(value > wanted);
}

function compareVersions(left: string, right: string): number {
  const parts = (version: string) => version.replace(/^v/, '').split('.').map(Number);
  const others = parts(right);
  return (
    parts(left)
      .map((part, index) => part - (others[index] ?? 0))
      .find((difference) => difference !== 0) ?? 0
  );
}

/** With a zone, without one (UTC), or the day alone. */
function dateOf(text: string): number {
  return Date.parse(/T[\d:]+$/.test(text) ? `${text}Z` : text);
}
