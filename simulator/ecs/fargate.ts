import { MINUTE } from '../../lib/clock.ts';
import type { Kernel } from '../kernel.ts';
import type { Architecture, FargateHost, FargateProvider, Revision, Task, TaskDefinition } from './model.ts';
import { nextProvider } from './strategy.ts';

/** Tasks that a part of Fargate holds. Without zone or architecture: all of them together. */
export interface FargateCapacity {
  readonly provider: FargateProvider;
  readonly zone?: string;
  readonly architecture?: Architecture;
  /** Not yet STOPPED. */
  readonly tasks: number | 'unlimited';
  /** The surplus of Spot is interrupted one after the other within so long; 2 minutes unless said. */
  readonly interruptWithinMs?: number;
}

/** Why Fargate takes no task: there is no room in any zone of the request, or the account's quota is used up. */
export interface Lack {
  readonly kind: 'fargate';
  readonly provider: FargateProvider;
  readonly byLaunchType: boolean;
  readonly why: 'capacity' | 'quota';
}

/** What a task is launched with. */
export type Wanted = Pick<Revision, 'definition' | 'capacity' | 'network' | 'platformVersion'>;

type Admission = 'yes' | Lack['why'];
type Limit = Omit<FargateCapacity, 'tasks'> & { readonly tasks: number };

const LATEST = '1.4.0';

/** Fargate and Fargate Spot: how much room they have, and the interruptions of Spot. Unlimited unless told. */
export class Fargate {
  /** What interruptions say. The documents had TerminationNotice until 2023, and have SpotInterruption now. */
  stopCode: 'SpotInterruption' | 'TerminationNotice' = 'SpotInterruption';
  readonly #kernel: Kernel;
  readonly #zoneOf: (subnet: string) => string | undefined;
  readonly #interrupt: (task: Task, stopCode: 'SpotInterruption' | 'TerminationNotice') => void;
  readonly #roomCame: () => void;
  /** Not yet STOPPED, by provider. */
  readonly #tasks: Record<FargateProvider, Set<Task>> = { FARGATE: new Set(), FARGATE_SPOT: new Set() };
  readonly #vcpus: Record<FargateProvider, number> = { FARGATE: 0, FARGATE_SPOT: 0 };
  readonly #quotas = new Map<FargateProvider, number>();
  readonly #limits = new Map<string, Limit>();

  constructor(
    kernel: Kernel,
    parts: {
      zoneOf: (subnet: string) => string | undefined;
      interrupt: (task: Task, stopCode: 'SpotInterruption' | 'TerminationNotice') => void;
      roomCame: () => void;
    },
  ) {
    this.#kernel = kernel;
    this.#zoneOf = parts.zoneOf;
    this.#interrupt = parts.interrupt;
    this.#roomCame = parts.roomCame;
  }

  /**
   * Replaces what was said before of the same provider, zone and architecture. A task needs room in every capacity
   * that it falls under, so that `unlimited` for a zone does not lift a limit of the whole provider.
   */
  setCapacity({ tasks, ...selection }: FargateCapacity): void {
    const { provider, zone = '', architecture = '' } = selection;
    const key = `${provider} ${zone} ${architecture}`;
    if (tasks === 'unlimited') this.#limits.delete(key);
    else {
      const limit = { ...selection, tasks };
      this.#limits.set(key, limit);
      if (provider === 'FARGATE_SPOT') this.#reclaim(key, limit);
    }
    this.#roomCame();
  }

