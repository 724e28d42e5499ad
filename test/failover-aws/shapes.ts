import type {
  CapacityProviderStrategyItem,
  Service,
  ServiceEvent,
  TaskDefinition,
} from '@aws-sdk/client-ecs';

export const ACCOUNT = '111122223333';
const ECS = `arn:aws:ecs:us-east-1:${ACCOUNT}`;

export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
export const imageOf = (name: string, tag = 'v1') =>
  `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/${name}:${tag}`;

export const definitionArn = (family: string, revision = 1) => `${ECS}:task-definition/${family}:${revision}`;
export const revisionArn = (name: string, n = 1) => `${ECS}:service-revision/prod/${name}/${n}`;
export const taskArn = (id: string) => `${ECS}:task/prod/${id}`;
export const serviceArn = (name: string, cluster = 'prod') => `${ECS}:service/${cluster}/${name}`;
export const providerArn = (name: string) => `${ECS}:capacity-provider/${name}`;

export const SPOT_ONLY: CapacityProviderStrategyItem[] = [
  { capacityProvider: 'FARGATE_SPOT', weight: 1, base: 0 },
];

/** A service on FARGATE_SPOT whose deployment is through and which has all its tasks. */
export function spotService(name: string, desired = 4, overrides: Partial<Service> = {}): Service {
  return {
    serviceName: name,
    serviceArn: serviceArn(name),
    status: 'ACTIVE',
    schedulingStrategy: 'REPLICA',
    capacityProviderStrategy: SPOT_ONLY,
    desiredCount: desired,
    runningCount: desired,
    pendingCount: 0,
    platformFamily: 'Linux',
    platformVersion: '1.4.0',
    taskDefinition: definitionArn(name),
    deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 200 },
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: ['subnet-b', 'subnet-a'],
        securityGroups: ['sg-1'],
        assignPublicIp: 'DISABLED',
      },
    },
    deployments: [
      {
        id: `ecs-svc/${name}-0`,
        status: 'PRIMARY',
        rolloutState: 'COMPLETED',
        rolloutStateReason: 'ECS deployment completed.',
        taskDefinition: definitionArn(name),
        desiredCount: desired,
        runningCount: desired,
        createdAt: new Date(Date.UTC(2026, 10, 20)),
      },
    ],
    currentServiceRevisions: [{ arn: revisionArn(name), runningTaskCount: desired }],
    events: [],
    ...overrides,
  };
}

export function definition(name: string, overrides: Partial<TaskDefinition> = {}): TaskDefinition {
  return {
    taskDefinitionArn: definitionArn(name),
    family: name,
    revision: 1,
    status: 'ACTIVE',
    networkMode: 'awsvpc',
    cpu: '512',
    memory: '1024',
    requiresCompatibilities: ['FARGATE'],
    compatibilities: ['EC2', 'FARGATE'],
    requiresAttributes: [{ name: 'ecs.capability.task-eni' }],
    registeredAt: new Date(Date.UTC(2026, 10, 1)),
    registeredBy: 'arn:aws:iam::111122223333:role/ci',
    runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
    containerDefinitions: [{ name: 'app', image: imageOf(name), essential: true }],
    ...overrides,
  };
}

/** What ECS says among the service's events. */
export const event = (message: string, at: number): ServiceEvent => ({
  id: `event-${at}`,
  createdAt: new Date(at),
  message,
});

export const NO_CAPACITY =
  'was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.';
