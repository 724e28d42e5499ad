import { describe, expect, it } from 'vitest';
import type { CompiledPolicy } from '../../lib/policy/compile.ts';
import { compiled, oneService, withPolicies } from './scaling-files.ts';

const only = (text: string) => compiled(text).runtime.scaling.targets[0];
const actions = ({ statements }: CompiledPolicy) => statements.scale.flatMap(({ Action }) => Action);
const out = 'out: { step: { alarm: high, steps: [{ from: 10, by: 30% }, { from: 0, to: 10, by: 10% }] } }';
const inwards = 'in: { step: { alarm: low, steps: [{ to: 0, by: -1 }] } }';
const group = `version: 1
scaling:
  groups: { prod-ecs: { cluster: prod, warmup: 3m, min: 1, max: 9, schedules: { s: { rate: 1d, desired: 2 } } } }
`;

describe('the JSON for the functions', () => {
  it('has a target with every default filled in', () => {
    expect(compiled(oneService('schedules: { s: { rate: 1h, desired: 3 } }')).runtime).toEqual({
      draining: { mode: 'observe', clusters: [] },
      failover: expect.objectContaining({ mode: 'observe', services: [], migrations: [] }),
      retagging: expect.objectContaining({ mode: 'observe', rules: [] }),
      capacity: { mode: 'observe', clusters: [] },
      scaling: {
        mode: 'act',
        targets: [
          {
            target: { kind: 'service', id: 'service/prod/web', cluster: 'prod', service: 'web' },
            min: 2,
            max: 40,
            policies: [],
            schedules: [
              {
                name: 's',
                when: { kind: 'rate', everyMs: 3_600_000 },
                timeZone: 'UTC',
                min: null,
                max: null,
                desired: 3,
                makeUpMs: 600_000,
              },
            ],
            freezes: [],
            limits: { perChange: null, perHour: null },
            otherOwner: 'refuse',
            holdFlapping: true,
          },
        ],
      },
    });
  });

  it('has the steps in order, with bounds from the threshold', () => {
    expect(only(withPolicies(out, inwards))?.policies).toEqual([
      {
        kind: 'step',
        name: 'out',
        alarm: { name: 'high', threshold: 70, comparison: 'GreaterThanOrEqualToThreshold' },
        adjustment: 'PercentChangeInCapacity',
        steps: [
          { lower: 0, upper: 10, adjustment: 10 },
          { lower: 10, upper: null, adjustment: 30 },
        ],
        minMagnitude: null,
        cooldownMs: 300_000,
        noData: 'hold',
      },
      expect.objectContaining({
        alarm: { name: 'low', threshold: 30, comparison: 'LessThanOrEqualToThreshold' },
        adjustment: 'ChangeInCapacity',
        steps: [{ lower: null, upper: 0, adjustment: -1 }],
      }),
    ]);
  });

  it.each([
    ['set: 5', 'ExactCapacity', 5],
    ['set: 0', 'ExactCapacity', 0],
    ['by: 2', 'ChangeInCapacity', 2],
    ['by: -25%', 'PercentChangeInCapacity', -25],
    ['by: 0', 'ChangeInCapacity', 0],
  ])('reads %s as %s', (change, adjustment, amount) => {
    const text = withPolicies(`p: { step: { alarm: high, steps: [{ from: 0, ${change} }] } }`);

    expect(only(text)?.policies).toMatchObject([{ adjustment, steps: [{ adjustment: amount }] }]);
  });

  it('has a metric to keep at a value, and how fast', () => {
    const text = withPolicies(
      `p: { target: { metric: { namespace: N, name: M, stat: p99, period: 20s }, value: 60, in: { enabled: false, rates: [{ change: 10%, period: 5m }] } } }`,
    );

    expect(only(text)?.policies).toEqual([
      {
        kind: 'target-tracking',
        name: 'p',
        metric: {
          periodSeconds: 20,
          queries: [
            { id: 'result', returnData: true, namespace: 'N', metric: 'M', dimensions: {}, stat: 'p99' },
          ],
        },
        value: 60,
        tolerance: 0.1,
        out: { enabled: true, stabilisationMs: 0, rates: [], select: 'most' },
        in: {
          enabled: false,
          stabilisationMs: 300_000,
          rates: [{ change: { kind: 'percent', value: 10 }, periodMs: 300_000 }],
          select: 'most',
        },
      },
    ]);
  });

  it('has a backlog with metric math, of which one query gives the value', () => {
    const text = withPolicies(
      `p: { backlog: { messages: { expression: a + b, metrics: { a: { namespace: N, name: A, stat: Maximum }, b: { namespace: N, name: B } } }, acceptableLatency: 1m30s, timePerMessage: 200ms } }`,
    );

    expect(only(text)?.policies).toEqual([
      {
        kind: 'backlog',
        name: 'p',
        messages: {
          periodSeconds: 60,
          queries: [
            { id: 'a', returnData: false, namespace: 'N', metric: 'A', dimensions: {}, stat: 'Maximum' },
            { id: 'b', returnData: false, namespace: 'N', metric: 'B', dimensions: {}, stat: 'Average' },
            { id: 'result', returnData: true, expression: 'a + b' },
          ],
        },
        acceptableLatencyMs: 90_000,
        timePerMessageMs: 200,
        activation: 0,
        zeroAfterMs: null,
        inCooldownMs: 300_000,
      },
    ]);
  });

  it('has schedules and freezes in their time zones', () => {
    const text = oneService(
      "schedules: { at: { at: '2027-01-01T00:00', timeZone: Asia/Tokyo, min: 3 }, cron: { cron: '0  7 ? * MON-FRI *', min: 3 } }",
      "freezes: { f: { cron: '0 0 ? 11 FRI#4', duration: 48h, directions: in } }",
      'limits: { perChange: 50%, perHour: 10 }',
    );

    expect(only(text)).toMatchObject({
      schedules: [
        { name: 'at', when: { kind: 'at', local: '2027-01-01T00:00:00' }, timeZone: 'Asia/Tokyo' },
        { name: 'cron', when: { kind: 'cron', expression: '0 7 ? * MON-FRI *' }, timeZone: 'UTC' },
      ],
      freezes: [
        { name: 'f', cron: '0 0 ? 11 FRI#4', timeZone: 'UTC', durationMs: 172_800_000, directions: 'in' },
      ],
      limits: { perChange: { kind: 'percent', value: 50 }, perHour: { kind: 'count', value: 10 } },
    });
  });

  it('has a group with its cluster and its warm-up, which is there instead of a cooldown', () => {
    const text = withPolicies(out).replace('services:', 'groups:').replace('prod/web', 'prod-ecs');

    expect(only(group)?.target).toEqual({
      kind: 'group',
      id: 'group/prod-ecs',
      group: 'prod-ecs',
      cluster: 'prod',
      warmupMs: 180_000,
    });
    expect(only(text)).toMatchObject({
      target: { cluster: null, warmupMs: 300_000 },
      policies: [{ cooldownMs: 0 }],
    });
  });
});

