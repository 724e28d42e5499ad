import type * as Sdk from '@aws-sdk/client-ecs';
import { SECOND } from '../../lib/clock.ts';
import { ApiError, type Kernel, type Span } from '../kernel.ts';
import type { Architecture, TaskDefinition } from './model.ts';

/** A task definition as tests and scenarios write it: one container with the name of the family. */
export interface TaskSpec {
  readonly cpu?: number;
  readonly memory?: number;
  readonly hostPorts?: readonly number[];
  /** `FAMILY:latest` unless set. */
  readonly image?: string;
  readonly architecture?: Architecture;
  /** LINUX unless set. */
  readonly operatingSystem?: string;
  /** 30 s unless set, as in ECS. */
  readonly stopTimeoutMs?: number;
  readonly startMs?: Span;
  readonly stopMs?: Span;
  readonly deprovisionMs?: Span;
  /** Each task exits with code 1 so long after it started. */
  readonly crashMs?: Span;
}

/** What only the simulator knows of a task definition: its pace. */
type Pace = Pick<TaskDefinition, 'startMs' | 'stopMs' | 'deprovisionMs' | 'crashMs'>;

type Unnamed = Omit<TaskDefinition, 'arn' | 'family' | 'revision'>;

const ON_INSTANCES: Pace = {
  startMs: [2 * SECOND, 8 * SECOND],
  stopMs: [500, 5 * SECOND],
  deprovisionMs: 0,
  crashMs: undefined,
};
/** A network interface and an image to pull come first, and nothing is cached. */
const ON_FARGATE: Pace = {
  ...ON_INSTANCES,
  startMs: [15 * SECOND, 40 * SECOND],
  deprovisionMs: [5 * SECOND, 15 * SECOND],
};

/** Task definitions: families and their revisions. */
export class TaskDefinitions {
  readonly #kernel: Kernel;
  readonly #families = new Map<string, TaskDefinition[]>();
  /** What each was made of, so that the same makes no other. */
  readonly #made = new Map<TaskDefinition, string>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** The newest revision of the family if it is just so, or else a new one. */
  define(family: string, spec: TaskSpec, fargate: boolean): TaskDefinition {
    const rest: Unnamed = {
      compatibilities: fargate ? ['EC2', 'FARGATE'] : ['EC2'],
      networkMode: fargate ? 'awsvpc' : 'bridge',
      architecture: spec.architecture ?? 'X86_64',
      operatingSystem: spec.operatingSystem ?? 'LINUX',
      containers: [{ name: family, image: spec.image ?? `${family}:latest` }],
      cpu: spec.cpu ?? (fargate ? 256 : 128),
      memory: spec.memory ?? (fargate ? 512 : 256),
      hostPorts: spec.hostPorts ?? [],
      stopTimeoutMs: spec.stopTimeoutMs ?? 30 * SECOND,
      ...pace(fargate ? ON_FARGATE : ON_INSTANCES, spec),
    };
    const newest = this.find(family);
    if (newest !== undefined && this.#made.get(newest) === JSON.stringify(rest)) return newest;
    return this.#add(family, rest);
  }

  /** RegisterTaskDefinition. The new revision has the pace of the one before. @throws ApiError ClientException */
  register(input: Sdk.RegisterTaskDefinitionRequest): TaskDefinition {
    const { family = '', containerDefinitions = [], runtimePlatform } = input;
    if (family === '') throw new ApiError('ClientException', 'Family should not be blank.');
    if (containerDefinitions.length === 0) {
      throw new ApiError('ClientException', 'Container list cannot be empty.');
    }
    const fargate = input.requiresCompatibilities?.includes('FARGATE') === true;
    if (fargate && input.networkMode !== 'awsvpc') {
      throw new ApiError('ClientException', "Fargate only supports network mode 'awsvpc'.");
    }
    if (fargate && (input.cpu === undefined || input.memory === undefined)) {
      throw new ApiError(
        'ClientException',
        "Fargate requires that 'cpu' and 'memory' be defined at the task level.",
      );
    }
    const sum = (field: 'cpu' | 'memory') =>
      containerDefinitions.reduce((total, container) => total + (container[field] ?? 0), 0);
    const stopTimeout = Math.max(...containerDefinitions.map((container) => container.stopTimeout ?? 30));
    return this.#add(family, {
      compatibilities: fargate ? ['EC2', 'FARGATE'] : ['EC2'],
      networkMode: input.networkMode === 'awsvpc' ? 'awsvpc' : 'bridge',
      architecture: runtimePlatform?.cpuArchitecture === 'ARM64' ? 'ARM64' : 'X86_64',
      operatingSystem: runtimePlatform?.operatingSystemFamily ?? 'LINUX',
      containers: containerDefinitions.map(({ name = family, image = '' }) => ({ name, image })),
      cpu: Number(input.cpu ?? sum('cpu')),
      memory: Number(input.memory ?? sum('memory')),
      hostPorts: containerDefinitions.flatMap(({ portMappings = [] }) =>
        portMappings.flatMap(({ hostPort = 0 }) => (hostPort === 0 || fargate ? [] : [hostPort])),
      ),
      stopTimeoutMs: stopTimeout * SECOND,
      ...pace(this.#families.get(family)?.at(-1) ?? (fargate ? ON_FARGATE : ON_INSTANCES), {}),
    });
  }

  /** By family (its newest revision), `family:revision` or ARN. */
  find(name: string): TaskDefinition | undefined {
    const [family = '', revision] = name.slice(name.lastIndexOf('/') + 1).split(':');
    const revisions = this.#families.get(family);
    return revision === undefined ? revisions?.at(-1) : revisions?.[Number(revision) - 1];
  }

  #add(family: string, rest: Unnamed): TaskDefinition {
    const revisions = this.#families.get(family) ?? [];
    this.#families.set(family, revisions);
    const { region, account } = this.#kernel;
    const revision = revisions.length + 1;
    const arn = `arn:aws:ecs:${region}:${account}:task-definition/${family}:${revision}`;
    const definition = { arn, family, revision, ...rest };
    revisions.push(definition);
    this.#made.set(definition, JSON.stringify(rest));
    return definition;
  }
}

function pace(base: Pace, spec: TaskSpec): Pace {
  return {
    startMs: spec.startMs ?? base.startMs,
    stopMs: spec.stopMs ?? base.stopMs,
    deprovisionMs: spec.deprovisionMs ?? base.deprovisionMs,
    crashMs: spec.crashMs ?? base.crashMs,
  };
}
