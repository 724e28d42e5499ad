import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluate } from '../../lib/placement/expression/evaluate.ts';
import { parseExpression } from '../../lib/placement/expression/parse.ts';
import { compileExpression } from '../../simulator/ecs/expression.ts';
import type { ContainerInstance } from '../../simulator/ecs/model.ts';
import { subjects } from './expressions.ts';

/**
 * The simulator reads the language by itself, from left to right and without quotes, patterns and parentheses. Both must
 * agree on what it understands, of instances that have the attributes: without one, `!=` holds in the simulator only.
 */
const word = fc.constantFrom('a', 'b', 'and-more', 'in', 't2.small', 'us-east-1a');
const words = fc.array(word, { minLength: 1, maxLength: 3 }).map((all) => `[${all.join(', ')}]`);
const equality = fc.constantFrom('==', '!=');
const order = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
const count = fc.nat(12).map(String);

const comparison = fc
  .oneof(
    fc.tuple(
      fc.constantFrom('attribute:stack', 'attribute:ecs.instance-type', 'ec2InstanceId'),
      equality,
      word,
    ),
    fc.tuple(fc.constantFrom('attribute:stack', 'ec2InstanceId'), fc.constantFrom('in', 'not_in'), words),
    fc.tuple(fc.constant('agentConnected'), equality, fc.constantFrom('true', 'false')),
    fc.tuple(fc.constant('runningTasksCount'), order, count),
  )
  .map((parts) => parts.join(' '));

/** First those with `and`, then those with `or`: from the left is then as by precedence. */
const expression = fc
  .tuple(
    fc.array(comparison, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(' and ', ' && '),
    fc.array(comparison, { maxLength: 3 }),
    fc.constantFrom(' or ', ' || '),
  )
  .map(([all, and, any, or]) => [all.join(and), ...any].join(or));

it('the simulator, which reads the language by itself, judges alike', () => {
  const instance = fc.record({
    stack: word,
    type: word,
    ec2InstanceId: word,
    agentConnected: fc.boolean(),
    running: fc.nat(12),
  });
  let met = 0;
  fc.assert(
    fc.property(expression, instance, (text, one) => {
      const parsed = parseExpression(text);
      const { ec2InstanceId, agentConnected, running } = one;
      const attributes = new Map([
        ['stack', one.stack],
        ['ecs.instance-type', one.type],
      ]);
      const simulated = compileExpression(text)(simulatedInstance({ ...one, attributes }));
      const ours = subjects({ attributes, agentConnected, ec2InstanceId, runningTasksCount: running });

      expect(parsed.ok && evaluate(parsed.expression, ours)).toBe(simulated);
      if (simulated) met += 1;
    }),
    { numRuns: 2_000 },
  );
  expect(met).toBeGreaterThan(200);
});

function simulatedInstance(one: {
  readonly ec2InstanceId: string;
  readonly agentConnected: boolean;
  readonly running: number;
  readonly attributes: ReadonlyMap<string, string>;
}): ContainerInstance {
  const { ec2InstanceId, agentConnected, attributes } = one;
  const tasks = new Set(Array.from({ length: one.running }, () => ({ desiredStatus: 'RUNNING' })));
  // The rest of a simulated instance is no subject of the language.
  return {
    ec2InstanceId,
    agentConnected,
    attributes,
    tasks,
    status: 'ACTIVE',
  } as unknown as ContainerInstance;
}
