import {
  DescribeAutoScalingGroupsCommand,
  DescribeLifecycleHooksCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, DescribeLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2';
import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeRepositoriesCommand,
  GetLifecyclePolicyCommand,
} from '@aws-sdk/client-ecr';
import {
  DescribeCapacityProvidersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListContainerInstancesCommand,
  ListServicesCommand,
} from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKS } from '../../cli/doctor/checks.ts';
import { createDoctorClients } from '../../cli/doctor/clients.ts';
import type { Policy } from '../../cli/doctor/finding.ts';
import { readCluster } from '../../cli/doctor/read/cluster.ts';
import { arnOf, awsError, createAws } from './doctor-aws.ts';
import { draining } from './doctoring.ts';

let aws: ReturnType<typeof createAws>;
beforeEach(() => {
  aws = createAws();
});
afterEach(() => {
  for (const mock of Object.values(aws)) mock.restore();
});

const clock = { now: () => 0, sleep: async () => undefined };
const ALL = CHECKS.flatMap(({ reads }) => reads);
const read = (wanted = ALL, policy: Policy = null, capacityProviders: string[] = []) =>
  readCluster(
    { clusterName: 'prod', clusterArn: arnOf('cluster', 'prod'), capacityProviders },
    {
      clients: createDoctorClients({ region: 'eu-west-1', clock, random: () => 0 }),
      policy,
      wanted: new Set(wanted),
    },
  );
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** A service with these target groups, on task definition web:1 with this image. */
function runWeb(targetGroups: readonly string[] = [], image = 'web') {
  aws.ecs.on(ListServicesCommand).resolves({ serviceArns: ['web'] });
  const loadBalancers = targetGroups.map((targetGroupArn) => ({ targetGroupArn }));
  const web = { serviceName: 'web', status: 'ACTIVE', taskDefinition: 'web:1', loadBalancers };
  aws.ecs.on(DescribeServicesCommand).resolves({ services: [web] });
  aws.ecs.on(DescribeTaskDefinitionCommand).resolves({
    taskDefinition: { taskDefinitionArn: 'web:1', containerDefinitions: [{ name: 'app', image }] },
  });
}

/** Container instances with these EC2 ids. */
function register(...ids: readonly string[]) {
  aws.ecs
    .on(ListContainerInstancesCommand, { cluster: 'prod' })
    .resolves({ containerInstanceArns: [...ids] });
  aws.ecs.on(DescribeContainerInstancesCommand, { cluster: 'prod' }).resolves({
    containerInstances: ids.map((ec2InstanceId) => ({ ec2InstanceId, status: 'ACTIVE' })),
  });
}

