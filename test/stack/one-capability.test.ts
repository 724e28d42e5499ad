import { beforeAll, describe, expect, it } from 'vitest';
import { actionsOf, holds, ofType, type Packaged, packageService, roleStatements } from './service.ts';

describe.each([
  {
    capability: 'draining',
    policy: 'version: 1\ndraining: { clusters: { a: { groups: { g: {} } } } }\n',
    off: ['Scale', 'Failover', 'Retag', 'Capacity'],
    on: 'Drains',
  },
  {
    capability: 'scaling',
    policy:
      'version: 1\nscaling: { services: { a/b: { min: 1, max: 9, schedules: { s: { rate: 1d, desired: 2 } } } } }\n',
    off: ['Drain', 'Failover', 'Retag', 'Capacity'],
    on: 'Scales',
  },
  {
    capability: 'failover',
    policy: 'version: 1\nfailover: { services: { a/b: {} } }\n',
    off: ['Drain', 'Scale', 'Retag', 'Capacity'],
    on: 'FailsOver',
  },
  {
    capability: 'retagging',
    policy:
      'version: 1\nretagging: { repositories: { shop/api: { promotions: { p: { from: x, to: [y] } } } } }\n',
    off: ['Drain', 'Scale', 'Failover', 'Capacity'],
    on: 'Retags',
  },
  {
    capability: 'capacity',
    policy: 'version: 1\ncapacity: { clusters: { a: { groups: [g] } } }\n',
    off: ['Drain', 'Scale', 'Failover', 'Retag'],
    on: 'CountsInstances',
  },
] as const)('under a policy of $capability alone', ({ policy, off, on }) => {
  let alone: Packaged;

  beforeAll(() => {
    alone = packageService({ policy });
  });

  it('no rule calls another function, not even the tick', () => {
    const called = ofType(alone, 'AWS::Events::Rule').map(([, { Targets }]) => JSON.stringify(Targets));

    expect(called.length).toBeGreaterThan(0);
    for (const name of off)
      expect(called.filter((targets) => targets.includes(`"${name}LambdaFunction`))).toEqual([]);
  });

  it('the roles of the other functions reach nothing but the stack', () => {
    for (const name of off) {
      const services = roleStatements(alone, `${name}Role`)
        .flatMap(actionsOf)
        .map((action) => action.split(':')[0]);

      expect(new Set(services)).toEqual(new Set(['dynamodb', 'events', 'sqs', 'logs']));
    }
  });

  it('no alarm watches another function', () => {
    for (const name of off) {
      const conditions = Object.entries(alone.resources)
        .filter(([id, { Type }]) => Type === 'AWS::CloudWatch::Alarm' && id.startsWith(name))
        .map(([, { Condition }]) => Condition);

      expect(conditions.length).toBeGreaterThanOrEqual(3);
      expect(conditions.filter((condition) => holds(alone.conditions[condition ?? '']))).toEqual([]);
    }
    expect(holds(alone.conditions[on])).toBe(true);
  });

  it('the probe is there only with failover', () => {
    expect(holds(alone.conditions.ProbesByTask)).toBe(on === 'FailsOver');
  });
});
