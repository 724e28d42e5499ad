import { beforeAll, describe, expect, it } from 'vitest';
import {
  actionsOf,
  everyCapability,
  ofType,
  type Packaged,
  packageService,
  roleStatements,
} from './service.ts';

let service: Packaged;

beforeAll(() => {
  service = packageService({ policy: everyCapability });
});

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
