import { PassThrough } from 'node:stream';
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  type ScalingPolicy,
} from '@aws-sdk/client-application-auto-scaling';
import {
  DescribeAutoScalingGroupsCommand,
  DescribeLifecycleHooksCommand,
  DescribePoliciesCommand,
  type ScalingPolicy as GroupPolicy,
} from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import {
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  ListClustersCommand,
  ListServicesCommand,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createInit } from '../../cli/init.ts';
import { runWith } from './account.ts';
import { arnOf, awsError, createAws } from './doctor-aws.ts';
import { prose, uncommented } from './initing.ts';

const BUSY: MetricAlarm = {
  AlarmName: 'busy',
  Namespace: 'AWS/ECS',
  MetricName: 'CPUUtilization',
  Dimensions: [
    { Name: 'ClusterName', Value: 'prod' },
    { Name: 'ServiceName', Value: 'web' },
  ],
  Threshold: 70,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
};

/** The account of the doctor's tests, with a service `web` on Fargate Spot, and nothing that scales. */
function createAccount() {
  const aws = createAws();
  const application = mockClient(ApplicationAutoScalingClient);
  const cloudWatch = mockClient(CloudWatchClient);
  application.on(DescribeScalableTargetsCommand).resolves({ ScalableTargets: [] });
  application.on(DescribeScalingPoliciesCommand).resolves({ ScalingPolicies: [] });
  aws.autoScaling.on(DescribePoliciesCommand).resolves({ ScalingPolicies: [] });
  cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [] });
  aws.ecs.on(ListServicesCommand).resolves({ serviceArns: [arnOf('service', 'prod/web')] });
  aws.ecs.on(DescribeServicesCommand).resolves({ services: [service('web')] });
  return { ...aws, application, cloudWatch };
}

const service = (serviceName: string, copilot?: string) => ({
  serviceName,
  status: 'ACTIVE',
  desiredCount: 2,
  capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
  ...(copilot !== undefined && { tags: [{ key: 'copilot-service', value: copilot }] }),
});

const init = (...args: readonly string[]) => {
  const clock = { now: () => 0, sleep: async () => undefined };
  const command = createInit(({ region }) => ({
    clientOptions: { region, clock, random: () => 0 },
    stderr: new PassThrough(),
  }));
  return runWith({ init: command }, ['init', '--out', '-', '--region', 'eu-west-1', ...args]);
};

describe('what AWS scales', () => {
  it('is read page by page, and its step policies are converted', async () => {
    const { application, cloudWatch } = createAccount();
    const target = { ResourceId: 'service/prod/web', MinCapacity: 2, MaxCapacity: 9 };
    const policy: Pick<
      ScalingPolicy,
      'ResourceId' | 'PolicyName' | 'PolicyType' | 'Alarms' | 'StepScalingPolicyConfiguration'
    > = {
      ResourceId: 'service/prod/web',
      PolicyName: 'out',
      PolicyType: 'StepScaling',
      Alarms: [{ AlarmName: 'busy', AlarmARN: 'arn' }],
      StepScalingPolicyConfiguration: {
        AdjustmentType: 'PercentChangeInCapacity',
        MinAdjustmentMagnitude: 2,
        Cooldown: 60,
        StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 25 }],
      },
    };
    // The parts that the SDK's types ask for and nobody reads.
    const kind = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' } as const;
    application
      .on(DescribeScalableTargetsCommand)
      .resolves({ ScalableTargets: [{ ...kind, ...target, RoleARN: 'arn', CreationTime: new Date(0) }] });
    application.on(DescribeScalingPoliciesCommand).resolves({ NextToken: 'more' });
    application.on(DescribeScalingPoliciesCommand, { NextToken: 'more' }).resolves({
      ScalingPolicies: [{ ...kind, ...policy, PolicyARN: 'arn', CreationTime: new Date(0) }],
    });
    cloudWatch.on(DescribeAlarmsCommand).resolves({ NextToken: 'more' });
    cloudWatch.on(DescribeAlarmsCommand, { NextToken: 'more' }).resolves({ MetricAlarms: [BUSY] });

    const { out } = await init();

    expect(uncommented(out)).toContain(
      'out: { step: { alarm: busy, steps: [{ from: 0, by: 25% }], minMagnitude: 2, cooldown: 1m } }',
    );
    expect(prose(out)).toContain('Left out: prod/web. Application Auto Scaling scales it already, by out;');
  });

  it.each<[string, GroupPolicy, string]>([
    [
      'a simple policy',
      {
        PolicyType: 'SimpleScaling',
        AdjustmentType: 'ChangeInCapacity',
        ScalingAdjustment: 2,
        Cooldown: 300,
      },
      'steps: [{ from: 0, by: 2 }], cooldown: 5m',
    ],
    [
      'a step policy',
      {
        PolicyType: 'StepScaling',
        AdjustmentType: 'ExactCapacity',
        StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 7 }],
      },
      'steps: [{ from: 0, set: 7 }]',
    ],
    [
      'target tracking',
      {
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingConfiguration: {
          TargetValue: 60,
          PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
        },
      },
      'name: CPUUtilization, dimensions: { AutoScalingGroupName: hosts }, stat: Average }, value: 60',
    ],
    [
      'what has no counterpart',
      { PolicyType: 'PredictiveScaling' },
      'no counterpart here: PredictiveScaling.',
    ],
  ])('of a group is converted: %s', async (_, policy, expected) => {
    const { ecs, autoScaling, cloudWatch } = createAccount();
    ecs.on(DescribeClustersCommand).resolves({
      clusters: [
        {
          clusterName: 'prod',
          clusterArn: arnOf('cluster', 'prod'),
          status: 'ACTIVE',
          capacityProviders: ['own'],
        },
      ],
    });
    const autoScalingGroupArn =
      'arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:u:autoScalingGroupName/hosts';
    ecs.on(DescribeCapacityProvidersCommand).resolves({
      capacityProviders: [{ name: 'own', autoScalingGroupProvider: { autoScalingGroupArn } }],
    });
    const sizes = { MinSize: 1, MaxSize: 5, DesiredCapacity: 2 };
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
      AutoScalingGroups: [
        {
          AutoScalingGroupName: 'hosts',
          ...sizes,
          DefaultCooldown: 300,
          AvailabilityZones: [],
          HealthCheckType: 'EC2',
          CreatedTime: new Date(0),
        },
      ],
    });
    autoScaling.on(DescribePoliciesCommand).resolves({
      ScalingPolicies: [
        {
          AutoScalingGroupName: 'hosts',
          PolicyName: 'theirs',
          Alarms: [{ AlarmName: 'busy' }],
          ...policy,
        },
      ],
    });
    cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [BUSY] });

    const { out } = await init();

    expect(prose(out)).toContain(expected);
  });
});

