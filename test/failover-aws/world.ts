import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { BatchGetImageCommand, type BatchGetImageRequest, ECRClient } from '@aws-sdk/client-ecr';
import {
  DescribeClustersCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type Failure,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionRequest,
  RunTaskCommand,
  type RunTaskRequest,
  type Service,
  type ServiceDeployment,
  type ServiceRevision,
  StopTaskCommand,
  type Task,
  type TaskDefinition,
  UpdateServiceCommand,
  type UpdateServiceRequest,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { createFailoverClients } from '../../lib/aws/failover-clients.ts';
import type { Clock } from '../../lib/clock.ts';
import { awsError, createCallLog } from '../functions/calls.ts';
import { definition, definitionArn, digest, imageOf, revisionArn, spotService, taskArn } from './shapes.ts';

/** What an ECR tag points at, by `REGISTRY/REGION/REPOSITORY:TAG`. */
interface Tagged {
  readonly digest: string;
  readonly manifest?: string;
}

/** What is true in AWS, as far as failover asks; tests change it as they like. SDK clients answer from it. */
export function createFailoverWorld(clock: Clock) {
  const log = createCallLog();
  const state = {
    services: new Map<string, Service>(),
    definitions: new Map<string, TaskDefinition>(),
    revisions: new Map<string, ServiceRevision>(),
    tasks: new Map<string, Task>(),
    providers: ['FARGATE', 'FARGATE_SPOT'],
    zones: new Map([
      ['subnet-a', 'us-east-1a'],
      ['subnet-b', 'us-east-1b'],
    ]),
    images: new Map<string, Tagged>(),
    serviceDeployments: [] as ServiceDeployment[],
    /** What RunTask answers in place of a task. */
    runFailures: [] as Failure[],
  };
  const clients = createFailoverClients({
    region: 'us-east-1',
    clock,
    random: () => 0.5,
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  let deployments = 0;

  const ecs = mockClient(clients.ecs);
  ecs.on(DescribeServicesCommand).callsFake(
    log.answer('ECS:DescribeServices', ({ services = [] }: { services?: string[] }) => ({
      services: services.flatMap((name) => state.services.get(name) ?? []),
      failures: services
        .filter((name) => !state.services.has(name))
        .map((name) => ({
          arn: `arn:aws:ecs:us-east-1:111122223333:service/prod/${name}`,
          reason: 'MISSING',
        })),
    })),
  );
  ecs.on(UpdateServiceCommand).callsFake(
    log.answer('ECS:UpdateService', (input: UpdateServiceRequest) => {
      const service = state.services.get(input.service ?? '');
      if (!service) throw awsError('ServiceNotFoundException', 'Service not found.');
      if (input.capacityProviderStrategy && !input.forceNewDeployment) {
        throw awsError('InvalidParameterException', 'To change it you must force a new deployment.');
      }
      if (input.desiredCount !== undefined) service.desiredCount = input.desiredCount;
      if (input.taskDefinition !== undefined) service.taskDefinition = input.taskDefinition;
      if (!input.capacityProviderStrategy) return { service };
      deployments += 1;
      service.capacityProviderStrategy = input.capacityProviderStrategy;
      const old = (service.deployments ?? []).map((one) => ({ ...one, status: 'ACTIVE' }));
      const primary = {
        id: `ecs-svc/ours-${deployments}`,
        status: 'PRIMARY',
        rolloutState: 'IN_PROGRESS' as const,
        taskDefinition: service.taskDefinition,
        desiredCount: service.desiredCount,
        runningCount: 0,
        createdAt: new Date(clock.now()),
      };
      service.deployments = [primary, ...old];
      return { service };
    }),
  );
  ecs.on(DescribeClustersCommand).callsFake(
    log.answer('ECS:DescribeClusters', ({ clusters = [] }: { clusters?: string[] }) => ({
      clusters: clusters.map((clusterName) => ({ clusterName, capacityProviders: state.providers })),
    })),
  );
  ecs.on(DescribeTaskDefinitionCommand).callsFake(
    log.answer('ECS:DescribeTaskDefinition', ({ taskDefinition = '' }: { taskDefinition?: string }) => {
      const all = [...state.definitions.values()];
      const found =
        state.definitions.get(taskDefinition) ?? all.findLast(({ family }) => family === taskDefinition);
      if (!found) throw awsError('ClientException', 'Unable to describe task definition.');
      return { taskDefinition: found, tags: [{ key: 'team', value: 'shop' }] };
    }),
  );
  ecs.on(RegisterTaskDefinitionCommand).callsFake(
    log.answer('ECS:RegisterTaskDefinition', ({ tags: _, ...input }: RegisterTaskDefinitionRequest) => {
      const family = input.family ?? '';
      const revision = 1 + [...state.definitions.values()].filter((one) => one.family === family).length;
      const taskDefinitionArn = definitionArn(family, revision);
      const registered = { ...input, taskDefinitionArn, revision, registeredAt: new Date(clock.now()) };
      state.definitions.set(taskDefinitionArn, registered);
      return { taskDefinition: registered };
    }),
  );
  ecs.on(DescribeServiceRevisionsCommand).callsFake(
    log.answer('ECS:DescribeServiceRevisions', (input: { serviceRevisionArns?: string[] }) => ({
      serviceRevisions: (input.serviceRevisionArns ?? []).flatMap((arn) => state.revisions.get(arn) ?? []),
    })),
  );
  ecs.on(ListTasksCommand).callsFake(
    log.answer('ECS:ListTasks', ({ serviceName = '' }: { serviceName?: string }) => ({
      taskArns: [...state.tasks.values()].flatMap(({ group, taskArn: arn }) =>
        group === `service:${serviceName}` && arn ? [arn] : [],
      ),
    })),
  );
  ecs.on(DescribeTasksCommand).callsFake(
    log.answer('ECS:DescribeTasks', ({ tasks = [] }: { tasks?: string[] }) => ({
      tasks: tasks.flatMap((arn) => state.tasks.get(arn) ?? []),
      failures: tasks.filter((arn) => !state.tasks.has(arn)).map((arn) => ({ arn, reason: 'MISSING' })),
    })),
  );
  const tokens = new Map<string, Task>();
  ecs.on(RunTaskCommand).callsFake(
    log.answer('ECS:RunTask', ({ clientToken = '' }: RunTaskRequest) => {
      if (state.runFailures.length > 0) return { tasks: [], failures: state.runFailures };
      const task = tokens.get(clientToken) ?? {
        taskArn: taskArn(`probe-${tokens.size + 1}`),
        lastStatus: 'PROVISIONING',
        desiredStatus: 'RUNNING',
      };
      tokens.set(clientToken, task);
      state.tasks.set(task.taskArn ?? '', task);
      return { tasks: [task], failures: [] };
    }),
  );
  ecs.on(StopTaskCommand).callsFake(
    log.answer('ECS:StopTask', ({ task = '' }: { task?: string }) => {
      const found = state.tasks.get(task);
      if (!found) throw awsError('InvalidParameterException', 'The referenced task was not found.');
      found.desiredStatus = 'STOPPED';
      return { task: found };
    }),
  );
  ecs.on(ListServiceDeploymentsCommand).callsFake(
    log.answer('ECS:ListServiceDeployments', ({ createdAt }: { createdAt?: { after?: Date } }) => ({
      serviceDeployments: state.serviceDeployments.filter(
        (one) => (one.createdAt?.getTime() ?? 0) >= (createdAt?.after?.getTime() ?? 0),
      ),
    })),
  );
  ecs.on(DescribeServiceDeploymentsCommand).callsFake(
    log.answer('ECS:DescribeServiceDeployments', (input: { serviceDeploymentArns?: string[] }) => ({
      serviceDeployments: state.serviceDeployments.filter(({ serviceDeploymentArn = '' }) =>
        input.serviceDeploymentArns?.includes(serviceDeploymentArn),
      ),
    })),
  );

  // The readers make their clients on first use, so the classes are mocked; each new world takes them over.
  const ec2 = mockClient(EC2Client);
  ec2.on(DescribeSubnetsCommand).callsFake(
    log.answer('EC2:DescribeSubnets', ({ Filters = [] }: { Filters?: { Values?: string[] }[] }) => ({
      Subnets: (Filters[0]?.Values ?? []).flatMap((SubnetId) => {
        const AvailabilityZone = state.zones.get(SubnetId);
        return AvailabilityZone ? [{ SubnetId, AvailabilityZone }] : [];
      }),
    })),
  );
  const ecr = mockClient(ECRClient);
  ecr.on(BatchGetImageCommand).callsFake(async (input: BatchGetImageRequest, getClient: () => ECRClient) => {
    const region = await getClient().config.region();
    const answer = log.answer('ECR:BatchGetImage', (asked: BatchGetImageRequest & { region: string }) => {
      const { registryId, repositoryName, imageIds: [id] = [] } = asked;
      const found = state.images.get(`${registryId}/${region}/${repositoryName}:${id?.imageTag}`);
      if (!found)
        return { images: [], failures: [{ failureCode: 'ImageNotFound', failureReason: 'No such tag' }] };
      return { images: [{ imageId: { ...id, imageDigest: found.digest }, imageManifest: found.manifest }] };
    });
    return answer({ ...input, region });
  });
  // The store and the journal of these tests are in memory.
  mockClient(clients.dynamodb).onAnyCommand().rejects('nobody calls DynamoDB here');
  mockClient(clients.events).onAnyCommand().rejects('nobody calls EventBridge here');

  return {
    ...log,
    state,
    clients,
    /** A service on Spot with everything that a flip asks for; its tag points at what it runs. */
    addService(name: string, desired = 4, overrides: Partial<Service> = {}): Service {
      const service = spotService(name, desired, overrides);
      state.services.set(name, service);
      state.definitions.set(definitionArn(name), definition(name));
      state.images.set(`111122223333/us-east-1/${name}:v1`, { digest: digest('a') });
      state.revisions.set(revisionArn(name), {
        serviceRevisionArn: revisionArn(name),
        taskDefinition: definitionArn(name),
        createdAt: new Date(0),
        containerImages: [{ containerName: 'app', image: imageOf(name), imageDigest: digest('a') }],
      });
      return service;
    },
    service(name: string): Service {
      const service = state.services.get(name);
      if (!service) throw new Error(`There is no service ${name} in this world.`);
      return service;
    },
    /** The newest deployment of the service is through, and all its tasks run. */
    complete(name: string): void {
      const service = this.service(name);
      const [primary] = service.deployments ?? [];
      const desired = service.desiredCount ?? 0;
      service.runningCount = desired;
      if (primary) {
        service.deployments = [{ ...primary, rolloutState: 'COMPLETED', runningCount: desired }];
      }
    },
  };
}

export type FailoverWorld = ReturnType<typeof createFailoverWorld>;
