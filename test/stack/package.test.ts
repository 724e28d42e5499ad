import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { actionsOf, ofType, type Packaged, packageService, roleStatements } from './service.ts';

let service: Packaged;
let tuned: Packaged;

beforeAll(() => {
  service = packageService();
  tuned = packageService({
    args: [
      'name=dock',
      'reservedConcurrency=5',
      'logRetention=7',
      'alarmTopic=arn:aws:sns:eu-west-1:111122223333:ops',
    ].flatMap((parameter) => ['--param', parameter]),
  });
});

const properties = (packaged: Packaged, id: string) => packaged.resources[id]?.Properties;
const alarms = (packaged: Packaged) => ofType(packaged, 'AWS::CloudWatch::Alarm');

describe('serverless package', () => {
  it('works straight after npm ci, without credentials and network', () => {
    expect(service.output).toContain('Service packaged');
    expect(service.status).toBe(0);
    expect(service.artefacts).toHaveLength(2);
  });

  it('refuses a wrong policy with every error and no stack trace, and packages nothing', () => {
    const policy =
      'version: 1\ndraining: { clusters: { a: { groups: { g: {} }, deadlin: 1h, settle: 5 } } }\n';

    const { status, output, artefacts } = packageService({ policy });

    expect(status).not.toBe(0);
    expect(artefacts).toEqual([]);
    expect(output).toMatch(
      /^stevedore\.yml:2:49: draining\.clusters\.a\.deadlin: .*did you mean deadline\?/m,
    );
    expect(output).toMatch(/^stevedore\.yml:2:70: draining\.clusters\.a\.settle: found number 5/m);
    expect(output).not.toMatch(/^\s+at /m);
  });
});

describe('the function', () => {
  it('runs on Node 24 and arm64 with half a gigabyte, for one tick at most', () => {
    expect(properties(service, 'DrainLambdaFunction')).toMatchObject({
      FunctionName: 'stevedore-drain',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      Timeout: 60,
      Role: { 'Fn::Sub': `\${DrainRole.Arn}` },
      Environment: {
        Variables: {
          TABLE_NAME: { Ref: 'Table' },
          POWERTOOLS_SERVICE_NAME: 'stevedore',
          POWERTOOLS_METRICS_NAMESPACE: 'Stevedore',
        },
      },
      Tags: [
        { Key: 'service', Value: 'stevedore' },
        { Key: 'stack', Value: 'stevedore' },
      ],
    });
  });

  it('reserves no concurrency by default, since a new account has none to give, and some where asked to', () => {
    expect(properties(service, 'DrainLambdaFunction')).not.toHaveProperty('ReservedConcurrentExecutions');
    expect(properties(tuned, 'DrainLambdaFunction')).toMatchObject({ ReservedConcurrentExecutions: 5 });
  });

  it('edge 49: hands what it failed on to a queue', () => {
    expect(ofType(service, 'AWS::Lambda::EventInvokeConfig').map(([, config]) => config)).toMatchObject([
      {
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['FailedEvents', 'Arn'] } } },
      },
    ]);
  });

  it('keeps its log for as long as is said', () => {
    const log = (packaged: Packaged) => properties(packaged, 'DrainLogGroup');

    expect(log(service)).toEqual({ LogGroupName: '/aws/lambda/stevedore-drain', RetentionInDays: 30 });
    expect(log(tuned)).toEqual({ LogGroupName: '/aws/lambda/dock-drain', RetentionInDays: 7 });
  });

  it('is packed as its bundle and nothing else', () => {
    const names = [...service.files.keys()];

    expect(names).toContain('.build/drain/drain.mjs');
    expect(names.filter((name) => !/^\.build\/drain\/(chunks\/)?[\w-]+\.mjs$/.test(name))).toEqual([]);
  });

  it('loads from its package alone and exports the handler', () => {
    const folder = mkdtempSync(join(tmpdir(), 'stevedore-function-'));
    for (const [name, content] of service.files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    const env = { AWS_REGION: 'eu-west-1', TABLE_NAME: 'stevedore' };
    const code = 'import("./.build/drain/drain.mjs").then(({ handler }) => console.log(typeof handler))';

    const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });

    expect({ stdout, stderr }).toEqual({ stdout: 'function\n', stderr: '' });
  });

  it('has the policy in it', () => {
    expect(service.files.get('.build/drain/drain.mjs')?.toString()).toContain('prod-ecs');
  });
});

