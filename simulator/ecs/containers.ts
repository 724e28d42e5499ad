import type * as Sdk from '@aws-sdk/client-ecs';
import type { Container, NetworkMode, TaskDefinition } from './model.ts';

/** A container definition as it was registered. */
export function readContainer(given: Sdk.ContainerDefinition, family: string): Container {
  const { name = family, image = '', cpu = 0, memory, memoryReservation, portMappings = [] } = given;
  const gpu = given.resourceRequirements?.find(({ type }) => type === 'GPU');
  return {
    name,
    image,
    cpu,
    ...(memory === undefined ? {} : { memory }),
    ...(memoryReservation === undefined ? {} : { memoryReservation }),
    ...(gpu === undefined ? {} : { gpus: Number(gpu.value) }),
    ports: portMappings.map(({ containerPort = 0, hostPort = 0, protocol = 'tcp' }) => ({
      containerPort,
      hostPort,
      protocol,
    })),
  };
}

/**
 * What containers take together. Of memory the reservation counts where there is one, or else the limit (API reference,
 * ContainerDefinition). In mode host the container's port is the instance's; in awsvpc no port of the instance is taken.
 */
export function needsOf(containers: readonly Container[], networkMode: NetworkMode) {
  const sum = (of: (container: Container) => number) =>
    containers.reduce((total, container) => total + of(container), 0);
  const fixed = (wanted: 'tcp' | 'udp') =>
    networkMode === 'awsvpc' || networkMode === 'none'
      ? []
      : containers
          .flatMap(({ ports }) => ports)
          .filter(({ protocol }) => protocol === wanted)
          .map(({ hostPort, containerPort }) => hostPort || (networkMode === 'host' ? containerPort : 0))
          .filter((port) => port !== 0);
  return {
    cpu: sum(({ cpu }) => cpu),
    memory: sum(({ memory = 0, memoryReservation }) => memoryReservation ?? memory),
    gpus: sum(({ gpus = 0 }) => gpus),
    hostPorts: fixed('tcp'),
    udpPorts: fixed('udp'),
  };
}

/** As DescribeTaskDefinition tells them. */
export function containerShapes({ containers, stopTimeoutMs }: TaskDefinition) {
  return containers.map(({ ports, gpus, ...container }) => ({
    ...container,
    essential: true,
    stopTimeout: stopTimeoutMs / 1000,
    // tcp is what a mapping without a protocol has (API reference, PortMapping).
    portMappings: ports.map(({ containerPort, hostPort, protocol }) =>
      protocol === 'tcp' ? { containerPort, hostPort } : { containerPort, hostPort, protocol },
    ),
    ...(gpus === undefined ? {} : { resourceRequirements: [{ type: 'GPU', value: String(gpus) }] }),
    versionConsistency: 'enabled',
  }));
}
