import type * as Sdk from '@aws-sdk/client-ecs';
import { iso, type Kernel, seconds, type Wire } from '../kernel.ts';
import { type ContainerInstance, pendingTasks, runningTasks } from './model.ts';

/** What the API and the events have in common; dates differ (numbers in one, ISO text in the other). */
function instanceBody(instance: ContainerInstance) {
  const resources = (cpu: number, memory: number, ports: readonly number[]) => [
    { name: 'CPU', type: 'INTEGER', integerValue: cpu },
    { name: 'MEMORY', type: 'INTEGER', integerValue: memory },
    {
      name: 'PORTS',
      type: 'STRINGSET',
      stringSetValue: ['22', '2375', '2376', '51678', ...ports.map(String)],
    },
  ];
  return {
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    version: instance.version,
    versionInfo: { agentVersion: '1.90.0' },
    status: instance.status,
    agentConnected: instance.agentConnected,
    runningTasksCount: runningTasks(instance),
    pendingTasksCount: pendingTasks(instance),
    registeredResources: resources(instance.cpu, instance.memory, []),
    remainingResources: resources(instance.cpu - instance.usedCpu, instance.memory - instance.usedMemory, [
      ...instance.ports,
    ]),
    attributes: [...instance.attributes].map(([name, value]) => ({ name, value })),
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
