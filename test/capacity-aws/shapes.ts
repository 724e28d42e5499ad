import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import type { InstanceTypeInfo } from '@aws-sdk/client-ec2';
import type {
  ContainerDefinition,
  ContainerInstance,
  Service,
  Task,
  TaskDefinition,
} from '@aws-sdk/client-ecs';
import type { CapacityWorld } from './world.ts';

const ECS = 'arn:aws:ecs:eu-central-1:111122223333';
export const instanceArn = (id: string) => `${ECS}:container-instance/prod/${id}`;
export const taskArn = (id: string) => `${ECS}:task/prod/${id}`;
export const definitionArn = (name: string) => `${ECS}:task-definition/${name}`;
export const groupArn = (name: string) =>
  `arn:aws:autoscaling:eu-central-1:111122223333:autoScalingGroup:7d2c1f64:autoScalingGroupName/${name}`;

/** What an m7i.large registers, and what of it is free. */
export const resources = (cpu: number, memory: number, ports: readonly string[] = [], gpus?: string[]) => [
  { name: 'CPU', type: 'INTEGER', integerValue: cpu },
  { name: 'MEMORY', type: 'INTEGER', integerValue: memory },
  { name: 'PORTS', type: 'STRINGSET', stringSetValue: ['22', '51678', ...ports] },
  { name: 'PORTS_UDP', type: 'STRINGSET', stringSetValue: [] },
  ...(gpus ? [{ name: 'GPU', type: 'STRINGSET', stringSetValue: gpus }] : []),
];

export const attributes = (named: Readonly<Record<string, string | undefined>>) =>
  Object.entries(named).map(([name, value]) => ({ name, value }));

export const ATTRIBUTES = {
  'ecs.instance-type': 'm7i.large',
  'ecs.availability-zone': 'eu-central-1a',
  'ecs.ami-id': 'ami-1',
  'com.amazonaws.ecs.capability.docker-remote-api.1.44': undefined,
};

/** An m7i.large, ACTIVE, with nothing on it. */
export const containerInstance = (
  id: string,
  changes: Partial<ContainerInstance> = {},
): ContainerInstance => ({
  containerInstanceArn: instanceArn(id),
  ec2InstanceId: id,
  status: 'ACTIVE',
  agentConnected: true,
  versionInfo: { agentVersion: '1.98.0' },
  registeredAt: new Date(Date.UTC(2026, 10, 20)),
  registeredResources: resources(2048, 7764),
  remainingResources: resources(2048, 7764),
  attributes: attributes(ATTRIBUTES),
  ...changes,
});

/** A RUNNING task of service web, on the instance. */
export const task = (id: string, host: string | undefined, changes: Partial<Task> = {}): Task => ({
  taskArn: taskArn(id),
  ...(host !== undefined && { containerInstanceArn: instanceArn(host) }),
  group: 'service:web',
  taskDefinitionArn: definitionArn('web:1'),
  startedBy: 'ecs-svc/1',
  launchType: 'EC2',
  lastStatus: 'RUNNING',
  desiredStatus: 'RUNNING',
  createdAt: new Date(Date.UTC(2026, 10, 20, 1)),
  startedAt: new Date(Date.UTC(2026, 10, 20, 1)),
  ...changes,
});

export const container = (changes: Partial<ContainerDefinition> = {}): ContainerDefinition => ({
  name: 'app',
  cpu: 256,
  memory: 512,
  ...changes,
});

export const definition = (name: string, changes: Partial<TaskDefinition> = {}): [string, TaskDefinition] => [
  definitionArn(name),
  { taskDefinitionArn: definitionArn(name), containerDefinitions: [container()], ...changes },
];

/** A replica service of launch type EC2, steady on web:1. */
export const service = (name: string, desired: number, changes: Partial<Service> = {}): Service => ({
  serviceName: name,
  status: 'ACTIVE',
  launchType: 'EC2',
  schedulingStrategy: 'REPLICA',
  desiredCount: desired,
  runningCount: desired,
  taskDefinition: definitionArn('web:1'),
  deployments: [
    { id: 'ecs-svc/1', status: 'PRIMARY', rolloutState: 'COMPLETED', taskDefinition: definitionArn('web:1') },
  ],
  ...changes,
});

export const member = (id: string, changes: Partial<Instance> = {}): Instance => ({
  InstanceId: id,
  InstanceType: 'm7i.large',
  AvailabilityZone: 'eu-central-1a',
  LifecycleState: 'InService',
  HealthStatus: 'Healthy',
  ProtectedFromScaleIn: false,
  LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '7' },
  ...changes,
});

export const group = (ids: readonly string[], changes: Partial<AutoScalingGroup> = {}): AutoScalingGroup => ({
  AutoScalingGroupName: 'prod-hosts',
  MinSize: 1,
  MaxSize: 9,
  DesiredCapacity: ids.length,
  DefaultCooldown: 300,
  AvailabilityZones: ['eu-central-1b', 'eu-central-1a'],
  HealthCheckType: 'EC2',
  CreatedTime: new Date(0),
  LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '$Latest' },
  Instances: ids.map((id) => member(id)),
  ...changes,
});

export const typeInfo = (
  name: string,
  vCpus: number,
  memory: number,
  interfaces: number,
): [string, InstanceTypeInfo] => [
  name,
  {
    InstanceType: name as InstanceTypeInfo['InstanceType'],
    VCpuInfo: { DefaultVCpus: vCpus },
    MemoryInfo: { SizeInMiB: memory },
    NetworkInfo: { MaximumNetworkInterfaces: interfaces },
    ProcessorInfo: { SupportedArchitectures: ['x86_64'] },
  },
];

/** Puts instances of the group there, with service web, its definition, the template and the type. */
export function settle({ state }: CapacityWorld, ids: readonly string[], desired = 0): void {
  state.instances.push(...ids.map((id) => containerInstance(id)));
  state.groups.push(group(ids));
  state.services.push(service('web', desired));
  state.definitions.set(...definition('web:1'));
  state.types.set(...typeInfo('m7i.large', 2, 8192, 3));
  state.templates.set('lt-1 $Latest', { number: 7, data: { ImageId: 'ami-1', InstanceType: 'm7i.large' } });
  const LaunchTime = new Date(Date.UTC(2026, 10, 19));
  for (const InstanceId of ids) state.machines.set(InstanceId, { InstanceId, LaunchTime, ImageId: 'ami-1' });
}