describe('the rules', () => {
  const rules = () => ofType(service, 'AWS::Events::Rule').map(([, rule]) => rule);

  it('are those of the policy and the tick', () => {
    expect(rules().map(({ Name }) => Name)).toEqual([
      'stevedore-tick',
      'stevedore-lifecycle-terminate',
      'stevedore-spot-interruption',
      'stevedore-instance-state-change',
      'stevedore-health-scheduled-change',
      'stevedore-container-instance-state-change',
      'stevedore-task-state-change',
      'stevedore-drain-order',
    ]);
    expect(rules()[0]).toMatchObject({ ScheduleExpression: 'rate(1 minute)' });
  });

  it('each have one target with a limit to retries and a dead-letter queue', () => {
    for (const { Targets } of rules()) {
      expect(Targets).toEqual([
        {
          Id: expect.any(String),
          Arn: { 'Fn::GetAtt': ['DrainLambdaFunction', 'Arn'] },
          RetryPolicy: {
            MaximumEventAgeInSeconds: expect.any(Number),
            MaximumRetryAttempts: expect.any(Number),
          },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['UndeliveredEvents', 'Arn'] } },
        },
      ]);
    }
  });

  it('give a Spot notice up when the instance is gone', () => {
    const spot = rules().find(({ Name }) => Name === 'stevedore-spot-interruption');

    expect(spot?.Targets).toMatchObject([{ RetryPolicy: { MaximumEventAgeInSeconds: 120 } }]);
  });

  it('are each allowed to call the function, and nobody else is', () => {
    const permissions = ofType(service, 'AWS::Lambda::Permission').map(([, permission]) => permission);
    const callers = permissions.map(
      ({ SourceArn }) => /"rule","([^"]+)"/.exec(JSON.stringify(SourceArn))?.[1],
    );

    expect(callers).toEqual(rules().map(({ Name }) => Name));
    expect(new Set(permissions.map(({ Principal }) => Principal))).toEqual(new Set(['events.amazonaws.com']));
  });

  it('alone may send to the queue of undelivered events', () => {
    const policy = properties(service, 'UndeliveredEventsPolicy')?.PolicyDocument as {
      Statement: object[];
    };
    const text = JSON.stringify(
      policy.Statement.find((statement) => 'Effect' in statement && statement.Effect === 'Allow'),
    );

    expect([...text.matchAll(/:rule\/([\w-]+)/g)].map(([, name]) => name)).toEqual(
      rules().map(({ Name }) => Name),
    );
    expect(text).toContain('"ArnEquals":{"aws:SourceArn":');
  });
});

/** Why a statement has to say *, by its Sid: actions for which AWS knows no resource type. */
const needsAll: Readonly<Record<string, string>> = {
  EcsReadTaskDefinitions: 'ecs:DescribeTaskDefinition has no resource type',
  AutoScalingRead: 'no Describe action of EC2 Auto Scaling has a resource type',
  Ec2Read: 'ec2:DescribeInstances has no resource type',
};

describe('the role', () => {
  it('is the only one, and only for Lambda', () => {
    expect(ofType(service, 'AWS::IAM::Role').map(([id]) => id)).toEqual(['DrainRole']);
    expect(JSON.stringify(properties(service, 'DrainRole')?.AssumeRolePolicyDocument)).toContain(
      '"lambda.amazonaws.com"',
    );
  });

  it('has one Sid per statement, each once', () => {
    const sids = roleStatements(service).map(({ Sid }) => Sid);

    expect(sids.every((sid) => /^[A-Za-z0-9]+$/.test(sid ?? ''))).toBe(true);
    expect(new Set(sids).size).toBe(sids.length);
  });

  it('allows whole actions by name, never by wildcard', () => {
    const wild = roleStatements(service)
      .flatMap(actionsOf)
      .filter((action) => action.includes('*'));

    expect(wild).toEqual([]);
  });

  it('allows * as a resource only where AWS knows no other', () => {
    const all = roleStatements(service).filter(({ Resource }) => [Resource].flat().includes('*'));

    expect(all.map(({ Sid }) => Sid)).toEqual(Object.keys(needsAll));
    expect(all.flatMap(actionsOf).filter((action) => !/:Describe/.test(action))).toEqual([]);
  });

  it('publishes on the bus as stevedore only', () => {
    const publish = roleStatements(service).find((statement) =>
      actionsOf(statement).includes('events:PutEvents'),
    );

    expect(publish?.Condition).toEqual({
      'ForAllValues:StringEquals': { 'events:source': 'stevedore' },
      Null: { 'events:source': 'false' },
    });
  });

  it('fits into what IAM accepts for the inline policies of a role', () => {
    expect(JSON.stringify(roleStatements(service)).length).toBeLessThan(10_240);
  });
});

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
  it('watch errors, throttles, the tick, both queues and the oldest drain', () => {
    expect(alarms(service).map(([, { AlarmName, MetricName }]) => [AlarmName, MetricName])).toEqual([
      ['stevedore-errors', 'Errors'],
      ['stevedore-throttles', 'Throttles'],
      ['stevedore-tick', 'Invocations'],
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

  it('take silence as bad news from the tick, and as no news from the others', () => {
    const silence = Object.fromEntries(
      alarms(service).map(([id, { TreatMissingData }]) => [id, TreatMissingData]),
    );

    expect(silence).toMatchObject({
      TickAlarm: 'breaching',
      OldestDrainAlarm: 'notBreaching',
      ErrorsAlarm: 'notBreaching',
    });
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
