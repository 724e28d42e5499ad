import {
  type CapacityProvider,
  type Cluster,
  type Deployment,
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListServiceDeploymentsCommand,
  PutClusterCapacityProvidersCommand,
  type PutClusterCapacityProvidersCommandInput,
  type Service,
  type ServiceDeployment,
  type TaskDefinition,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import type { EcrReader } from '../../lib/aws/ecr.ts';
import { createFailoverClients } from '../../lib/aws/failover-clients.ts';
import type { Clock } from '../../lib/clock.ts';
import { awsError, createCallLog } from '../functions/calls.ts';

export const PUT = 'ECS:PutClusterCapacityProviders';
export const UPDATE = 'ECS:UpdateService';
export const CLUSTERS = 'ECS:DescribeClusters';

/** One cluster with services, as far as a migration asks; tests change it as they like. SDK clients answer from it. */
export function createMigrationWorld(clock: Clock) {
  const log = createCallLog();
  const state = {
    cluster: {
      clusterName: 'prod',
      status: 'ACTIVE',
      capacityProviders: ['hosts'],
      defaultCapacityProviderStrategy: [{ capacityProvider: 'hosts', weight: 1 }],
      attachments: [],
    } as Cluster,
    capacityProviders: [{ name: 'hosts', type: 'EC2_AUTOSCALING' }] as CapacityProvider[],
    services: new Map<string, Service>(),
    taskDefinition: fargateReady(),
    serviceDeployments: [] as ServiceDeployment[],
    /** Digest that runs, and the one that the tag points at in ECR now. */
    images: { running: 'sha256:old', tagged: 'sha256:old' },
  };
  const clients = createFailoverClients({
    region: 'us-east-1',
    clock,
    random: () => 0.5,
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  let deployments = 0;

  /** What PutClusterCapacityProviders does, whoever calls it: it replaces both lists. */
  const putProviders = (
    capacityProviders: readonly string[],
    defaults = state.cluster.defaultCapacityProviderStrategy,
  ) => {
    state.cluster = {
      ...state.cluster,
      capacityProviders: [...capacityProviders],
      ...(defaults && { defaultCapacityProviderStrategy: defaults }),
    };
  };
  /** What UpdateService does, whoever calls it. */
  const deploy = (name: string, change: Partial<Service>): Service => {
    const before = state.services.get(name);
    if (!before) throw awsError('ServiceNotFoundException', 'Service not found.');
    deployments += 1;
    const primary: Deployment = {
      id: `ecs-svc/${deployments}`,
      status: 'PRIMARY',
      rolloutState: 'IN_PROGRESS',
      createdAt: new Date(clock.now()),
      desiredCount: before.desiredCount,
      runningCount: 0,
    };
    const old = (before.deployments ?? []).map((one) => ({ ...one, status: 'ACTIVE' }));
    const { launchType: _, ...rest } = before;
    const service = { ...rest, ...change, deployments: [primary, ...old] };
    state.services.set(name, service);
    return service;
  };

  const ecs = mockClient(clients.ecs);
  ecs.on(DescribeClustersCommand).callsFake(log.answer(CLUSTERS, () => ({ clusters: [state.cluster] })));
  ecs
    .on(DescribeCapacityProvidersCommand)
    .callsFake(
      log.answer('ECS:DescribeCapacityProviders', () => ({ capacityProviders: state.capacityProviders })),
    );
  ecs.on(PutClusterCapacityProvidersCommand).callsFake(
    log.answer(PUT, (input: PutClusterCapacityProvidersCommandInput) => {
      putProviders(input.capacityProviders ?? [], input.defaultCapacityProviderStrategy);
      return { cluster: state.cluster };
    }),
  );
  ecs.on(DescribeServicesCommand).callsFake(
    log.answer('ECS:DescribeServices', ({ services = [] }: { services?: string[] }) => ({
      services: services.flatMap((name) => state.services.get(name) ?? []),
      failures: services
        .filter((name) => !state.services.has(name))
        .map((arn) => ({ arn, reason: 'MISSING' })),
    })),
  );
  ecs
    .on(DescribeTaskDefinitionCommand)
    .callsFake(log.answer('ECS:DescribeTaskDefinition', () => ({ taskDefinition: state.taskDefinition })));
  ecs.on(UpdateServiceCommand).callsFake(
    log.answer(UPDATE, (input: UpdateServiceCommandInput) => {
      const { service = '', capacityProviderStrategy, placementConstraints, placementStrategy } = input;
      const change = { capacityProviderStrategy, placementConstraints, placementStrategy };
      return { service: deploy(service, change) };
    }),
  );
  ecs
    .on(ListServiceDeploymentsCommand)
    .callsFake(
      log.answer('ECS:ListServiceDeployments', () => ({ serviceDeployments: state.serviceDeployments })),
    );
  ecs
    .on(DescribeServiceDeploymentsCommand)
    .callsFake(
      log.answer('ECS:DescribeServiceDeployments', () => ({ serviceDeployments: state.serviceDeployments })),
    );
  ecs.on(DescribeServiceRevisionsCommand).callsFake(
    log.answer('ECS:DescribeServiceRevisions', () => ({
      serviceRevisions: [
        {
          taskDefinition: 'web:1',
          containerImages: [{ containerName: 'app', imageDigest: state.images.running }],
        },
      ],
    })),
  );
  const ecr: EcrReader = {
    taggedImage: async () => ({ found: true, digests: [state.images.tagged] }),
  };
  // The store and the journal of these tests are in memory.
  mockClient(clients.dynamodb).onAnyCommand().rejects('nobody calls DynamoDB here');
  mockClient(clients.events).onAnyCommand().rejects('nobody calls EventBridge here');

  return {
    ...log,
    state,
    clients: { ...clients, ecr: async () => ecr },
    putProviders,
    deploy,
    /** The newest deployment of a service is through. */
    complete(name: string): void {
      const service = state.services.get(name);
      const [primary] = service?.deployments ?? [];
      if (!service || !primary) throw new Error(`no deployment of ${name}`);
      const through = { ...primary, rolloutState: 'COMPLETED' as const, runningCount: service.desiredCount };
      state.services.set(name, { ...service, deployments: [through] });
    },
    /** ECS's deployment circuit breaker takes the newest deployment of a service back. */
    rollBack(name: string): void {
      deploy(name, { launchType: 'EC2', capacityProviderStrategy: [] });
      state.serviceDeployments.push({
        serviceDeploymentArn: `arn:aws:ecs:us-east-1:111122223333:service-deployment/prod/${name}/1`,
        status: 'ROLLBACK_IN_PROGRESS',
        createdAt: new Date(clock.now()),
        rollback: { reason: 'Service deployment rolled back because of the circuit breaker.' },
        deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3 },
      });
    },
    strategyOf: (name: string) => state.services.get(name)?.capacityProviderStrategy,
  };
}

const fargateReady = (): TaskDefinition => ({
  networkMode: 'awsvpc',
  requiresCompatibilities: ['EC2', 'FARGATE'],
  cpu: '256',
  memory: '512',
  containerDefinitions: [{ name: 'app', image: `registry.example/app@sha256:${'a'.repeat(64)}` }],
});

/** Four tasks with launch type EC2. */
export const ec2Service = (serviceName: string): Service => ({
  serviceName,
  status: 'ACTIVE',
  launchType: 'EC2',
  schedulingStrategy: 'REPLICA',
  desiredCount: 4,
  runningCount: 4,
  pendingCount: 0,
  taskDefinition: `${serviceName}:1`,
  currentServiceRevisions: [
    { arn: `arn:aws:ecs:us-east-1:111122223333:service-revision/prod/${serviceName}/1` },
  ],
  deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 200 },
  networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] } },
  deployments: [
    { id: `ecs-svc/${serviceName}`, status: 'PRIMARY', rolloutState: 'COMPLETED', runningCount: 4 },
  ],
});