describe('reading a cluster', () => {
  it('pages the services, and describes ten at a time', async () => {
    const arns = numbers(23).map((index) => `service-${index}`);
    aws.ecs.on(ListServicesCommand).resolves({ serviceArns: arns.slice(0, 20), nextToken: 'more' });
    aws.ecs.on(ListServicesCommand, { nextToken: 'more' }).resolves({ serviceArns: arns.slice(20) });
    aws.ecs.on(DescribeServicesCommand).callsFake(({ services }: { services: string[] }) => ({
      services: services.map((serviceName) => ({ serviceName, status: 'ACTIVE', taskDefinition: 'web:1' })),
    }));

    const { services } = await read();

    const calls = aws.ecs
      .commandCalls(DescribeServicesCommand)
      .map(({ args }) => args[0].input.services?.length);
    expect(calls).toEqual([10, 10, 3]);
    expect(services.map(({ name }) => name)).toEqual(arns);
    // Each task definition once, however many run it.
    expect(aws.ecs.commandCalls(DescribeTaskDefinitionCommand)).toHaveLength(1);
  });

  it('describes a hundred container instances at a time, and asks EC2 about as many', async () => {
    const ids = numbers(101).map((index) => `i-${index}`);
    aws.ecs
      .on(ListContainerInstancesCommand)
      .resolves({ containerInstanceArns: ids.slice(0, 100), nextToken: 'more' });
    aws.ecs
      .on(ListContainerInstancesCommand, { nextToken: 'more' })
      .resolves({ containerInstanceArns: ids.slice(100) });
    aws.ecs
      .on(DescribeContainerInstancesCommand)
      .callsFake(({ containerInstances }: { containerInstances: string[] }) => ({
        containerInstances: containerInstances.map((ec2InstanceId) => ({ ec2InstanceId })),
      }));

    const { instances } = await read();

    expect(instances).toHaveLength(101);
    const asked = aws.ecs
      .commandCalls(DescribeContainerInstancesCommand)
      .map(({ args }) => args[0].input.containerInstances?.length);
    expect(asked).toEqual([100, 1]);
    const filters = aws.ec2
      .commandCalls(DescribeInstancesCommand)
      .map(({ args }) => args[0].input.Filters?.[0]?.Values?.length);
    expect(filters).toEqual([100, 1]);
  });

  it('does not ask EC2 about machines outside AWS', async () => {
    register('mi-1');

    await read();

    expect(aws.ec2.commandCalls(DescribeInstancesCommand)).toHaveLength(0);
  });

  it('finds groups by capacity provider, by the tag of an instance and by the policy', async () => {
    register('i-1');
    const Tags = [{ Key: 'aws:autoscaling:groupName', Value: 'by-tag' }];
    const machine = { InstanceId: 'i-1', State: { Name: 'running' as const }, Tags };
    aws.ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [machine] }] });
    const autoScalingGroupArn =
      'arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:u:autoScalingGroupName/by-provider';
    aws.ecs
      .on(DescribeCapacityProvidersCommand)
      .resolves({ capacityProviders: [{ name: 'cp', autoScalingGroupProvider: { autoScalingGroupArn } }] });

    await read(ALL, draining(), ['FARGATE', 'cp']);

    const [call] = aws.autoScaling.commandCalls(DescribeAutoScalingGroupsCommand);
    expect(call?.args[0].input.AutoScalingGroupNames).toEqual(['by-provider', 'by-tag', 'prod-ecs']);
    const [providers] = aws.ecs.commandCalls(DescribeCapacityProvidersCommand);
    expect(providers?.args[0].input.capacityProviders).toEqual(['cp']);
  });

  it('reads the terminate hooks of a group and the cluster that its launch template names', async () => {
    const LaunchTemplate = { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'ecs', Version: '3' };
    aws.autoScaling
      .on(DescribeAutoScalingGroupsCommand)
      .resolves({ AutoScalingGroups: [{ ...GROUP, LaunchTemplate }] });
    aws.autoScaling.on(DescribeLifecycleHooksCommand).resolves({
      LifecycleHooks: [
        { LifecycleHookName: 'start', LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' },
        {
          LifecycleHookName: 'stop',
          LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
          HeartbeatTimeout: 30,
        },
      ],
    });
    const UserData = Buffer.from('PASSWORD=hunter2\nECS_CLUSTER=other').toString('base64');
    aws.ec2
      .on(DescribeLaunchTemplateVersionsCommand)
      .resolves({ LaunchTemplateVersions: [{ LaunchTemplateData: { UserData } }] });

    const { groups } = await read(ALL, draining());

    expect(groups).toMatchObject([
      {
        hooks: [{ name: 'stop', longestMs: 3_000_000 }],
        templates: [{ name: 'ecs (3)', says: { kind: 'named', cluster: 'other' } }],
      },
    ]);
  });

  it('looks for instances that are missing in the cluster default', async () => {
    const Instances = [{ ...MEMBER, InstanceId: 'i-2' }];
    aws.autoScaling
      .on(DescribeAutoScalingGroupsCommand)
      .resolves({ AutoScalingGroups: [{ ...GROUP, Instances }] });
    register('i-1');
    aws.ecs
      .on(ListContainerInstancesCommand, { cluster: 'default' })
      .resolves({ containerInstanceArns: ['two'] });
    aws.ecs
      .on(DescribeContainerInstancesCommand, { cluster: 'default' })
      .resolves({ containerInstances: [{ ec2InstanceId: 'i-2' }] });

    expect((await read(ALL, draining())).inDefault).toEqual(new Set(['i-2']));
  });

  it.each(['ClusterNotFoundException', 'AccessDeniedException'])(
    'minds no %s of the cluster default',
    async (name) => {
      const Instances = [{ ...MEMBER, InstanceId: 'i-2' }];
      aws.autoScaling
        .on(DescribeAutoScalingGroupsCommand)
        .resolves({ AutoScalingGroups: [{ ...GROUP, Instances }] });
      register('i-1');
      aws.ecs.on(ListContainerInstancesCommand, { cluster: 'default' }).rejects(awsError(name));

      const { inDefault, unread } = await read(ALL, draining());

      expect([inDefault.size, unread.size]).toEqual([0, 0]);
    },
  );

  it('asks about target groups one by one where one of them was deleted', async () => {
    runWeb(['tg-1', 'gone']);
    aws.loadBalancing
      .on(DescribeTargetGroupsCommand)
      .callsFake(({ TargetGroupArns }: { TargetGroupArns: string[] }) => {
        if (TargetGroupArns.includes('gone')) throw awsError('TargetGroupNotFoundException');
        return {
          TargetGroups: TargetGroupArns.map((TargetGroupArn) => ({
            TargetGroupArn,
            LoadBalancerArns: ['alb'],
          })),
        };
      });
    aws.loadBalancing.on(DescribeTargetGroupAttributesCommand).resolves({
      Attributes: [
        { Key: 'deregistration_delay.timeout_seconds', Value: '30' },
        { Key: 'stickiness.enabled', Value: 'false' },
      ],
    });
    aws.loadBalancing.on(DescribeLoadBalancersCommand).resolves({
      LoadBalancers: [{ LoadBalancerArn: 'alb', LoadBalancerName: 'web', SecurityGroups: ['sg-1'] }],
    });

    const { targetGroups, loadBalancers, unread } = await read();

    expect([...targetGroups]).toMatchObject([['tg-1', { deregistrationSeconds: 30 }]]);
    expect(loadBalancers.get('alb')).toEqual({ name: 'web', securityGroups: ['sg-1'] });
    expect(unread.size).toBe(0);
  });

  it('asks ECR about the repositories of its own account and Region only', async () => {
    runWeb([], '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/api:prod');
    const repository = { repositoryName: 'shop/api', imageTagMutability: 'MUTABLE' as const };
    aws.ecr.on(DescribeRepositoriesCommand).resolves({ repositories: [repository] });
    aws.ecr.on(GetLifecyclePolicyCommand).rejects(awsError('LifecyclePolicyNotFoundException'));
    aws.ecr
      .on(BatchGetRepositoryScanningConfigurationCommand)
      .resolves({ scanningConfigurations: [{ repositoryName: 'shop/api', scanFrequency: 'MANUAL' }] });

    const { repositories } = await read();

    expect([...repositories.values()]).toMatchObject([
      { name: 'shop/api', mutability: 'MUTABLE', hasLifecyclePolicy: false, isScanned: false },
    ]);
    runWeb([], '999999999999.dkr.ecr.eu-west-1.amazonaws.com/shop/api:prod');
    expect((await read()).repositories.size).toBe(0);
    expect(aws.ecr.commandCalls(DescribeRepositoriesCommand)).toHaveLength(1);
  });

  it('keeps the names of secrets and no value', async () => {
    const environment = [
      { name: 'DB_PASSWORD', value: 'hunter2' },
      { name: 'LEVEL', value: 'hunter3' },
    ];
    runWeb();
    aws.ecs.on(DescribeTaskDefinitionCommand).resolves({
      taskDefinition: { containerDefinitions: [{ name: 'app', environment, command: ['--key', 'hunter4'] }] },
    });

    const { definitions } = await read();

    const seen = JSON.stringify([...definitions]);
    expect(seen).toContain('DB_PASSWORD');
    expect(seen).not.toMatch(/hunter/);
  });

  it('names a call that is denied, and goes on with the others', async () => {
    runWeb(['tg-1']);
    aws.loadBalancing
      .on(DescribeTargetGroupsCommand)
      .rejects(
        awsError(
          'AccessDenied',
          'User is not authorized to perform: elasticloadbalancing:DescribeTargetGroups',
        ),
      );

    const { unread, services, definitions } = await read();

    expect([...unread.keys()]).toEqual(['elasticloadbalancing:DescribeTargetGroups']);
    expect([services.length, definitions.size]).toEqual([1, 1]);
  });

  it('gives up on credentials that are good for nothing', async () => {
    aws.ecs.on(ListServicesCommand).rejects(awsError('ExpiredTokenException'));

    await expect(read()).rejects.toThrow('ExpiredTokenException');
  });

  it('makes only the calls that the checks need', async () => {
    register('i-1');

    await read(['ecs:ListContainerInstances', 'ecs:DescribeContainerInstances']);

    expect(aws.ecs.calls()).toHaveLength(2);
    expect(aws.ec2.calls()).toHaveLength(0);
    expect(aws.autoScaling.calls()).toHaveLength(0);
  });
});

const GROUP = {
  AutoScalingGroupName: 'prod-ecs',
  MinSize: 0,
  MaxSize: 9,
  DesiredCapacity: 1,
  DefaultCooldown: 300,
  AvailabilityZones: ['eu-west-1a'],
  HealthCheckType: 'EC2',
  CreatedTime: new Date(0),
};
const MEMBER = {
  AvailabilityZone: 'eu-west-1a',
  LifecycleState: 'InService' as const,
  HealthStatus: 'Healthy',
  ProtectedFromScaleIn: false,
};
