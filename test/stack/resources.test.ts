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

/** Why a statement has to say *, by its Sid: actions for which AWS knows no resource type. */
const needsAll: Readonly<Record<string, string>> = {
  EcsReadTaskDefinitions: 'ecs:DescribeTaskDefinition has no resource type',
  AutoScalingRead: 'no Describe action of EC2 Auto Scaling has a resource type',
  Ec2Read: 'no Describe action of EC2 has a resource type',
  CloudWatchRead: 'GetMetricData has no resource type, and DescribeAlarms hides composite alarms from less',
  ScalableTargetsRead: 'no Describe action of Application Auto Scaling has a resource type',
  Ec2ReadSubnets: 'ec2:DescribeSubnets has no resource type',
  EcsListServices: 'ecs:ListServices has no resource type; its condition names the clusters',
  EcrReadCacheRules: 'ecr:DescribePullThroughCacheRules has no resource type',
  InspectorRead: 'ListCoverage and ListFindings have no resource type',
  EcsList: 'ListServices has no resource type, and ListTasks asks for *; its condition names the clusters',
  EcsListTasks: 'ListTasks without a container instance asks for *; its condition names the clusters',
};

describe('the roles', () => {
  it('are one for each function, and only for Lambda', () => {
    const roles = ofType(service, 'AWS::IAM::Role');

    expect(roles.map(([id]) => id)).toEqual([
      'DrainRole',
      'ScaleRole',
      'FailoverRole',
      'RetagRole',
      'CapacityRole',
    ]);
    for (const [, { AssumeRolePolicyDocument }] of roles)
      expect(JSON.stringify(AssumeRolePolicyDocument)).toContain('"lambda.amazonaws.com"');
  });
});

describe.each(['DrainRole', 'ScaleRole', 'FailoverRole', 'RetagRole', 'CapacityRole'] as const)(
  '%s',
  (role) => {
    const statements = () => roleStatements(service, role);

    it('has one Sid per statement, each once', () => {
      const sids = statements().map(({ Sid }) => Sid);

      expect(sids.every((sid) => /^[A-Za-z0-9]+$/.test(sid ?? ''))).toBe(true);
      expect(new Set(sids).size).toBe(sids.length);
    });

    it('allows whole actions by name, never by wildcard', () => {
      const wild = statements()
        .flatMap(actionsOf)
        .filter((action) => action.includes('*'));

      expect(wild).toEqual([]);
    });

    it('allows * as a resource only where AWS knows no other', () => {
      const all = statements().filter(({ Resource }) => [Resource].flat().includes('*'));

      expect(all.length).toBeGreaterThan(1);
      expect(all.filter(({ Sid }) => needsAll[Sid ?? ''] === undefined)).toEqual([]);
      expect(
        all.flatMap(actionsOf).filter((action) => !/:(Describe|GetMetricData|List)/.test(action)),
      ).toEqual([]);
    });

    it('publishes on the bus as stevedore only, but for the drains that capacity orders', () => {
      const publish = statements().filter((statement) => actionsOf(statement).includes('events:PutEvents'));
      const asOperator = {
        'ForAllValues:StringEquals': {
          'events:source': 'stevedore.operator',
          'events:detail-type': 'Stevedore Drain Order',
        },
        Null: { 'events:source': 'false', 'events:detail-type': 'false' },
      };

      expect(publish.map(({ Condition }) => Condition)).toEqual([
        ...(role === 'CapacityRole' ? [asOperator] : []),
        {
          'ForAllValues:StringEquals': { 'events:source': 'stevedore' },
          Null: { 'events:source': 'false' },
        },
      ]);
    });

    it('writes to its own log only', () => {
      const log = statements().find((statement) => actionsOf(statement).includes('logs:PutLogEvents'));

      expect(JSON.stringify(log?.Resource)).toContain(
        `log-group:/aws/lambda/stevedore-${role.replace('Role', '').toLowerCase()}:*`,
      );
    });

    it('fits into what IAM accepts for the inline policies of a role', () => {
      expect(JSON.stringify(statements()).length).toBeLessThan(10_240);
    });
  },
);

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

describe('the queues', () => {
  it('are encrypted and keep a message for 14 days', () => {
    const queues = ofType(service, 'AWS::SQS::Queue');

    expect(queues.map(([id]) => id)).toEqual(['UndeliveredEvents', 'FailedEvents']);
    for (const [, queue] of queues) {
      expect(queue).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
    }
  });

  it('turn away who does not use TLS', () => {
    for (const [id, policy] of ofType(service, 'AWS::SQS::QueuePolicy')) {
      const queue = id.replace('Policy', '');
      expect(policy).toMatchObject({
        Queues: [{ Ref: queue }],
        PolicyDocument: {
          Statement: expect.arrayContaining([
            {
              Sid: 'OnlyOverTls',
              Effect: 'Deny',
              Principal: '*',
              Action: 'sqs:*',
              Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ]),
        },
      });
    }
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

describe('a secret', () => {
  /** Keys of AWS, private keys, tokens of the forges, and properties that would hold one. */
  const secret =
    /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\bgh[pousr]_[A-Za-z0-9]{36}|\bxox[abp]-|"[^"]*(?:password|secret|apikey)[^"]*":/i;

  it('is nowhere in the template, and nothing asks for one', () => {
    const { resources } = service;

    expect(JSON.stringify({ PASSWORD: 'x' })).toMatch(secret);
    expect(JSON.stringify({ resources, conditions: service.conditions })).not.toMatch(secret);
    expect(JSON.stringify(resources)).not.toMatch(/resolve:(?:ssm-secure|secretsmanager)|NoEcho/);
  });

  it('is not in what is uploaded either', () => {
    const keys = /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY/;

    expect(service.files.size).toBe(5);
    for (const files of service.files.values()) {
      for (const content of files.values()) expect(content.toString('utf8')).not.toMatch(keys);
    }
  });
});
