import type { Expression } from './expression/syntax.ts';

/** CPU units (1,024 to a vCPU), MiB, whole GPUs, and network interfaces for tasks in network mode awsvpc. */
export interface Amounts {
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
  readonly enis: number;
}

/** What one task takes from its instance. */
export interface Needs extends Amounts {
  /** Fixed host ports. A dynamic port (0) takes none that could collide. */
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
  /** Attributes that the task definition requires of an instance (`requiresAttributes`); undefined: of any value. */
  readonly requires: readonly { readonly name: string; readonly value: string | undefined }[];
}

export type Constraint =
  | { readonly type: 'distinctInstance' }
  | { readonly type: 'memberOf'; readonly expression: Expression };

export type Strategy =
  | { readonly type: 'binpack'; readonly field: 'cpu' | 'memory' }
  /** `instanceId`, `host` (the same), or `attribute:NAME`. */
  | { readonly type: 'spread'; readonly field: string }
  | { readonly type: 'random' };

/** Tasks that ECS places alike: those of a service's deployment, or standalone tasks of one group and definition. */
export interface Workload {
  /** The task group, as `service:web` or `family:report`: what spread and distinctInstance count by. */
  readonly group: string;
  readonly needs: Needs;
  readonly constraints: readonly Constraint[];
  readonly strategies: readonly Strategy[];
  /** Only instances of these capacity providers; undefined: of launch type EC2, on any instance. */
  readonly providers: readonly string[] | undefined;
}

/** A container instance, as ECS describes it. */
export interface Host {
  /** The EC2 instance's id. */
  readonly id: string;
  /** REGISTERING, ACTIVE, DRAINING ... */
  readonly status: string;
  readonly agentConnected: boolean;
  readonly agentVersion: string | undefined;
  /** Milliseconds since the epoch. */
  readonly registeredAt: number;
  readonly provider: string | undefined;
  /** Attributes without a value have the empty text. */
  readonly attributes: ReadonlyMap<string, string>;
  /** What it registered with, for tasks: the memory without the agent's reserve. */
  readonly registered: Amounts;
  /** Ports that the instance keeps from tasks (22, 2375, 2376, 51678 to 51680 and the agent's ECS_RESERVED_PORTS). */
  readonly reserved: { readonly tcp: readonly number[]; readonly udp: readonly number[] };
}

/** A task that is there: on its instance, until it is STOPPED. */
export interface Placed {
  readonly id: string;
  readonly workload: Workload;
  /** The id of its host. */
  readonly host: string;
}

/** To compare tasks by: about what instances have, 1,024 CPU units to 2 or 4 GiB, and few of the rest. */
export const sizeOf = ({ cpu, memory, gpu, enis }: Amounts): number =>
  cpu + memory / 4 + 4_096 * gpu + 512 * enis;

/** Of each amount the least. */
export function leastOf(all: readonly Amounts[]): Amounts {
  const least = (name: keyof Amounts) => Math.min(...all.map((one) => one[name]));
  return { cpu: least('cpu'), memory: least('memory'), gpu: least('gpu'), enis: least('enis') };
}

export const NO_AMOUNTS: Amounts = { cpu: 0, memory: 0, gpu: 0, enis: 0 };
