import { INSTANCE_TYPES, type InstanceType } from '../ec2/instance-types.ts';
import type { Ec2Instance } from '../ec2/model.ts';

/** What an instance registers for tasks: CPU units, MiB, GPUs, and interfaces for tasks in network mode awsvpc. */
export interface Size {
  readonly cpu: number;
  readonly memory: number;
  readonly gpus: number;
  readonly enis: number;
}

/** The system keeps some of the memory that EC2 advertises; a sixteenth is assumed (c6i.xlarge: amazon-ecs-agent#3331). */
const SEEN_MEMORY = 15 / 16;

/** Attributes that agents announce; of the many of a real one those that task definitions require most. */
const CAPABILITIES = [
  'com.amazonaws.ecs.capability.docker-remote-api.1.18',
  'com.amazonaws.ecs.capability.logging-driver.awslogs',
  'ecs.capability.task-eni',
];

const UNKNOWN: InstanceType = {
  name: '',
  vCpus: 2,
  memory: 8192,
  architecture: 'x86_64',
  gpus: 0,
  networkInterfaces: 3,
};

/** By the type, unless given. The primary network interface is the instance's own (Developer Guide, "ENI trunking"). */
export function sizeOf(type: string, given: Partial<Size>): Size {
  const { vCpus, memory, gpus, networkInterfaces } = INSTANCE_TYPES.get(type) ?? UNKNOWN;
  return {
    cpu: given.cpu ?? vCpus * 1024,
    memory: given.memory ?? memory * SEEN_MEMORY,
    gpus: given.gpus ?? gpus,
    enis: given.enis ?? networkInterfaces - 1,
  };
}

/** As ECS and the agent set them: Developer Guide, "Container instance attributes". */
export function attributesOf({ type, zone, imageId }: Ec2Instance): [string, string][] {
  const { architecture } = INSTANCE_TYPES.get(type) ?? UNKNOWN;
  return [
    ['ecs.availability-zone', zone],
    ['ecs.instance-type', type],
    ['ecs.ami-id', imageId],
    ['ecs.os-type', 'linux'],
    ['ecs.os-family', 'LINUX'],
    ['ecs.cpu-architecture', architecture],
    ['ecs.vpc-id', 'vpc-00000000000000001'],
    ['ecs.subnet-id', `subnet-${zone}`],
    ...CAPABILITIES.map((name): [string, string] => [name, '']),
  ];
}
