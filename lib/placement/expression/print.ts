import type { Comparison, Expression, Subject } from './syntax.ts';

const BARE_VALUE = /^[\w.@/\\:+-]+$/;
const BARE_PATTERN = /^[^\s'"()&|]+$/;
const JOINING = new Set(['and', 'or', 'not']);

/**
 * An expression as text that `parseExpression` reads as the same tree. The guide does not say how `and` and `or` bind, so
 * that parentheses are there wherever it matters; they count as nesting when it is read again. Throws a RangeError for what has no spelling: a value with both sorts of
 * quotes, and an empty list.
 */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const { kind, left, right } = expression;
      return `${operand(left, left.kind !== kind)} ${kind} ${operand(right, true)}`;
    }
    case 'not':
      return `not ${operand(expression.operand, true)}`;
    default:
      return comparison(expression);
  }
}

function operand(expression: Expression, apart: boolean): string {
  const joins = expression.kind === 'and' || expression.kind === 'or';
  return joins && apart ? `(${printExpression(expression)})` : printExpression(expression);
}

function comparison(one: Comparison): string {
  const subject = nameOf(one.subject);
  switch (one.kind) {
    case 'equality':
    case 'order':
      return `${subject} ${one.operator} ${literal(one.value, BARE_VALUE)}`;
    case 'existence':
      return `${subject} ${one.negated ? 'not_exists' : 'exists'}`;
    case 'membership':
      return `${subject} ${one.negated ? 'not_in' : 'in'} [${list(one.values)}]`;
    case 'match':
      return `${subject} ${one.negated ? '!~' : '=~'} ${literal(one.pattern, BARE_PATTERN)}`;
    default:
      return one satisfies never;
  }
}

function nameOf(subject: Subject): string {
  switch (subject.kind) {
    case 'attribute':
      return `attribute:${subject.name}`;
    case 'task-group':
      return 'task:group';
    case 'property':
      return subject.name;
    default:
      return subject satisfies never;
  }
}

function list(values: readonly string[]): string {
  if (values.length === 0)
    throw new RangeError('A list of the cluster query language has at least one value');
  return values.map((value) => literal(value, BARE_VALUE)).join(', ');
}

function literal(value: string, bare: RegExp): string {
  if (bare.test(value) && !JOINING.has(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  if (!value.includes('"')) return `"${value}"`;
  throw new RangeError(
    `The value ${value} has both sorts of quotes; the cluster query language has no escapes`,
  );
}
