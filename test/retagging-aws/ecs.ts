import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServicesCommand,
  ListTasksCommand,
  type Service,
  type ServiceRevision,
  type Task,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import type { Clock } from '../../lib/clock.ts';
import { awsError, type CallLog } from '../functions/calls.ts';

/** ECS services and what they run, in memory. A service's name is unique over all clusters here. */
export function createEcs(log: CallLog, clock: Clock) {
  const ecs = new ECSClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  const mock = mockClient(ecs);
  const services = new Map<string, Service>();
  const revisions = new Map<string, ServiceRevision>();
  /** Images of the containers, by task definition. */
  const images = new Map<string, readonly string[]>();
  const tasks: Task[] = [];
  /** When service deployments finished, by ARN. */
  const finished = new Map<string, Date>();

  mock.on(DescribeServicesCommand).callsFake(
    log.answer('ECS:DescribeServices', ({ services: names = [] }: { services?: string[] }) => {
      if (names.length > 10) throw awsError('InvalidParameterException', 'at most 10 services');
      return {
        services: names.flatMap((name) => services.get(name) ?? []),
        failures: names.filter((name) => !services.has(name)).map((arn) => ({ arn, reason: 'MISSING' })),
      };
    }),
  );
  mock.on(ListServicesCommand).callsFake(
    log.answer('ECS:ListServices', ({ cluster, nextToken }: { cluster?: string; nextToken?: string }) => {
      const all = [...services.keys()].map(
        (name) => `arn:aws:ecs:eu-central-1:111122223333:service/${cluster}/${name}`,
      );
      const from = Number(nextToken ?? 0);
      return {
        serviceArns: all.slice(from, from + 10),
        ...(from + 10 < all.length && { nextToken: String(from + 10) }),
      };
    }),
  );
  mock.on(DescribeTaskDefinitionCommand).callsFake(
    log.answer('ECS:DescribeTaskDefinition', ({ taskDefinition = '' }: { taskDefinition?: string }) => ({
      taskDefinition: {
        containerDefinitions: (images.get(taskDefinition) ?? []).map((image) => ({ name: 'web', image })),
      },
    })),
  );
  mock.on(DescribeServiceRevisionsCommand).callsFake(
    log.answer(
      'ECS:DescribeServiceRevisions',
      ({ serviceRevisionArns = [] }: { serviceRevisionArns?: string[] }) => ({
        serviceRevisions: serviceRevisionArns.flatMap((arn) => revisions.get(arn) ?? []),
      }),
    ),
  );
  mock.on(DescribeServiceDeploymentsCommand).callsFake(
    log.answer(
      'ECS:DescribeServiceDeployments',
      ({ serviceDeploymentArns = [] }: { serviceDeploymentArns?: string[] }) => ({
        serviceDeployments: serviceDeploymentArns.flatMap((arn) => {
          const finishedAt = finished.get(arn);
          return finishedAt ? [{ serviceDeploymentArn: arn, finishedAt }] : [];
        }),
      }),
    ),
  );
  mock
    .on(ListTasksCommand)
    .callsFake(
      log.answer('ECS:ListTasks', () => ({ taskArns: tasks.flatMap(({ taskArn }) => taskArn ?? []) })),
    );
  mock.on(DescribeTasksCommand).callsFake(log.answer('ECS:DescribeTasks', () => ({ tasks })));
  mock.on(UpdateServiceCommand).callsFake(
    log.answer('ECS:UpdateService', ({ service: name = '' }: { service?: string }) => {
      const service = services.get(name);
      if (!service) throw awsError('ServiceNotFoundException', 'Service not found.');
      const before = (service.deployments ?? []).map((one) => ({ ...one, status: 'ACTIVE' }));
      service.deployments = [
        { id: 'new', status: 'PRIMARY', rolloutState: 'IN_PROGRESS', createdAt: new Date(clock.now()) },
        ...before,
      ];
      return { service };
    }),
  );

  return {
    ecs,
    services,
    revisions,
    images,
    tasks,
    finished,
    /** A service whose deployment is complete, of a task definition with these images. */
    run(name: string, containers: readonly string[], changes: Partial<Service> = {}): Service {
      const taskDefinition = `arn:aws:ecs:eu-central-1:111122223333:task-definition/${name}:1`;
      images.set(taskDefinition, containers);
      const began = new Date(clock.now());
      const service: Service = {
        serviceName: name,
        status: 'ACTIVE',
        desiredCount: 2,
        runningCount: 2,
        taskDefinition,
        currentServiceRevisions: [{ arn: `revision/${name}` }],
        deployments: [
          {
            id: 'first',
            status: 'PRIMARY',
            rolloutState: 'COMPLETED',
            createdAt: began,
            updatedAt: began,
            taskDefinition,
          },
        ],
        ...changes,
      };
      services.set(name, service);
      return service;
    },
    /** What the containers of a service were resolved to. */
    pin(name: string, digests: readonly string[]): void {
      const taskDefinition = services.get(name)?.taskDefinition;
      revisions.set(`revision/${name}`, {
        ...(taskDefinition !== undefined && { taskDefinition }),
        containerImages: digests.map((imageDigest) => ({ containerName: 'web', imageDigest })),
      });
    },
  };
}
