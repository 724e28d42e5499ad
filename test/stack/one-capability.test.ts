import { beforeAll, describe, expect, it } from 'vitest';
import { actionsOf, holds, ofType, type Packaged, packageService, roleStatements } from './service.ts';

describe.each([
  {
    capability: 'draining',
    policy: 'version: 1\ndraining: { clusters: { a: { groups: { g: {} } } } }\n',
    off: 'Scale',
    others: 'Drains',
  },
  {
    capability: 'scaling',
    policy:
      'version: 1\nscaling: { services: { a/b: { min: 1, max: 9, schedules: { s: { rate: 1d, desired: 2 } } } } }\n',
    off: 'Drain',
    others: 'Scales',
  },
] as const)('under a policy of $capability alone', ({ policy, off, others }) => {
  let alone: Packaged;

  beforeAll(() => {
    alone = packageService({ policy });
  });

  it('no rule calls the other function, not even the tick', () => {
    const called = ofType(alone, 'AWS::Events::Rule').map(([, { Targets }]) => JSON.stringify(Targets));

    expect(called.length).toBeGreaterThan(0);
    expect(called.filter((targets) => targets.includes(`${off}LambdaFunction`))).toEqual([]);
  });

  it('the role of the other function reaches nothing but the stack', () => {
    const services = roleStatements(alone, `${off}Role`)
      .flatMap(actionsOf)
      .map((action) => action.split(':')[0]);

    expect(new Set(services)).toEqual(new Set(['dynamodb', 'events', 'sqs', 'logs']));
  });

  it('no alarm watches the other function', () => {
    const conditions = Object.entries(alone.resources)
      .filter(([id, { Type }]) => Type === 'AWS::CloudWatch::Alarm' && id.startsWith(off))
      .map(([, { Condition }]) => Condition);

    expect(conditions).toHaveLength(3);
    expect(conditions.filter((condition) => holds(alone.conditions[condition ?? '']))).toEqual([]);
    expect(holds(alone.conditions[others])).toBe(true);
  });
});
