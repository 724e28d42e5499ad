import { describe, expect, it } from 'vitest';
import type { CompiledPolicy } from '../../lib/policy/compile.ts';
import { compiled } from './scaling-files.ts';

const drained = 'draining: { clusters: { prod: { groups: { prod-ecs: {} } } } }\n';

/** A cluster `prod` with the group `prod-ecs`, and further settings. */
const capacity = (...settings: readonly string[]) =>
  compiled(
    `version: 1\n${drained}capacity: { clusters: { prod: { ${['groups: [prod-ecs]', ...settings].join(', ')} } } }\n`,
  );

const two = `version: 1
draining: { clusters: { prod: { groups: { prod-ecs: {} } } } }
capacity:
  clusters:
    prod: { groups: [prod-ecs], scaleOut: false, consolidation: {} }
    staging: { groups: [staging-a, staging-b] }
`;

const cluster = ({ runtime }: CompiledPolicy) => runtime.capacity.clusters[0];
const actions = ({ statements }: CompiledPolicy) => statements.capacity.flatMap(({ Action }) => Action);
const statement = ({ statements }: CompiledPolicy, sid: string) =>
  statements.capacity.find(({ Sid }) => Sid === sid);
const rules = (policy: CompiledPolicy) => policy.rules.filter((rule) => rule.function === 'capacity');
const arn = (service: string, resource: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});
const group = (name: string) => arn('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${name}`);
const isWrite = (action: string) => !/:(Describe|Get|List)/.test(action);

describe('the JSON for the functions', () => {
  it('has a cluster with every default filled in and every duration in milliseconds', () => {
    expect(capacity().runtime.capacity).toEqual({
      mode: 'act',
      clusters: [
        {
          cluster: 'prod',
          groups: ['prod-ecs'],
          prices: {},
          besideManagedScaling: false,
          reserve: { cpu: 0, memory: 0, percent: 0 },
          consolidation: null,
          scaleOut: { afterMs: 30_000, maximumStep: 20, launchTimeoutMs: 600_000 },
        },
      ],
    });
  });

  it('has the defaults of consolidation only where it is asked for', () => {
    expect(cluster(capacity('consolidation: {}'))?.consolidation).toEqual({
      reasons: ['empty', 'underused', 'obsolete'],
      afterMs: 600_000,
      minimumAgeMs: 900_000,
      budgets: [{ limit: { kind: 'percent', value: 10 }, reasons: null, window: null }],
      replace: false,
      balance: 2,
      drainTimeoutMs: 3_600_000,
      zoneSkew: 1,
    });
  });

  it('has the budgets with their windows', () => {
    const policy = capacity(
      "consolidation: { budgets: [{ limit: 2, reasons: [empty] }, { limit: 0, window: { cron: '0 9  ? * MON-FRI *', timeZone: Asia/Tokyo, duration: 8h } }] }",
    );

    expect(cluster(policy)?.consolidation?.budgets).toEqual([
      { limit: { kind: 'count', value: 2 }, reasons: ['empty'], window: null },
      {
        limit: { kind: 'count', value: 0 },
        reasons: null,
        window: { cron: '0 9 ? * MON-FRI *', timeZone: 'Asia/Tokyo', durationMs: 28_800_000 },
      },
    ]);
  });

  it('has what is to stay free and what instances cost', () => {
    const policy = capacity(
      'scaleOut: false',
      'reserve: { cpu: 2048, percent: 15% }',
      'besideManagedScaling: true',
      'prices: { m7g.large: 0.08 }',
    );

    expect(cluster(policy)).toMatchObject({
      scaleOut: null,
      reserve: { cpu: 2048, memory: 0, percent: 15 },
      besideManagedScaling: true,
      prices: { 'm7g.large': 0.08 },
    });
  });
});

describe('the rules', () => {
  it('wake the capacity function for tasks without an instance, in clusters that grow', () => {
    expect(rules(compiled(two))).toMatchObject([
      {
        id: 'placement-failure',
        pattern: {
          source: ['aws.ecs'],
          'detail-type': ['ECS Service Action'],
          resources: [{ wildcard: expect.stringMatching(/:service\/staging\/\*$/) }],
          detail: { eventName: ['SERVICE_TASK_PLACEMENT_FAILURE'] },
        },
      },
    ]);
  });

  it('are none where nothing grows: the tick lets instances go', () => {
    const policy = capacity('scaleOut: false', 'consolidation: {}');

    expect(rules(policy)).toEqual([]);
    expect(policy.functions).toEqual(['drain', 'capacity']);
  });

  it('are none, and no statement, without the section', () => {
    const without = compiled(`version: 1\n${drained}`);

    expect(without.functions).toEqual(['drain']);
    expect(rules(without)).toEqual([]);
    expect(without.statements.capacity).toEqual([]);
    expect(without.runtime.capacity).toEqual({ mode: 'observe', clusters: [] });
  });

  it('are the same under mode observe', () => {
    const text = `version: 1\ncapacity: { clusters: { prod: { groups: [prod-ecs] } } }\n`;

    expect(rules(compiled(text.replace('capacity: {', 'capacity: { mode: observe,')))).toEqual(
      rules(compiled(text)),
    );
  });
});

describe('the permissions of capacity', () => {
  it('name the clusters that it reads', () => {
    const policy = compiled(two);

    expect(statement(policy, 'EcsListContainerInstances')?.Resource).toEqual([
      arn('ecs', 'cluster/prod'),
      arn('ecs', 'cluster/staging'),
    ]);
    expect(statement(policy, 'EcsReadTasks')?.Resource).toEqual([
      arn('ecs', 'task/prod/*'),
      arn('ecs', 'task/staging/*'),
    ]);
    expect(statement(policy, 'EcsList')).toMatchObject({
      Resource: '*',
      Condition: {
        ArnEquals: { 'ecs:cluster': [arn('ecs', 'cluster/prod'), arn('ecs', 'cluster/staging')] },
      },
    });
  });

  it('under mode observe are to read only', () => {
    const observing = compiled(two.replace('capacity:', 'capacity:\n  mode: observe'));

    expect(actions(observing).filter(isWrite)).toEqual([]);
    expect(actions(observing)).toEqual(actions(compiled(two)).filter((action) => !isWrite(action)));
  });

  it('are to size groups that grow, and to terminate in groups that are consolidated', () => {
    const policy = compiled(two);

    expect(actions(policy).filter(isWrite)).toEqual([
      'autoscaling:SetDesiredCapacity',
      'autoscaling:TerminateInstanceInAutoScalingGroup',
      'events:PutEvents',
    ]);
    expect(statement(policy, 'AutoScalingSetDesiredCapacity')?.Resource).toEqual([
      group('staging-a'),
      group('staging-b'),
    ]);
    expect(statement(policy, 'AutoScalingTerminate')?.Resource).toEqual([group('prod-ecs')]);
  });

  it.each([
    ['only to grow', [], ['autoscaling:SetDesiredCapacity']],
    [
      'only to let go',
      ['scaleOut: false', 'consolidation: {}'],
      ['autoscaling:TerminateInstanceInAutoScalingGroup', 'events:PutEvents'],
    ],
    [
      'to let go and to replace',
      ['scaleOut: false', 'consolidation: { replace: true }'],
      [
        'autoscaling:SetDesiredCapacity',
        'autoscaling:TerminateInstanceInAutoScalingGroup',
        'events:PutEvents',
      ],
    ],
    ['to do neither', ['scaleOut: false'], []],
  ])('are no more than a policy needs %s', (_, settings, expected) => {
    expect(actions(capacity(...settings)).filter(isWrite)).toEqual(expected);
  });

  it('are to order drains as an operator does, and to say nothing else on the bus', () => {
    expect(statement(capacity('consolidation: {}'), 'OrderDrains')).toEqual({
      Sid: 'OrderDrains',
      Effect: 'Allow',
      Action: ['events:PutEvents'],
      Resource: [arn('events', 'event-bus/default')],
      Condition: {
        'ForAllValues:StringEquals': {
          'events:source': 'stevedore.operator',
          'events:detail-type': 'Stevedore Drain Order',
        },
        Null: { 'events:source': 'false', 'events:detail-type': 'false' },
      },
    });
  });

  it('are refused when they are longer than IAM accepts for a role', () => {
    const many = (count: number) =>
      compiled(
        `version: 1\ncapacity:\n  clusters:\n${Array.from({ length: count }, (_, at) => `    a-cluster-${at}: { groups: [a-group-${at}] }\n`).join('')}`,
      );

    expect(many(5).functions).toEqual(['capacity']);
    expect(() => many(60)).toThrow(/The capacity role's statements have \d+ characters.*Split/);
  });
});
