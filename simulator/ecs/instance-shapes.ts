import type * as Sdk from '@aws-sdk/client-ecs';
import { iso, type Kernel, seconds, type Wire } from '../kernel.ts';
import { type ContainerInstance, pendingTasks, runningTasks } from './model.ts';

/** SSH, Docker's and the agent's: API reference, PortMapping, hostPort. */
export const RESERVED_PORTS = [22, 2375, 2376, 51678, 51679, 51680];

/** API reference, ContainerInstance: of CPU and memory what remains is free, of ports what is listed is taken. */
function resources(
  { gpus }: ContainerInstance,
  { cpu, memory, freeGpus, tcp, udp }: Readonly<Record<'cpu' | 'memory' | 'freeGpus', number>> & TakenPorts,
) {
  const ids = Array.from({ length: freeGpus }, (_, index) => `GPU-${gpus - freeGpus + index}`);
  return [
    { name: 'CPU', type: 'INTEGER', integerValue: cpu },
    { name: 'MEMORY', type: 'INTEGER', integerValue: memory },
    { name: 'PORTS', type: 'STRINGSET', stringSetValue: [...tcp].map(String) },
    { name: 'PORTS_UDP', type: 'STRINGSET', stringSetValue: [...udp].map(String) },
    ...(gpus === 0 ? [] : [{ name: 'GPU', type: 'STRINGSET', stringSetValue: ids }]),
  ];
}

interface TakenPorts {
  readonly tcp: Iterable<number>;
  readonly udp: Iterable<number>;
}

/** What the API and the events have in common; dates differ (numbers in one, ISO text in the other). */
function instanceBody(instance: ContainerInstance) {
  const { cpu, memory, gpus, ports: tcp, udpPorts: udp } = instance;
  const free = {
    cpu: cpu - instance.usedCpu,
    memory: memory - instance.usedMemory,
    freeGpus: gpus - instance.usedGpus,
  };
  return {
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    version: instance.version,
    versionInfo: { agentVersion: instance.agentVersion },
    status: instance.status,
    agentConnected: instance.agentConnected,
    runningTasksCount: runningTasks(instance),
    pendingTasksCount: pendingTasks(instance),
    registeredResources: resources(instance, { cpu, memory, freeGpus: gpus, tcp: RESERVED_PORTS, udp: [] }),
    remainingResources: resources(instance, { ...free, tcp, udp }),
    attributes: [...instance.attributes].map(([name, value]) => (value === '' ? { name } : { name, value })),
    attachments: [],
    ...(instance.capacityProvider === undefined ? {} : { capacityProviderName: instance.capacityProvider }),
  };
}

export function instanceShape(instance: ContainerInstance): Wire<Sdk.ContainerInstance> {
  return {
    ...instanceBody(instance),
    registeredAt: seconds(instance.registeredAt),
  } as Wire<Sdk.ContainerInstance>;
}

/** `detail` of an ECS Container Instance State Change. */
export function instanceDetail(kernel: Kernel, instance: ContainerInstance) {
  return {
    clusterArn: instance.cluster.arn,
    ...instanceBody(instance),
    registeredAt: iso(instance.registeredAt),
    updatedAt: iso(kernel.now()),
  };
}
