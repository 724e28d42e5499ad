import fc from 'fast-check';
import type { Subjects } from '../../lib/placement/expression/evaluate.ts';
import { operatorsOf } from '../../lib/placement/expression/operators.ts';
import type { Comparison, Expression, Subject } from '../../lib/placement/expression/syntax.ts';

/** An instance of which every expression of AWS's page can be asked. */
export function subjects(given: Partial<Subjects> = {}): Subjects {
  return {
    attributes: new Map(),
    agentConnected: true,
    agentVersion: '1.75.0',
    ec2InstanceId: 'i-1',
    registeredAt: Date.parse('2018-06-18T22:28:28Z'),
    runningTasksCount: 0,
    taskGroups: new Set(),
    ...given,
  };
}

const subject: fc.Arbitrary<Subject> = fc.oneof(
  fc
    .constantFrom('stack', 'n', 'ecs.instance-type', 'and')
    .map((name) => ({ kind: 'attribute' as const, name })),
  fc.constant({ kind: 'task-group' as const }),
  fc
    .constantFrom('agentConnected', 'agentVersion', 'ec2InstanceId', 'registeredAt', 'runningTasksCount')
    .map((name) => ({ kind: 'property' as const, name })),
);

/** Short, so that values meet those of instances. */
const text = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'ab',
    '1',
    '9',
    '10',
    '',
    'and',
    'not',
    'in',
    'a b',
    '(',
    ']',
    "it's",
    'say "so"',
    '\\d',
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }).filter((one) => !(one.includes("'") && one.includes('"'))),
);
const pattern = fc.constantFrom('a', '.*', 'a.*', '[ab]+', '(a|b)c?', 'a|b', '\\d+', '(?i)A', "'", 'a b');

function valueFor(of: Subject): fc.Arbitrary<string> {
  if (of.kind !== 'property') return text;
  switch (of.name) {
    case 'agentConnected':
      return fc.constantFrom('true', 'false');
    case 'agentVersion':
      return fc.constantFrom('1.9', '1.9.0', '1.10.0', '1.75.0', '2');
    case 'registeredAt':
      return fc.constantFrom('2018-06-18T22:28:28+00:00', '2018-06-18T22:28:28', '2018-06-18', '2024-02-29');
    case 'runningTasksCount':
      return fc.nat(3).map(String);
    default:
      return text;
  }
}

const comparison: fc.Arbitrary<Comparison> = subject
  .chain((one) =>
    fc.tuple(
      fc.constant(one),
      fc.constantFrom(...operatorsOf(one)),
      fc.array(valueFor(one), { minLength: 1, maxLength: 3 }),
      pattern,
    ),
  )
  .map(([one, operator, values, java]): Comparison => {
    const value = values[0] ?? '';
    switch (operator) {
      case '==':
      case '!=':
        return { kind: 'equality', subject: one, operator, value };
      case '>':
      case '>=':
      case '<':
      case '<=':
        return { kind: 'order', subject: one, operator, value };
      case 'exists':
      case '!exists':
        return { kind: 'existence', subject: one, negated: operator === '!exists' };
      case 'in':
      case '!in':
        return { kind: 'membership', subject: one, negated: operator === '!in', values };
      case '=~':
      case '!~':
        return { kind: 'match', subject: one, negated: operator === '!~', pattern: java };
      default:
        return operator satisfies never;
    }
  });

/** Every tree that the parser can make, up to a depth. */
export const expressions: fc.Arbitrary<Expression> = fc.letrec<{ tree: Expression }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    comparison,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      left: tie('tree'),
      right: tie('tree'),
    }),
    fc.record({ kind: fc.constant('not' as const), operand: tie('tree') }),
  ),
})).tree;

export const instances: fc.Arbitrary<Subjects> = fc.record({
  attributes: fc
    .dictionary(fc.constantFrom('stack', 'n', 'ecs.instance-type', 'and'), text)
    .map((values) => new Map(Object.entries(values))),
  agentConnected: fc.boolean(),
  agentVersion: fc.constantFrom('1.9.0', '1.10.0', '1.75.0', 'unknown', undefined),
  ec2InstanceId: text,
  registeredAt: fc.constantFrom('2018-06-18', '2018-06-18T22:28:28Z', '2024-02-29').map(Date.parse),
  runningTasksCount: fc.nat(3),
  taskGroups: fc.array(text, { maxLength: 3 }).map((groups) => new Set(groups)),
});
