import type * as Sdk from '@aws-sdk/client-ecs';
import { SECOND } from '../../lib/clock.ts';
import { ApiError, type Kernel, type Span } from '../kernel.ts';
import { needsOf, readContainer } from './containers.ts';
import type { Architecture, Container, NetworkMode, TaskDefinition } from './model.ts';
import { readConstraint } from './placement-request.ts';

/** A task definition as tests and scenarios write it: one container with the name of the family. */
export interface TaskSpec {
  readonly cpu?: number;
  readonly memory?: number;
  readonly hostPorts?: readonly number[];
  readonly udpPorts?: readonly number[];
  readonly gpus?: number;
  /** `bridge` unless set; `awsvpc` on Fargate. */
  readonly networkMode?: NetworkMode;
  /** CPU and memory are the whole task's, rather than its container's. */
  readonly sizedAsTask?: boolean;
  readonly requires?: TaskDefinition['requires'];
  /** `memberOf` placement constraints of the task definition. */
  readonly memberOf?: readonly string[];
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
    const networkMode = fargate ? 'awsvpc' : (spec.networkMode ?? 'bridge');
    const container = containerOf(family, spec, fargate);
    const rest: Unnamed = {
      compatibilities: fargate ? ['EC2', 'FARGATE'] : ['EC2'],
      networkMode,
      architecture: spec.architecture ?? 'X86_64',
      operatingSystem: spec.operatingSystem ?? 'LINUX',
      containers: [container],
      ...needsOf([container], networkMode),
      cpu: spec.cpu ?? (fargate ? 256 : 128),
      memory: spec.memory ?? (fargate ? 512 : 256),
      sizedAsTask: fargate || spec.sizedAsTask === true,
      requires: spec.requires ?? [],
      constraints: (spec.memberOf ?? []).map((expression) =>
        readConstraint({ type: 'memberOf', expression }),
      ),
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
    const networkMode = input.networkMode ?? 'bridge';
    const containers = containerDefinitions.map((container) => readContainer(container, family));
    const together = needsOf(containers, networkMode);
    const stopTimeout = Math.max(...containerDefinitions.map((container) => container.stopTimeout ?? 30));
    return this.#add(family, {
      compatibilities: fargate ? ['EC2', 'FARGATE'] : ['EC2'],
      networkMode,
      architecture: runtimePlatform?.cpuArchitecture === 'ARM64' ? 'ARM64' : 'X86_64',
      operatingSystem: runtimePlatform?.operatingSystemFamily ?? 'LINUX',
      containers,
      ...together,
      cpu: Number(input.cpu ?? together.cpu),
      memory: Number(input.memory ?? together.memory),
      sizedAsTask: input.cpu !== undefined || input.memory !== undefined,
      requires: networkMode === 'awsvpc' ? [{ name: 'ecs.capability.task-eni' }] : [],
      constraints: (input.placementConstraints ?? []).map(readConstraint),
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

/** On Fargate the container shares what the task has, and its ports are those of the task's own interface. */
function containerOf(family: string, spec: TaskSpec, fargate: boolean): Container {
  const shared = fargate || spec.sizedAsTask === true;
  const ports = (numbers: readonly number[] = [], protocol: 'tcp' | 'udp') =>
    numbers.map((port) => ({ containerPort: port, hostPort: port, protocol }));
  return {
    name: family,
    image: spec.image ?? `${family}:latest`,
    cpu: shared ? 0 : (spec.cpu ?? 128),
    ...(shared ? {} : { memory: spec.memory ?? 256 }),
    ...(spec.gpus === undefined ? {} : { gpus: spec.gpus }),
    ports: [...ports(spec.hostPorts, 'tcp'), ...ports(spec.udpPorts, 'udp')],
  };
}
