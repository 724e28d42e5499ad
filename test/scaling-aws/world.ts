import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  type CompositeAlarm,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type GetMetricDataInput,
  type MetricAlarm,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import {
  type CapacityProvider,
  DescribeCapacityProvidersCommand,
  DescribeServicesCommand,
  ListContainerInstancesCommand,
  type Service,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { createScalingClients } from '../../lib/aws/scaling-clients.ts';
import { type Clock, MINUTE } from '../../lib/clock.ts';
import { awsError, createCallLog } from '../functions/calls.ts';

type Named = Readonly<Record<string, string>>;

/** What is true in AWS, as far as scaling asks; tests change it as they like. SDK clients answer from it. */
export function createScalingWorld(clock: Clock) {
  const log = createCallLog();
  const state = {
    alarms: new Map<string, MetricAlarm>(),
    composites: new Map<string, CompositeAlarm>(),
    /** The value of every metric and expression, by the metric's name or the expression. */
    values: new Map<string, number>(),
    /** In place of the answers that come of `values`. */
    metricAnswer: undefined as ((input: GetMetricDataInput) => unknown) | undefined,
    services: new Map<string, Service>(),
    groups: new Map<string, AutoScalingGroup>(),
    /** EC2 ids of the ACTIVE, connected container instances of the cluster. */
    connected: [] as string[],
    capacityProviders: [] as CapacityProvider[],
    /** Resource ids of scalable targets, one for each policy. */
    scalingPolicies: [] as string[],
  };
  const clients = createScalingClients({
    region: 'us-east-1',
    clock,
    random: () => 0.5,
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });

  const cloudWatch = mockClient(clients.cloudWatch);
  cloudWatch.on(DescribeAlarmsCommand).callsFake(
    log.answer('CloudWatch:DescribeAlarms', ({ AlarmNames = [] }: { AlarmNames?: string[] }) => ({
      MetricAlarms: AlarmNames.flatMap((name) => state.alarms.get(name) ?? []),
      CompositeAlarms: AlarmNames.flatMap((name) => state.composites.get(name) ?? []),
    })),
  );
  const valuesOf = ({ MetricDataQueries = [] }: GetMetricDataInput): MetricDataResult[] =>
    MetricDataQueries.filter(({ ReturnData = true }) => ReturnData).map(({ Id, Expression, MetricStat }) => {
      const value = state.values.get(Expression ?? MetricStat?.Metric?.MetricName ?? '');
      const newest = new Date((Math.floor(clock.now() / MINUTE) - 1) * MINUTE);
      return value === undefined
        ? { Id, Timestamps: [], Values: [], StatusCode: 'Complete' }
        : { Id, Timestamps: [newest], Values: [value], StatusCode: 'Complete' };
    });
  cloudWatch
    .on(GetMetricDataCommand)
    .callsFake(
      log.answer('CloudWatch:GetMetricData', (input: GetMetricDataInput) =>
        state.metricAnswer ? state.metricAnswer(input) : { MetricDataResults: valuesOf(input) },
      ),
    );

  const ecs = mockClient(clients.ecs);
  ecs.on(DescribeServicesCommand).callsFake(
    log.answer('ECS:DescribeServices', ({ services = [] }: { services?: string[] }) => ({
      services: services.flatMap((name) => state.services.get(name) ?? []),
      failures: services
        .filter((name) => !state.services.has(name))
        .map((arn) => ({ arn, reason: 'MISSING' })),
    })),
  );
  ecs.on(UpdateServiceCommand).callsFake(
    log.answer('ECS:UpdateService', (input: { service?: string; desiredCount?: number }) => {
      const service = state.services.get(input.service ?? '');
      if (!service) throw awsError('ServiceNotFoundException', 'Service not found.');
      service.desiredCount = input.desiredCount;
      return { service };
    }),
  );
  ecs.on(ListContainerInstancesCommand).callsFake(
    log.answer('ECS:ListContainerInstances', ({ filter = '' }: { filter?: string }) => ({
      containerInstanceArns: state.connected.filter((id) => filter.includes(id)),
    })),
  );
  ecs
    .on(DescribeCapacityProvidersCommand)
    .callsFake(
      log.answer('ECS:DescribeCapacityProviders', () => ({ capacityProviders: state.capacityProviders })),
    );

  const autoScaling = mockClient(clients.autoScaling);
  autoScaling.on(DescribeAutoScalingGroupsCommand).callsFake(
    log.answer(
      'AutoScaling:DescribeAutoScalingGroups',
      ({ AutoScalingGroupNames: names = [] }: { AutoScalingGroupNames?: string[] }) => ({
        AutoScalingGroups: names.flatMap((name) => state.groups.get(name) ?? []),
      }),
    ),
  );
  autoScaling.on(SetDesiredCapacityCommand).callsFake(
    log.answer(
      'AutoScaling:SetDesiredCapacity',
      (input: { AutoScalingGroupName?: string; DesiredCapacity?: number }) => {
        const group = state.groups.get(input.AutoScalingGroupName ?? '');
        if (!group) throw awsError('ValidationError', 'AutoScalingGroup name not found - null');
        group.DesiredCapacity = input.DesiredCapacity;
        return {};
      },
    ),
  );

  // The reader makes its client on first use, so the class is mocked; each new world takes it over.
  const scalableTargets = mockClient(ApplicationAutoScalingClient);
  scalableTargets.on(DescribeScalableTargetsCommand).callsFake(
    log.answer(
      'ApplicationAutoScaling:DescribeScalableTargets',
      ({ ResourceIds = [] }: { ResourceIds?: string[] }) => ({
        ScalableTargets: ResourceIds.filter((id) => state.scalingPolicies.includes(id)).map((ResourceId) => ({
          ResourceId,
        })),
      }),
    ),
  );
  scalableTargets.on(DescribeScalingPoliciesCommand).callsFake(
    log.answer('ApplicationAutoScaling:DescribeScalingPolicies', () => ({
      ScalingPolicies: state.scalingPolicies.map((ResourceId) => ({ ResourceId })),
    })),
  );
  // The store and the journal of these tests are in memory.
  mockClient(clients.dynamodb).onAnyCommand().rejects('nobody calls DynamoDB here');
  mockClient(clients.events).onAnyCommand().rejects('nobody calls EventBridge here');
  return { ...log, state, clients };
}

export type ScalingWorld = ReturnType<typeof createScalingWorld>;

const dimensions = (of: Named) => Object.entries(of).map(([Name, Value]) => ({ Name, Value }));

/** An alarm on the CPU of service web: at 70 or above unless told otherwise. */
export function cpuAlarm(name: string, since: number, overrides: Partial<MetricAlarm> = {}): MetricAlarm {
  return {
    AlarmName: name,
    AlarmArn: `arn:aws:cloudwatch:us-east-1:111122223333:alarm:${name}`,
    StateValue: 'ALARM',
    StateTransitionedTimestamp: new Date(since),
    Namespace: 'AWS/ECS',
    MetricName: 'CPUUtilization',
    Dimensions: dimensions({ ClusterName: 'prod', ServiceName: 'web' }),
    Statistic: 'Average',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 70,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    ...overrides,
  };
}

export function service(name: string, desired: number, overrides: Partial<Service> = {}): Service {
  return {
    serviceName: name,
    status: 'ACTIVE',
    desiredCount: desired,
    runningCount: desired,
    deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED', runningCount: desired }],
    ...overrides,
  };
}

export function group(name: string, desired: number, overrides: Partial<AutoScalingGroup> = {}) {
  const Instances = Array.from({ length: desired }, (_, n) => ({
    InstanceId: `i-${name}-${String(n).padStart(3, '0')}`,
    AvailabilityZone: 'us-east-1a',
    LifecycleState: 'InService' as const,
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: false,
  }));
  return {
    AutoScalingGroupName: name,
    MinSize: 0,
    MaxSize: 100,
    DesiredCapacity: desired,
    DefaultCooldown: 300,
    AvailabilityZones: ['us-east-1a'],
    HealthCheckType: 'EC2',
    CreatedTime: new Date(0),
    Instances,
    ...overrides,
  } satisfies AutoScalingGroup;
}
