import {
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeLifecycleHooksCommand,
  RecordLifecycleActionHeartbeatCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import * as ecsSdk from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { type AwsClients, createClients } from '../../lib/aws/clients.ts';
import type { Clock } from '../../lib/clock.ts';
import { clusterOf } from '../../lib/ids.ts';
import { awsError, createCallLog } from './calls.ts';
import { type Host, hostFilter, pageOf, shapeOfHost, shapeOfTask } from './hosts.ts';

export interface WaitingAction {
  readonly group: string;
  readonly hook: string;
  readonly token: string;
  readonly instanceId: string;
}

/** What AWS would say, as far as draining asks: real SDK clients whose `send` is answered from these few lists. */
export function createWorld(clock: Clock) {
  const log = createCallLog();
  const hosts: Host[] = [];
  /** The lifecycle actions that wait for us. */
  const waiting: WaitingAction[] = [];
  const heartbeatTimeouts = new Map<string, number>([
    ['prod-hosts/stevedore-drain', 3_600],
    ['batch-hosts/stevedore-drain', 3_600],
  ]);
  const services = new Map<string, Partial<ecsSdk.Service>>();
  const managed = new Map<string, Partial<ecsSdk.CapacityProvider>>();
  const clients = createClients({
    region: 'us-east-1',
    clock,
    random: () => 0.5,
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });

  const hostOf = (arn: string) => hosts.find((host) => host.arn === arn && !host.forgotten);
  const tasks = () => hosts.flatMap((host) => host.tasks);
  answerEcs();
  answerAutoScaling();
  answerEc2();
  // The store and the journal of these tests are in memory.
  mockClient(clients.dynamodb).onAnyCommand().rejects('nobody calls DynamoDB here');
  mockClient(clients.events).onAnyCommand().rejects('nobody calls EventBridge here');

  function answerEcs() {
    const ecs = mockClient(clients.ecs);
    const { answer } = log;
    ecs.on(ecsSdk.ListContainerInstancesCommand).callsFake(
      answer('ECS:ListContainerInstances', (input: ecsSdk.ListContainerInstancesCommandInput) => {
        const fits = hostFilter(input.filter);
        const found = hosts.filter(
          (host) =>
            !host.forgotten &&
            host.cluster === input.cluster &&
            (input.status ? host.status === input.status : host.status !== 'INACTIVE') &&
            fits(host),
        );
        const [containerInstanceArns, nextToken] = pageOf(
          found.map(({ arn }) => arn),
          input.nextToken,
        );
        return { containerInstanceArns, nextToken };
      }),
    );
    ecs.on(ecsSdk.DescribeContainerInstancesCommand).callsFake(
      answer('ECS:DescribeContainerInstances', (input: ecsSdk.DescribeContainerInstancesCommandInput) => {
        const arns = atMost(100, input.containerInstances);
        return {
          containerInstances: arns.flatMap((arn) => hostOf(arn) ?? []).map(shapeOfHost),
          failures: arns.filter((arn) => !hostOf(arn)).map((arn) => ({ arn, reason: 'MISSING' })),
        };
      }),
    );
    ecs.on(ecsSdk.UpdateContainerInstancesStateCommand).callsFake(
      answer('ECS:UpdateContainerInstancesState', (input: ecsSdk.UpdateContainerInstancesStateCommandInput) => {
        const arns = atMost(10, input.containerInstances);
        const found = arns.flatMap((arn) => hostOf(arn) ?? []);
        const odd = found.find(({ status }) => status !== 'ACTIVE' && status !== 'DRAINING');
        if (odd) {
          const message = `Container instance ${odd.arn} is ${odd.status} and not ACTIVE.`;
          throw awsError('InvalidParameterException', message);
        }
        for (const host of found) host.status = input.status ?? 'none';
        return {
          containerInstances: found.map(shapeOfHost),
          failures: arns.filter((arn) => !hostOf(arn)).map((arn) => ({ arn, reason: 'MISSING' })),
        };
      }),
    );
    ecs.on(ecsSdk.ListTasksCommand).callsFake(
      answer('ECS:ListTasks', (input: ecsSdk.ListTasksCommandInput) => {
        const own = hosts.find(({ arn }) => arn === input.containerInstance)?.tasks ?? [];
        const wanted = own.filter(({ desiredStatus }) => desiredStatus === input.desiredStatus);
        const [taskArns, nextToken] = pageOf(
          wanted.map(({ arn }) => arn),
          input.nextToken,
        );
        return { taskArns, nextToken };
      }),
    );
    ecs.on(ecsSdk.DescribeTasksCommand).callsFake(
      answer('ECS:DescribeTasks', (input: ecsSdk.DescribeTasksCommandInput) => {
        const arns = atMost(100, input.tasks);
        return { tasks: tasks().filter(({ arn }) => arns.includes(arn)).map(shapeOfTask) };
      }),
    );
    ecs.on(ecsSdk.StopTaskCommand).callsFake(
      answer('ECS:StopTask', (input: ecsSdk.StopTaskCommandInput) => {
        const task = tasks().find(({ arn }) => arn === input.task);
        if (!task) throw awsError('InvalidParameterException', 'The referenced task was not found.');
        task.desiredStatus = 'STOPPED';
        return { task: shapeOfTask(task) };
      }),
    );
    ecs.on(ecsSdk.DeregisterContainerInstanceCommand).callsFake(
      answer('ECS:DeregisterContainerInstance', (input: ecsSdk.DeregisterContainerInstanceCommandInput) => {
        const host = hostOf(input.containerInstance ?? '');
        if (!host) throw awsError('InvalidParameterException', 'Referenced container instance not found.');
        host.status = 'INACTIVE';
        return {};
      }),
    );
    ecs.on(ecsSdk.DescribeCapacityProvidersCommand).callsFake(
      answer('ECS:DescribeCapacityProviders', (input: ecsSdk.DescribeCapacityProvidersCommandInput) => ({
        capacityProviders: (input.capacityProviders ?? []).map((name) => ({ name, ...managed.get(name) })),
      })),
    );
    ecs.on(ecsSdk.DescribeServicesCommand).callsFake(
      answer('ECS:DescribeServices', (input: ecsSdk.DescribeServicesCommandInput) => ({
        services: atMost(10, input.services).flatMap((serviceName) => {
          const service = services.get(serviceName);
          return service ? [{ serviceName, ...service }] : [];
        }),
      })),
    );
    ecs.on(ecsSdk.GetTaskProtectionCommand).callsFake(
      answer('ECS:GetTaskProtection', (input: ecsSdk.GetTaskProtectionCommandInput) => {
        const arns = atMost(10, input.tasks);
        const guarded = tasks().filter(({ arn, protectedUntil }) => protectedUntil && arns.includes(arn));
        return {
          protectedTasks: guarded.map(({ arn, protectedUntil }) => ({
            taskArn: arn,
            protectionEnabled: true,
            expirationDate: protectedUntil,
          })),
        };
      }),
    );
    ecs.on(ecsSdk.DescribeTaskDefinitionCommand).callsFake(
      answer('ECS:DescribeTaskDefinition', () => ({
        taskDefinition: { containerDefinitions: [{ name: 'app', stopTimeout: 7_200 }, { name: 'log' }] },
      })),
    );
  }

  function answerAutoScaling() {
    const autoScaling = mockClient(clients.autoScaling);
    const { answer } = log;
    const actionOf = (input: { LifecycleActionToken?: string; InstanceId?: string; LifecycleHookName?: string }) => {
      const index = waiting.findIndex(
        ({ token, instanceId, hook }) =>
          hook === input.LifecycleHookName &&
          (input.LifecycleActionToken ? token === input.LifecycleActionToken : instanceId === input.InstanceId),
      );
      if (index >= 0) return index;
      const token = input.LifecycleActionToken ?? 'none';
      throw awsError('ValidationError', `No active Lifecycle Action found with token ${token}`);
    };
    autoScaling.on(DescribeLifecycleHooksCommand).callsFake(
      answer('AutoScaling:DescribeLifecycleHooks', (input: { AutoScalingGroupName?: string }) => ({
        LifecycleHooks: [...heartbeatTimeouts]
          .filter(([hook]) => hook.startsWith(`${input.AutoScalingGroupName}/`))
          .map(([hook, HeartbeatTimeout]) => ({
            LifecycleHookName: hook.split('/')[1],
            HeartbeatTimeout,
            DefaultResult: 'CONTINUE',
          })),
      })),
    );
    autoScaling.on(DescribeAutoScalingGroupsCommand).callsFake(
      answer('AutoScaling:DescribeAutoScalingGroups', (input: { AutoScalingGroupNames?: string[] }) => ({
        AutoScalingGroups: (input.AutoScalingGroupNames ?? []).map((AutoScalingGroupName) => ({
          AutoScalingGroupName,
          Instances: waiting
            .filter(({ group }) => group === AutoScalingGroupName)
            .map(({ instanceId }) => ({ InstanceId: instanceId, LifecycleState: 'Terminating:Wait' })),
        })),
      })),
    );
    autoScaling
      .on(RecordLifecycleActionHeartbeatCommand)
      .callsFake(answer('AutoScaling:RecordLifecycleActionHeartbeat', (input: object) => void actionOf(input)));
    autoScaling
      .on(CompleteLifecycleActionCommand)
      .callsFake(
        answer('AutoScaling:CompleteLifecycleAction', (input: object) => void waiting.splice(actionOf(input), 1)),
      );
  }

  function answerEc2() {
    // The reader makes its own client on first use, so the class is mocked; each world takes it over anew.
    mockClient(EC2Client)
      .on(DescribeInstancesCommand)
      .callsFake(
        log.answer('EC2:DescribeInstances', (input: { Filters?: { Values?: string[] }[] }) => {
          const ids = input.Filters?.[0]?.Values ?? [];
          const known = hosts.filter(({ id, ec2 }) => ids.includes(id) && ec2 !== 'not-found');
          return {
            Reservations: known.map(({ id, ec2 }) => ({ Instances: [{ InstanceId: id, State: { Name: ec2 } }] })),
          };
        }),
      );
  }

  return {
    ...log,
    clients: clients satisfies AwsClients,
    hosts,
    waiting,
    heartbeatTimeouts,
    services,
    managed,
    /** The clusters of which anything was asked, in the order of the first call. */
    clustersAsked: () => [
      ...new Set(log.calls.flatMap(({ input }) => ('cluster' in input ? [clusterOf(String(input.cluster))] : []))),
    ],
  };
}

export type World = ReturnType<typeof createWorld>;

function atMost(limit: number, items: readonly string[] = []): readonly string[] {
  if (items.length >= 1 && items.length <= limit) return items;
  throw awsError('InvalidParameterException', `${items.length} items where 1 to ${limit} are allowed.`);
}
