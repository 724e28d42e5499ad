import { beforeAll, describe, expect, it } from 'vitest';
import { createMetrics, createMetricsSink } from '../../lib/journal/metrics.ts';
import { linesOf } from '../journal/output.ts';
import {
  actionsOf,
  everyCapability,
  holds,
  ofType,
  type Packaged,
  packageService,
  roleStatements,
} from './service.ts';

let service: Packaged;
let tuned: Packaged;

beforeAll(() => {
  service = packageService({ policy: everyCapability });
  tuned = packageService({
    policy: everyCapability,
    args: [
      'name=dock',
      'reservedConcurrency=5',
      'logRetention=7',
      'alarmTopic=arn:aws:sns:eu-west-1:111122223333:ops',
      'directAlarmActions=true',
    ].flatMap((parameter) => ['--param', parameter]),
  });
});

const properties = (packaged: Packaged, id: string) => packaged.resources[id]?.Properties;
const alarms = (packaged: Packaged) => ofType(packaged, 'AWS::CloudWatch::Alarm');

describe('the table', () => {
  it('is what lib/state expects, encrypted, recoverable, paid by use', () => {
    const key = (hash: string, range: string) => [
      { AttributeName: hash, KeyType: 'HASH' },
      { AttributeName: range, KeyType: 'RANGE' },
    ];
    expect(properties(service, 'Table')).toEqual({
      TableName: 'stevedore',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: key('pk', 'sk'),
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'duePartition', AttributeType: 'S' },
        { AttributeName: 'dueAt', AttributeType: 'N' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: key('duePartition', 'dueAt'),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    });
  });

  it('outlives the stack', () => {
    expect(service.resources.Table).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });
});

describe('the probe', () => {
  const byShare = 'version: 1\nfailover: { services: { a/b: {} }, breaker: { probe: { share: 10% } } }\n';
  const slow = 'version: 1\nfailover: { services: { a/b: {} }, breaker: { probe: { soak: 30m } } }\n';

  it.each([
    ['ProbeX8664', 'x86-64', 'X86_64'],
    ['ProbeArm64', 'arm64', 'ARM64'],
  ])('%s is the least that Fargate runs, with no role and no log', (id, suffix, architecture) => {
    expect(service.resources[id]).toEqual({
      Type: 'AWS::ECS::TaskDefinition',
      Condition: 'ProbesByTask',
      Properties: {
        Family: `stevedore-probe-${suffix}`,
        RequiresCompatibilities: ['FARGATE'],
        NetworkMode: 'awsvpc',
        Cpu: '256',
        Memory: '512',
        RuntimePlatform: { CpuArchitecture: architecture, OperatingSystemFamily: 'LINUX' },
        ContainerDefinitions: [
          {
            Name: 'probe',
            Image: expect.stringMatching(/^public\.ecr\.aws\/docker\/library\/busybox:\d+\.\d+\.\d+$/),
            Command: ['sleep', '600'],
            Essential: true,
          },
        ],
      },
    });
  });

  it('is known to the function by the name that both have in common, which the role may run', () => {
    const run = roleStatements(tuned, 'FailoverRole').find((one) => actionsOf(one).includes('ecs:RunTask'));

    expect(properties(tuned, 'FailoverLambdaFunction')).toHaveProperty(
      'Environment.Variables.PROBE_TASK_DEFINITION',
      { 'Fn::If': ['ProbesByTask', 'dock-probe', { Ref: 'AWS::NoValue' }] },
    );
    expect(JSON.stringify(run?.Resource)).toContain(`:task-definition/\${AWS::StackName}-probe-arm64:*"`);
    expect(holds(tuned.conditions.ProbesByTask)).toBe(true);
  });

  it('is not there where a share of the service is what is tried', () => {
    expect(holds(packageService({ policy: byShare }).conditions.ProbesByTask)).toBe(false);
  });

  it('lives for longer than it must run', () => {
    expect(packageService({ policy: slow }).resources.ProbeArm64?.Properties).toMatchObject({
      ContainerDefinitions: [{ Command: ['sleep', '2280'] }],
    });
  });
});

