import type { Needs } from './model.ts';

/** A resource as DescribeContainerInstances tells it. */
export interface ListedResource {
  readonly name?: string | undefined;
  readonly integerValue?: number | undefined;
  readonly stringSetValue?: readonly string[] | undefined;
}

export interface Ports {
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
}

/** CPU units, MiB and GPUs of `registeredResources` (all there is) or of `remainingResources` (what is free). */
export function amountsIn(resources: readonly ListedResource[]): {
  cpu: number;
  memory: number;
  gpu: number;
} {
  return {
    cpu: find(resources, 'CPU')?.integerValue ?? 0,
    memory: find(resources, 'MEMORY')?.integerValue ?? 0,
    // The ids of GPUs.
    gpu: find(resources, 'GPU')?.stringSetValue?.length ?? 0,
  };
}

/**
 * The ports that are TAKEN, of `remainingResources`. Other than CPU and MEMORY, PORTS and PORTS_UDP there do not list
 * what is free but what the agent and tasks hold: "Any port that's not specified here is available for new tasks"
 * (API reference, ContainerInstance).
 */
export function portsTaken(remainingResources: readonly ListedResource[]): Ports {
  return { tcp: portsIn(remainingResources, 'PORTS'), udp: portsIn(remainingResources, 'PORTS_UDP') };
}

/**
 * The ports that an instance keeps from tasks: those taken that no known task holds. One held by a task that is not
 * known stays taken, as it should.
 */
export function reservedPorts(
  remainingResources: readonly ListedResource[],
  tasks: readonly Pick<Needs, 'tcp' | 'udp'>[],
): Ports {
  const { tcp, udp } = portsTaken(remainingResources);
  const ofTasks = {
    tcp: new Set(tasks.flatMap((task) => task.tcp)),
    udp: new Set(tasks.flatMap((task) => task.udp)),
  };
  return {
    tcp: tcp.filter((port) => !ofTasks.tcp.has(port)),
    udp: udp.filter((port) => !ofTasks.udp.has(port)),
  };
}

function portsIn(resources: readonly ListedResource[], name: 'PORTS' | 'PORTS_UDP'): number[] {
  return (find(resources, name)?.stringSetValue ?? []).map(Number);
}

function find(resources: readonly ListedResource[], name: string): ListedResource | undefined {
  return resources.find((resource) => resource.name === name);
}