  /** Whether a limit is set for a part of this provider. */
  isLimited(provider: FargateProvider): boolean {
    return [...this.#limits.values()].some((limit) => limit.provider === provider);
  }

  /** The account's quota of vCPUs; on-demand and Spot have one each (AWS General Reference, Fargate quotas). */
  setQuota({ provider, vcpus }: { provider: FargateProvider; vcpus: number | 'unlimited' }): void {
    if (vcpus === 'unlimited') this.#quotas.delete(provider);
    else this.#quotas.set(provider, vcpus);
    this.#roomCame();
  }

  /** The interruption of one task. @throws if it is not on Fargate Spot */
  interrupt(task: Task): void {
    if (task.fargate?.provider !== 'FARGATE_SPOT') {
      throw new Error(`Task ${task.arn} cannot be interrupted: it does not run on FARGATE_SPOT.`);
    }
    this.#interrupt(task, this.stopCode);
  }

  /** A task has its place. */
  add(task: Task, { provider }: FargateHost): void {
    this.#tasks[provider].add(task);
    this.#vcpus[provider] += task.definition.cpu / 1024;
  }

  /** A task is STOPPED. */
  remove(task: Task, { provider }: FargateHost): void {
    this.#tasks[provider].delete(task);
    this.#vcpus[provider] -= task.definition.cpu / 1024;
    if (this.#limits.size > 0 || this.#quotas.size > 0) this.#roomCame();
  }

  /**
   * Where the next tasks go, one after the other, each to be placed before the next is asked for: the provider by
   * the strategy, then the zone of the subnets with the fewest of `others`, then another one that has room.
   */
  places(
    wanted: Wanted,
    others: Iterable<Task>,
    own: (task: Task) => boolean = () => true,
  ): () => FargateHost | Lack {
    const providers = new Map<string, number>();
    const zones = new Map<string, number>();
    for (const { zone } of this.#subnets(wanted)) zones.set(zone, 0);
    for (const task of others) {
      if (task.fargate === undefined || task.desiredStatus !== 'RUNNING') continue;
      const { provider, zone } = task.fargate;
      zones.set(zone, (zones.get(zone) ?? 0) + 1);
      if (own(task)) providers.set(provider, (providers.get(provider) ?? 0) + 1);
    }
    const { strategy } = wanted.capacity;
    return () => {
      const name = strategy === undefined ? 'FARGATE' : nextProvider(strategy, providers);
      const provider = name === 'FARGATE_SPOT' ? name : 'FARGATE';
      providers.set(provider, (providers.get(provider) ?? 0) + 1);
      const place = this.#place(wanted, provider, zones);
      if (!('kind' in place)) zones.set(place.zone, (zones.get(place.zone) ?? 0) + 1);
      return place;
    };
  }

  #place(wanted: Wanted, provider: FargateProvider, zones: ReadonlyMap<string, number>): FargateHost | Lack {
    const byLaunchType = wanted.capacity.strategy === undefined;
    const candidates = this.#subnets(wanted).sort(
      (left, right) => (zones.get(left.zone) ?? 0) - (zones.get(right.zone) ?? 0),
    );
    let refusal: Lack['why'] = 'capacity';
    for (const { subnet, zone } of candidates) {
      const answer = this.#admits(wanted, provider, zone);
      if (answer === 'yes') return this.#host({ provider, byLaunchType, zone, subnet }, wanted);
      refusal = answer;
    }
    return { kind: 'fargate', provider, byLaunchType, why: refusal };
  }

  #admits(wanted: Wanted, provider: FargateProvider, zone: string): Admission {
    const { definition } = wanted;
    const quota = this.#quotas.get(provider);
    if (quota !== undefined && this.#vcpus[provider] + definition.cpu / 1024 > quota) return 'quota';
    if (provider === 'FARGATE_SPOT' && !spotRuns(definition, versionOf(wanted))) return 'capacity';
    for (const limit of this.#limits.values()) {
      if (!applies(limit, provider, zone, definition)) continue;
      if (this.#count(limit, () => true) >= limit.tasks) return 'capacity';
    }
    return 'yes';
  }

  #host(place: Pick<FargateHost, 'provider' | 'byLaunchType' | 'zone' | 'subnet'>, wanted: Wanted) {
    const { random } = this.#kernel;
    return {
      ...place,
      platformVersion: versionOf(wanted),
      attachmentId: random.uuid(),
      networkInterface: `eni-0${random.hex(16)}`,
      address: `10.0.${random.between(0, 255)}.${random.between(4, 254)}`,
    };
  }

  #subnets({ network }: Wanted) {
    return (network?.subnets ?? []).map((subnet) => ({ subnet, zone: this.#zoneOf(subnet) ?? '' }));
  }

  /** Victims are chosen as each interruption comes, and only while there are still too many. */
  #reclaim(key: string, limit: Limit): void {
    const { random } = this.#kernel;
    const wanted = (task: Task) => task.desiredStatus === 'RUNNING';
    const surplus = this.#count(limit, wanted) - limit.tasks;
    for (let victim = 0; victim < surplus; victim++) {
      this.#kernel.after(random.between(0, limit.interruptWithinMs ?? 2 * MINUTE), () => {
        if (this.#limits.get(key) !== limit || this.#count(limit, wanted) <= limit.tasks) return;
        const candidates = [...this.#tasks.FARGATE_SPOT].filter((task) => wanted(task) && holds(limit, task));
        const task = candidates[random.between(0, candidates.length - 1)];
        if (task !== undefined) this.interrupt(task);
      });
    }
  }

  #count(limit: Limit, counts: (task: Task) => boolean): number {
    let count = 0;
    for (const task of this.#tasks[limit.provider]) if (holds(limit, task) && counts(task)) count += 1;
    return count;
  }
}

function holds(limit: Limit, { fargate, definition }: Task): boolean {
  return fargate !== undefined && applies(limit, fargate.provider, fargate.zone, definition);
}

function applies(limit: Limit, provider: FargateProvider, zone: string, { architecture }: TaskDefinition) {
  return (
    limit.provider === provider &&
    (limit.zone ?? zone) === zone &&
    (limit.architecture ?? architecture) === architecture
  );
}

/** What LATEST is, or what was asked for. Windows counts from 1.0.0 (developer guide, Fargate platform versions). */
function versionOf({ definition, platformVersion = 'LATEST' }: Wanted): string {
  if (platformVersion !== 'LATEST') return platformVersion;
  return definition.operatingSystem === 'LINUX' ? LATEST : '1.0.0';
}

/** Linux from platform version 1.3.0, on ARM from 1.4.0, no Windows: developer guide, "Fargate capacity providers". */
function spotRuns({ operatingSystem, architecture }: TaskDefinition, version: string): boolean {
  if (operatingSystem !== 'LINUX') return false;
  const [, minor = 0] = version.split('.').map(Number);
  return minor >= (architecture === 'ARM64' ? 4 : 3);
}