describe('the alarms', () => {
  it('watch errors, throttles and the tick of each function, both queues, and what somebody has to end', () => {
    expect(alarms(service).map(([, { AlarmName, MetricName }]) => [AlarmName, MetricName])).toEqual([
      ['stevedore-drain-errors', 'Errors'],
      ['stevedore-drain-throttles', 'Throttles'],
      ['stevedore-drain-tick', 'Invocations'],
      ['stevedore-scale-errors', 'Errors'],
      ['stevedore-scale-throttles', 'Throttles'],
      ['stevedore-scale-tick', 'Invocations'],
      ['stevedore-failover-errors', 'Errors'],
      ['stevedore-failover-throttles', 'Throttles'],
      ['stevedore-failover-tick', 'Invocations'],
      ['stevedore-failover-latched', 'Decisions'],
      ['stevedore-failover-budget', 'Decisions'],
      ['stevedore-retag-errors', 'Errors'],
      ['stevedore-retag-throttles', 'Throttles'],
      ['stevedore-retag-tick', 'Invocations'],
      ['stevedore-retag-immutable', 'Decisions'],
      ['stevedore-capacity-errors', 'Errors'],
      ['stevedore-capacity-throttles', 'Throttles'],
      ['stevedore-capacity-tick', 'Invocations'],
      ['stevedore-capacity-unplaceable', 'Decisions'],
      ['stevedore-undelivered-events', 'ApproximateNumberOfMessagesVisible'],
      ['stevedore-failed-events', 'ApproximateNumberOfMessagesVisible'],
      ['stevedore-oldest-drain', 'OldestOpenDrainSeconds'],
    ]);
  });

  it('call a drain old when it is past the longest deadline of the policy', () => {
    // 30 min of deadline, 2 min of grace for stopped tasks, 10 min for hooks and ECS to finish.
    expect(properties(service, 'OldestDrainAlarm')).toMatchObject({
      Namespace: 'Stevedore',
      Dimensions: [{ Name: 'service', Value: 'stevedore' }],
      Threshold: 42 * 60,
      Statistic: 'Maximum',
    });
  });

  it.each([
    ['FailoverLatchedAlarm', 'failover', 'held', 'flap-latched'],
    ['FailoverBudgetAlarm', 'failover', 'refused', 'budget-spent'],
    ['RetagImmutableAlarm', 'retagging', 'refused', 'tag-immutable'],
    ['CapacityUnplaceableAlarm', 'capacity', 'refused', 'task-unplaceable'],
  ] as const)(
    '%s counts decisions as the journal publishes them',
    async (id, capability, outcome, reason) => {
      const entry = {
        at: 0,
        capability,
        outcome,
        reason,
        sentence: '',
        weight: 'notable',
      } as const;
      const lines = await linesOf(() => createMetricsSink(createMetrics()).write([entry]));
      const watched = properties(service, id)?.Dimensions;

      expect(
        lines.map((line) =>
          ['service', 'Capability', 'Outcome', 'Reason'].map((Name) => ({ Name, Value: line[Name] })),
        ),
      ).toContainEqual(watched);
      expect(properties(service, id)).toMatchObject({ Namespace: 'Stevedore', MetricName: 'Decisions' });
    },
  );

  it('take silence as bad news from the tick, and as no news from the others', () => {
    const silence = Object.fromEntries(
      alarms(service).map(([id, { TreatMissingData }]) => [id, TreatMissingData]),
    );

    expect(silence).toMatchObject({
      DrainTickAlarm: 'breaching',
      ScaleTickAlarm: 'breaching',
      FailoverTickAlarm: 'breaching',
      RetagTickAlarm: 'breaching',
      CapacityTickAlarm: 'breaching',
      FailoverLatchedAlarm: 'notBreaching',
      OldestDrainAlarm: 'notBreaching',
      DrainErrorsAlarm: 'notBreaching',
      ScaleErrorsAlarm: 'notBreaching',
    });
  });

  it('watch the function that they are named after', () => {
    const watched = alarms(service).flatMap(([, { AlarmName, Dimensions }]) =>
      Array.isArray(Dimensions) && Dimensions[0].Name === 'FunctionName'
        ? [[AlarmName, Dimensions[0].Value]]
        : [],
    );

    expect(watched).toHaveLength(15);
    for (const [alarm, called] of watched) expect(String(alarm).startsWith(`${called}-`)).toBe(true);
  });

  it('notify a topic where one is given', () => {
    expect(new Set(alarms(service).flatMap(([, { AlarmActions }]) => AlarmActions))).toEqual(new Set());
    for (const [, { AlarmActions }] of alarms(tuned)) {
      expect(AlarmActions).toEqual(['arn:aws:sns:eu-west-1:111122223333:ops']);
    }
  });
});

describe('the dashboard', () => {
  it('is JSON with a widget for every metric that the alarms watch', () => {
    const body = properties(service, 'Dashboard')?.DashboardBody as { 'Fn::Sub': string };
    const text = body['Fn::Sub'];

    expect(JSON.parse(text).widgets.length).toBeGreaterThan(5);
    for (const [, { MetricName }] of alarms(service)) expect(text).toContain(`"${String(MetricName)}"`);
  });
});

describe('a second copy under another name', () => {
  it('shares no named thing with the first', () => {
    const names = (packaged: Packaged) =>
      Object.values(packaged.resources).flatMap(({ Properties }) =>
        [
          'TableName',
          'Family',
          'QueueName',
          'FunctionName',
          'Name',
          'AlarmName',
          'DashboardName',
          'LogGroupName',
          'RoleName',
        ]
          .map((key) => Properties?.[key])
          .filter((name) => typeof name === 'string'),
      );

    expect(names(tuned).filter((name) => names(service).includes(name))).toEqual([]);
    expect(names(tuned).length).toBe(names(service).length);
  });
});