describe('the rules', () => {
  it('wake the scale function for the alarms that a step belongs to, each once', () => {
    const text = withPolicies(out, 'more: { step: { alarm: high, steps: [{ from: 20, by: 5 }] } }');

    expect(compiled(text).rules).toMatchObject([
      { id: 'alarm-state-change', function: 'scale', pattern: { detail: { alarmName: ['high'] } } },
      { id: 'scale-order', function: 'scale' },
    ]);
  });

  it('are that of orders alone without a step, since the tick does the rest', () => {
    expect(compiled(group).rules).toMatchObject([{ id: 'scale-order', function: 'scale' }]);
    expect(compiled(group).functions).toEqual(['scale']);
  });

  it('of draining and scaling wake each its own function', () => {
    const both = `${group}draining: { clusters: { prod: { groups: { prod-ecs: {} } } } }\n`;

    expect(compiled(both).functions).toEqual(['drain', 'scale']);
    const scaling = compiled(both).rules.filter((rule) => rule.function === 'scale');
    expect(scaling.map(({ id }) => id)).toEqual(['scale-order']);
    expect(compiled(both).rules.length).toBeGreaterThan(1);
  });
});

describe('the permissions of scaling', () => {
  it('name the services and groups of the policy', () => {
    const writes = (text: string) =>
      compiled(text).statements.scale.filter(({ Action }) => /:(Update|Set)/.test(Action.join()));

    expect(writes(withPolicies(out))).toEqual([
      {
        Sid: 'EcsSetDesiredCount',
        Effect: 'Allow',
        Action: ['ecs:UpdateService'],
        Resource: [
          { 'Fn::Sub': `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:service/prod/web` },
        ],
      },
    ]);
    expect(JSON.stringify(writes(group))).toContain(':autoScalingGroup:*:autoScalingGroupName/prod-ecs"');
  });

  it('under mode observe are to read only', () => {
    const observing = compiled(withPolicies(out).replace('scaling:', 'scaling:\n  mode: observe'));

    expect(actions(observing).filter((action) => !/^[\w-]+:(Describe|List|Get)/.test(action))).toEqual([]);
    expect(actions(observing)).toContain('cloudwatch:GetMetricData');
  });

  it.each([
    [
      'services',
      withPolicies(out),
      'application-autoscaling:DescribeScalableTargets',
      'autoscaling:DescribeAutoScalingGroups',
    ],
    ['groups', group, 'autoscaling:DescribeAutoScalingGroups', 'ecs:DescribeServices'],
  ])('are those of %s where the policy has no other targets', (_, text, wanted, unwanted) => {
    expect(actions(compiled(text))).toContain(wanted);
    expect(actions(compiled(text))).not.toContain(unwanted);
  });

  it('are refused when they are longer than IAM accepts for a role', () => {
    const services = Array.from(
      { length: 60 },
      (_, index) =>
        `a-cluster/a-service-${index}: { min: 1, max: 2, schedules: { s: { rate: 1h, desired: 2 } } }`,
    );

    expect(() => compiled(`version: 1\nscaling: { services: { ${services.join(', ')} } }\n`)).toThrow(
      /scale role's statements have \d+ characters.*Split/,
    );
  });
});
