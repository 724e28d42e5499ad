import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeLifecycleHooksCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetLifecyclePolicyCommand,
} from '@aws-sdk/client-ecr';
import {
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListClustersCommand,
  ListContainerInstancesCommand,
  ListServicesCommand,
} from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll } from 'vitest';
import { createDoctor } from '../../cli/doctor.ts';
import { stevedore } from '../../cli/stevedore.ts';

const PREFIX = 'arn:aws:ecs:eu-west-1:111122223333';
export const arnOf = (kind: string, id: string) => `${PREFIX}:${kind}/${id}`;

/** An error as AWS's services give it. */
export const awsError = (name: string, message = name) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });

/**
 * An account whose every service answers, with nothing in it but a cluster `prod`. To be changed by each test.
 * Load balancers are not in the simulator, so that AWS is mocked here.
 */
export function createAws() {
  const ecs = mockClient(ECSClient);
  const autoScaling = mockClient(AutoScalingClient);
  const ec2 = mockClient(EC2Client);
  const ecr = mockClient(ECRClient);
  const loadBalancing = mockClient(ElasticLoadBalancingV2Client);
  ecs.on(ListClustersCommand).resolves({ clusterArns: [arnOf('cluster', 'prod')] });
  ecs.on(DescribeClustersCommand).callsFake(({ clusters = [] }: { clusters?: string[] }) => ({
    clusters: clusters
      .map((one) => one.split('/').at(-1) ?? one)
      .filter((name) => name !== 'absent')
      .map((clusterName) => ({ clusterName, clusterArn: arnOf('cluster', clusterName), status: 'ACTIVE' })),
  }));
  ecs.on(ListServicesCommand).resolves({ serviceArns: [] });
  ecs.on(DescribeServicesCommand).resolves({ services: [] });
  ecs.on(DescribeTaskDefinitionCommand).resolves({ taskDefinition: {} });
  ecs.on(ListContainerInstancesCommand).resolves({ containerInstanceArns: [] });
  ecs.on(DescribeContainerInstancesCommand).resolves({ containerInstances: [] });
  ecs.on(DescribeCapacityProvidersCommand).resolves({ capacityProviders: [] });
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [] });
  autoScaling.on(DescribeLifecycleHooksCommand).resolves({ LifecycleHooks: [] });
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [] });
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: [] });
  loadBalancing.on(DescribeTargetGroupsCommand).resolves({ TargetGroups: [] });
  loadBalancing.on(DescribeTargetGroupAttributesCommand).resolves({ Attributes: [] });
  loadBalancing.on(DescribeLoadBalancersCommand).resolves({ LoadBalancers: [] });
  ecr.on(DescribeRepositoriesCommand).resolves({ repositories: [] });
  ecr.on(GetLifecyclePolicyCommand).resolves({});
  ecr.on(BatchGetRepositoryScanningConfigurationCommand).resolves({ scanningConfigurations: [] });
  return { ecs, autoScaling, ec2, ecr, loadBalancing };
}

/** A service that cannot be deployed (error), on Fargate Spot only (warning), with a secret in it (error). */
export function runBadly({ ecs }: Pick<ReturnType<typeof createAws>, 'ecs'>) {
  ecs.on(ListServicesCommand).resolves({ serviceArns: [arnOf('service', 'prod/web')] });
  ecs.on(DescribeServicesCommand).resolves({
    services: [
      {
        serviceArn: arnOf('service', 'prod/web'),
        serviceName: 'web',
        status: 'ACTIVE',
        desiredCount: 2,
        taskDefinition: arnOf('task-definition', 'web:7'),
        deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 },
        capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
        loadBalancers: [{ targetGroupArn: 'tg-1' }],
      },
    ],
  });
  ecs.on(DescribeClustersCommand).resolves({
    clusters: [
      {
        clusterName: 'prod',
        clusterArn: arnOf('cluster', 'prod'),
        status: 'ACTIVE',
        capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      },
    ],
  });
  ecs.on(DescribeTaskDefinitionCommand).resolves({
    taskDefinition: {
      taskDefinitionArn: arnOf('task-definition', 'web:7'),
      networkMode: 'awsvpc',
      containerDefinitions: [
        { name: 'app', image: 'web:7', environment: [{ name: 'DB_PASSWORD', value: 'hunter2' }] },
      ],
    },
  });
}

const directory = mkdtempSync(join(tmpdir(), 'stevedore-doctor-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

/** The path of a file with this text. */
export function fileOf(text: string): string {
  files += 1;
  const file = join(directory, `policy-${files}.yml`);
  writeFileSync(file, text);
  return file;
}

/** Of a cluster that no test looks at, in place of the repository's own policy file. */
const ELSEWHERE =
  'version: 1\ndraining: { clusters: { elsewhere: { groups: { other: { hooks: [drain] } } } } }\n';

/** Runs `stevedore doctor` against what is mocked; `columns` of the terminal, if it is one. */
export async function doctor(args: readonly string[], columns?: number) {
  let out = '';
  let err = '';
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    columns,
  };
  const clock = { now: () => 0, sleep: async () => undefined };
  const command = createDoctor(({ region }) => ({
    clientOptions: { region, clock, random: () => 0 },
    stderr: new PassThrough(),
  }));
  const policy = args.includes('--policy') ? [] : ['--policy', fileOf(ELSEWHERE)];
  const code = await stevedore(['doctor', ...args, ...policy, '--region', 'eu-west-1'], terminal, {
    doctor: command,
  });
  return { code, out, err };
}