describe('a call that is denied', () => {
  const denied = awsError('AccessDeniedException', 'User is not authorized to perform this');

  it('leaves out the sections that need it, and names the permission', async () => {
    const { cloudWatch, autoScaling } = createAccount();
    cloudWatch.on(DescribeAlarmsCommand).rejects(denied);
    autoScaling.on(DescribePoliciesCommand).rejects(denied);

    const { code, out, err } = await init();

    expect(code).toBe(3);
    expect(prose(out)).toContain(
      'No section scaling, since not all could be read. AWS denied autoscaling:DescribePolicies to the credentials of this terminal: allow it, and run stevedore init again.',
    );
    expect(out).toContain('    prod/web: {}\n');
    expect(err).toContain('Not read: AWS denied cloudwatch:DescribeAlarms');
  });

  it('is a failure where it is that of the clusters', async () => {
    const { ecs } = createAccount();
    ecs.on(ListClustersCommand).rejects(denied);

    expect((await init()).code).toBe(1);
  });
});

describe('--from-copilot', () => {
  const tags = (environment: string) => [
    { key: 'copilot-application', value: 'shop' },
    { key: 'copilot-environment', value: environment },
  ];

  it("takes only what Copilot has made, by Copilot's names, environment by environment", async () => {
    const { ecs } = createAccount();
    const cluster = (clusterName: string, environment?: string) => ({
      clusterName,
      clusterArn: arnOf('cluster', clusterName),
      status: 'ACTIVE',
      ...(environment !== undefined && { tags: tags(environment) }),
    });
    ecs.on(DescribeClustersCommand).resolves({
      clusters: [cluster('a-Cluster-1', 'test'), cluster('b-Cluster-2', 'prod'), cluster('plain')],
    });
    ecs
      .on(DescribeServicesCommand)
      .resolves({ services: [service('api-Service-9', 'api'), service('other')] });

    const { out } = await init('--from-copilot');

    expect(out.slice(out.indexOf('failover:'))).toMatchInlineSnapshot(`
      "failover:
        mode: observe # decides and journals, changes nothing; act: does it
        services: # on Fargate Spot; everything has a default: docs/policy.md
          # AWS Copilot: application shop, environment prod
          b-Cluster-2/api-Service-9: {} # api
          # AWS Copilot: application shop, environment test
          a-Cluster-1/api-Service-9: {} # api
      "
    `);
  });

  it('says so when there is nothing of it, and writes nothing', async () => {
    createAccount();

    expect(await init('--from-copilot')).toEqual({
      code: 3,
      out: '',
      err: 'There is no cluster that AWS Copilot has made in eu-west-1: name its Region with --region.\n',
    });
  });
});

it('tells why nothing can be taken on', async () => {
  const { ecs, autoScaling } = createAccount();
  ecs.on(DescribeServicesCommand).resolves({ services: [] });
  autoScaling.on(DescribeLifecycleHooksCommand).resolves({ LifecycleHooks: [] });

  const { code, err } = await init();

  expect(code).toBe(3);
  expect(err).toBe(
    'The only cluster in eu-west-1: nothing there that Stevedore could take on. No file is written.\n',
  );
});
