import type { ContainerDefinition, NetworkMode, PortMapping, TaskOverride } from '@aws-sdk/client-ecs';
import type { Needs } from '../../placement/model.ts';
import type { Definition } from './read-definitions.ts';

/** What one container of a task takes from the instance. */
export interface ContainerNeeds {
  readonly name: string;
  readonly cpu: number;
  /** The hard limit and the reservation, as far as given. */
  readonly memory: number | undefined;
  readonly memoryReservation: number | undefined;
  readonly gpu: number;
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
}

export function containerNeeds(container: ContainerDefinition, networkMode: NetworkMode): ContainerNeeds {
  const { name = '', cpu = 0, memory, memoryReservation, portMappings = [] } = container;
  const portsOf = (wanted: string) =>
    portMappings
      .filter(({ protocol = 'tcp' }) => protocol === wanted)
      .flatMap((mapping) => hostPorts(mapping, networkMode));
  const gpu = gpusIn(container.resourceRequirements) ?? 0;
  return { name, cpu, memory, memoryReservation, gpu, tcp: portsOf('tcp'), udp: portsOf('udp') };
}

/**
 * In mode host the container's port is the instance's. In bridge mode no host port, or 0, is one of the ephemeral ports,
 * and so is every range. In awsvpc the ports are those of the task's own interface (API reference, PortMapping).
 */
function hostPorts({ hostPort = 0, containerPort = 0 }: PortMapping, networkMode: NetworkMode): number[] {
  if (networkMode === 'awsvpc' || networkMode === 'none') return [];
  const port = networkMode === 'host' ? hostPort || containerPort : hostPort;
  return port === 0 ? [] : [port];
}

/** The part of overrides that changes what a task takes; most change a command or the environment only. */
export interface Overrides {
  readonly cpu: string | undefined;
  readonly memory: string | undefined;
  readonly containers: readonly {
    readonly name: string | undefined;
    readonly cpu: number | undefined;
    readonly memory: number | undefined;
    readonly memoryReservation: number | undefined;
    readonly gpu: number | undefined;
  }[];
}

/** Undefined when nothing is overridden that a task takes from its instance. */
export function overridesOf(override: TaskOverride | undefined): Overrides | undefined {
  const { cpu, memory, containerOverrides = [] } = override ?? {};
  const containers = containerOverrides
    .map(({ name, cpu, memory, memoryReservation, resourceRequirements }) => {
      return { name, cpu, memory, memoryReservation, gpu: gpusIn(resourceRequirements) };
    })
    .filter((one) => one.cpu ?? one.memory ?? one.memoryReservation ?? one.gpu);
  if (cpu === undefined && memory === undefined && containers.length === 0) return undefined;
  return { cpu, memory, containers };
}

/** What a task takes from its instance: what is given for the whole task, else its containers together. */
export function needsOf(definition: Definition, overrides?: Overrides): Needs {
  const containers = definition.containers.map((container) => ({
    ...container,
    ...given(overrides?.containers.find(({ name }) => name === container.name)),
  }));
  const total = (of: (container: ContainerNeeds) => number) =>
    containers.reduce((sum, container) => sum + of(container), 0);
  return {
    cpu: Number(overrides?.cpu) || (definition.cpu ?? total(({ cpu }) => cpu)),
    memory: Number(overrides?.memory) || (definition.memory ?? total(reservedMemory)),
    gpu: total(({ gpu }) => gpu),
    enis: definition.awsvpc ? 1 : 0,
    tcp: containers.flatMap(({ tcp }) => tcp),
    udp: containers.flatMap(({ udp }) => udp),
    requires: definition.requires,
  };
}

/**
 * "If you specify memoryReservation, then that value is subtracted from the available memory resources for the
 * container instance … Otherwise, the value of memory is used" (API reference, ContainerDefinition).
 */
const reservedMemory = ({ memory, memoryReservation }: ContainerNeeds) => memoryReservation ?? memory ?? 0;

function gpusIn(requirements: ContainerDefinition['resourceRequirements']): number | undefined {
  const found = requirements?.find(({ type }) => type === 'GPU');
  return found === undefined ? undefined : Number(found.value);
}

function given(override: Overrides['containers'][number] | undefined): Partial<ContainerNeeds> {
  return Object.fromEntries(Object.entries(override ?? {}).filter(([, value]) => value !== undefined));
}
