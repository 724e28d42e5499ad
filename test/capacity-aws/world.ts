import {
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  type Filter,
  type Instance,
  type InstanceTypeInfo,
  type ResponseLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import {
  type CapacityProvider,
  type ContainerInstance,
  DescribeCapacityProvidersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type Failure,
  GetTaskProtectionCommand,
  ListContainerInstancesCommand,
  ListServicesCommand,
  ListTasksCommand,
  type Service,
  type Task,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { PutEventsCommand, type PutEventsResponse } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { createClients } from '../../lib/aws/clients.ts';
import type { ClusterPolicy } from '../../lib/capacity/policy.ts';
import { newCache, observeCluster } from '../../lib/capacity/reading/observe.ts';
import { type EpochMs, MINUTE } from '../../lib/clock.ts';
import { clusterName, groupName } from '../../lib/ids.ts';
import { awsError, createCallLog } from '../functions/calls.ts';
import { testClock } from '../state/clock.ts';

export const policy: ClusterPolicy = {
  cluster: clusterName('prod'),
  groups: [groupName('prod-hosts')],
  prices: { 'm7i.large': 0.11 },
  besideManagedScaling: false,
  reserve: { cpu: 0, memory: 0, percent: 0 },
  consolidation: null,
  scaleOut: { afterMs: MINUTE, maximumStep: 10, launchTimeoutMs: 10 * MINUTE },
};

interface Paged {
  readonly nextToken?: string;
  readonly maxResults?: number;
}

/** A page of at most `size`, as the API gives it where nothing else is asked for. */
function pageOf<T>(all: readonly T[], { nextToken, maxResults }: Paged, size: number) {
  const from = Number(nextToken ?? 0);
  const to = from + (maxResults ?? size);
  return { items: all.slice(from, to), nextToken: to < all.length ? String(to) : undefined };
}

/** The API refuses more than it takes in a call. */
function atMost(what: string, limit: number, names: readonly string[] = []): readonly string[] {
  if (names.length > 0 && names.length <= limit) return names;
  throw awsError('InvalidParameterException', `${what}: ${names.length}, 1 to ${limit} are allowed`);
}

/** What is true in AWS, as far as capacity reads; tests change it as they like. SDK clients answer from it. */
export function createCapacityWorld(now: EpochMs = Date.UTC(2026, 10, 21, 14)) {
  const clock = testClock(now);
  const log = createCallLog();
  const state = {
    instances: [] as ContainerInstance[],
    tasks: [] as Task[],
    services: [] as Service[],
    definitions: new Map<string, TaskDefinition>(),
    providers: [] as CapacityProvider[],
    protectedTasks: new Map<string, Date | undefined>(),
    groups: [] as AutoScalingGroup[],
    machines: new Map<string, Instance>(),
    types: new Map<string, InstanceTypeInfo>(),
    /** By `ID VERSION`, with $Latest and $Default for themselves. */
    templates: new Map<string, { number: number; data: ResponseLaunchTemplateData }>(),
    /** What the describing calls answer beside what they found. */
    taskFailures: [] as Failure[],
    instanceFailures: [] as Failure[],
    serviceFailures: [] as Failure[],
    /** What EventBridge answers. */
    putEvents: { FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] } as PutEventsResponse,
  };
  const clients = createClients({
    region: 'eu-central-1',
    clock,
    random: () => 0.5,
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });

  const ecs = mockClient(clients.ecs);
  ecs.on(ListContainerInstancesCommand).callsFake(
    log.answer('ECS:ListContainerInstances', (input: Paged) => {
      const listed = state.instances.filter(({ status }) => status !== 'INACTIVE');
      const { items, nextToken } = pageOf(listed, input, 100);
      return {
        containerInstanceArns: items.map(({ containerInstanceArn }) => containerInstanceArn),
        nextToken,
      };
    }),
  );
  ecs.on(DescribeContainerInstancesCommand).callsFake(
    log.answer('ECS:DescribeContainerInstances', (input: { containerInstances?: string[] }) => {
      const arns = new Set(atMost('containerInstances', 100, input.containerInstances));
      return {
        containerInstances: state.instances.filter((one) => arns.has(one.containerInstanceArn ?? '')),
        failures: state.instanceFailures,
      };
    }),
  );
  ecs.on(ListTasksCommand).callsFake(
    log.answer('ECS:ListTasks', (input: Paged & { desiredStatus?: string }) => {
      const listed = state.tasks.filter(({ desiredStatus }) => desiredStatus === input.desiredStatus);
      const { items, nextToken } = pageOf(listed, input, 100);
      return { taskArns: items.map(({ taskArn }) => taskArn), nextToken };
    }),
  );
  ecs.on(DescribeTasksCommand).callsFake(
    log.answer('ECS:DescribeTasks', ({ tasks }: { tasks?: string[] }) => {
      const arns = new Set(atMost('tasks', 100, tasks));
      return {
        tasks: state.tasks.filter(({ taskArn = '' }) => arns.has(taskArn)),
        failures: state.taskFailures,
      };
    }),
  );
  ecs.on(ListServicesCommand).callsFake(
    log.answer('ECS:ListServices', (input: Paged) => {
      const { items, nextToken } = pageOf(state.services, input, 10);
      return { serviceArns: items.map(({ serviceName }) => serviceName), nextToken };
    }),
  );
  ecs.on(DescribeServicesCommand).callsFake(
    log.answer('ECS:DescribeServices', ({ services }: { services?: string[] }) => {
      const names = new Set(atMost('services', 10, services));
      return {
        services: state.services.filter(({ serviceName = '' }) => names.has(serviceName)),
        failures: state.serviceFailures,
      };
    }),
  );
  ecs.on(DescribeTaskDefinitionCommand).callsFake(
    log.answer('ECS:DescribeTaskDefinition', ({ taskDefinition = '' }: { taskDefinition?: string }) => ({
      taskDefinition: state.definitions.get(taskDefinition),
    })),
  );
  ecs.on(GetTaskProtectionCommand).callsFake(
    log.answer('ECS:GetTaskProtection', ({ tasks }: { tasks?: string[] }) => ({
      protectedTasks: atMost('tasks', 100, tasks).map((taskArn) => {
        const protectionEnabled = state.protectedTasks.has(taskArn);
        return { taskArn, protectionEnabled, expirationDate: state.protectedTasks.get(taskArn) };
      }),
    })),
  );
  ecs.on(DescribeCapacityProvidersCommand).callsFake(
    log.answer('ECS:DescribeCapacityProviders', (input: Paged) => {
      const { items, nextToken } = pageOf(state.providers, input, 10);
      return { capacityProviders: items, nextToken };
    }),
  );

  mockClient(clients.autoScaling)
    .on(DescribeAutoScalingGroupsCommand)
    .callsFake(
      log.answer(
        'AutoScaling:DescribeAutoScalingGroups',
        ({ AutoScalingGroupNames }: { AutoScalingGroupNames?: string[] }) => {
          const names = atMost('AutoScalingGroupNames', 50, AutoScalingGroupNames);
          return {
            AutoScalingGroups: state.groups.filter(({ AutoScalingGroupName = '' }) =>
              names.includes(AutoScalingGroupName),
            ),
          };
        },
      ),
    )
    .on(SetDesiredCapacityCommand)
    .callsFake(log.answer('AutoScaling:SetDesiredCapacity', () => ({})))
    .on(TerminateInstanceInAutoScalingGroupCommand)
    .callsFake(log.answer('AutoScaling:TerminateInstanceInAutoScalingGroup', () => ({})));

  // The reader makes its client on first use, so the class is mocked; each new world takes it over.
  const ec2 = mockClient(EC2Client);
  const valuesOf = (filters: readonly Filter[] = []) => filters.flatMap(({ Values = [] }) => Values);
  ec2.on(DescribeInstancesCommand).callsFake(
    log.answer('EC2:DescribeInstances', ({ Filters }: { Filters?: Filter[] }) => ({
      Reservations: valuesOf(Filters).map((id) => ({
        Instances: [state.machines.get(id)].filter((one) => one !== undefined),
      })),
    })),
  );
  ec2.on(DescribeInstanceTypesCommand).callsFake(
    log.answer('EC2:DescribeInstanceTypes', ({ Filters }: { Filters?: Filter[] }) => ({
      InstanceTypes: valuesOf(Filters).flatMap((name) => state.types.get(name) ?? []),
    })),
  );
  ec2.on(DescribeLaunchTemplateVersionsCommand).callsFake(
    log.answer(
      'EC2:DescribeLaunchTemplateVersions',
      ({ LaunchTemplateId, Versions }: { LaunchTemplateId?: string; Versions?: string[] }) => {
        const found = state.templates.get(`${LaunchTemplateId} ${Versions?.[0]}`);
        if (found === undefined) throw awsError('InvalidLaunchTemplateId.NotFound', 'It does not exist.');
        const { number: VersionNumber, data: LaunchTemplateData } = found;
        return { LaunchTemplateVersions: [{ VersionNumber, LaunchTemplateData }] };
      },
    ),
  );
  mockClient(clients.dynamodb).onAnyCommand().rejects('nobody calls DynamoDB here');
  mockClient(clients.events)
    .on(PutEventsCommand)
    .callsFake(log.answer('EventBridge:PutEvents', () => state.putEvents));

  const cache = newCache();
  return {
    ...log,
    state,
    clock,
    clients,
    observe: (pendingSince: Readonly<Record<string, EpochMs>> = {}, changes: Partial<ClusterPolicy> = {}) =>
      observeCluster(clients, { ...policy, ...changes }, cache, pendingSince, clock.now()),
    /** How often each call was made, since `from`. */
    count: (from = 0) =>
      Object.fromEntries(
        [...Map.groupBy(log.names(from), (name) => name)].map(([name, some]) => [name, some.length]),
      ),
  };
}

export type CapacityWorld = ReturnType<typeof createCapacityWorld>;
