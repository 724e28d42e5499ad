import type { HostView, InstanceTypeView } from '../lib/capacity/view.ts';
import { type EpochMs, MINUTE } from '../lib/clock.ts';
import type { Workload } from '../lib/placement/model.ts';
import { aHost, ZONES } from './capacity-clusters.ts';

export interface WorldHost {
  /** What the instance is, but for its status. */
  readonly like: HostView;
  /** When it registers. */
  readonly activeAt: EpochMs;
  draining: boolean;
  readonly tasks: Set<WorldTask>;
  readonly free: { cpu: number; memory: number };
}

export interface WorldTask {
  readonly id: string;
  readonly service: WorldService;
  readonly host: WorldHost;
  readonly startedAt: EpochMs;
  /** Its replacement runs elsewhere: it stops then. */
  stopsAt: EpochMs | undefined;
}

export interface WorldService {
  readonly workload: Workload;
  desired: number;
  /** Not those that stop. */
  readonly tasks: Set<WorldTask>;
  /** Since when some of its tasks have waited for an instance. */
  waitingSince: EpochMs | undefined;
}

/** Where a service's next task goes, and which of its tasks goes when it wants one fewer. */
export interface Strategy {
  place(service: WorldService, hosts: readonly WorldHost[]): WorldHost | undefined;
  stop(service: WorldService): WorldTask | undefined;
}

export const waitingOf = ({ desired, tasks }: WorldService) => Math.max(0, desired - tasks.size);
/** Whether ECS places tasks there. */
export const isOpen = ({ activeAt, draining }: WorldHost, now: EpochMs) => activeAt <= now && !draining;

/** ECS and an Auto Scaling group of one instance type over minutes, with a scheduler of its own. */
export class World {
  now: EpochMs;
  desired = 0;
  readonly hosts = new Set<WorldHost>();
  readonly services: readonly WorldService[];
  /** Tasks that were moved off a DRAINING instance. */
  moved = 0;
  readonly #type: InstanceTypeView;
  readonly #strategy: Strategy;
  readonly #random: () => number;
  #launched = 0;
  #started = 0;

  constructor(
    startsAt: EpochMs,
    type: InstanceTypeView,
    workloads: readonly Workload[],
    strategy: Strategy,
    random: () => number,
  ) {
    this.now = startsAt;
    this.services = workloads.map((workload) => ({
      workload,
      desired: 0,
      tasks: new Set(),
      waitingSince: undefined,
    }));
    this.#type = type;
    this.#strategy = strategy;
    this.#random = random;
  }

  /** One minute of ECS, with these desired counts. */
  tick(desired: readonly number[]): void {
    this.now += MINUTE;
    for (const { tasks } of this.hosts) {
      for (const task of tasks) if (task.stopsAt !== undefined && task.stopsAt <= this.now) this.#free(task);
    }
    for (const [at, service] of this.services.entries()) {
      service.desired = desired[at] ?? 0;
      this.#stopSurplus(service);
      this.#start(service);
    }
    for (const host of this.hosts) if (host.draining) this.#moveOff(host);
  }

  /** What Auto Scaling launches now: into the zone with the fewest, to register in two or three minutes. */
  launch(): void {
    while (this.hosts.size < this.desired) {
      const counts = new Map<string, number>(ZONES.map((zone) => [zone, 0]));
      for (const { like } of this.hosts) counts.set(like.zone, (counts.get(like.zone) ?? 0) + 1);
      const [zone = ''] = ZONES.toSorted((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0));
      const { cpu, memory } = this.#type.registered;
      this.#launched += 1;
      this.hosts.add({
        like: aHost(`i-${this.#launched}`, this.#type, zone, this.now),
        activeAt: this.now + MINUTE * (2 + Math.floor(2 * this.#random())),
        draining: false,
        tasks: new Set(),
        free: { cpu, memory },
      });
    }
  }

  /** As TerminateInstanceInAutoScalingGroup with ShouldDecrementDesiredCapacity. */
  terminate(host: WorldHost): void {
    if (host.tasks.size > 0) throw new Error(`${host.like.id} has ${host.tasks.size} tasks.`);
    if (this.hosts.delete(host)) this.desired -= 1;
  }

  #stopSurplus(service: WorldService): void {
    while (service.tasks.size > service.desired) {
      const task = this.#strategy.stop(service);
      if (task === undefined) return;
      service.tasks.delete(task);
      this.#free(task);
    }
  }

  #start(service: WorldService): void {
    while (waitingOf(service) > 0 && this.#place(service)) {}
    service.waitingSince = waitingOf(service) > 0 ? (service.waitingSince ?? this.now) : undefined;
  }

  #place(service: WorldService): boolean {
    const { cpu, memory } = service.workload.needs;
    const able = [...this.hosts].filter(
      (host) => isOpen(host, this.now) && host.free.cpu >= cpu && host.free.memory >= memory,
    );
    const host = this.#strategy.place(service, able);
    if (host === undefined) return false;
    this.#started += 1;
    const id = `t-${this.#started}`;
    const task: WorldTask = { id, service, host, startedAt: this.now, stopsAt: undefined };
    service.tasks.add(task);
    host.tasks.add(task);
    host.free.cpu -= cpu;
    host.free.memory -= memory;
    return true;
  }

  /** Each task is started elsewhere first, and stops one to three minutes after that. */
  #moveOff(host: WorldHost): void {
    for (const task of host.tasks) {
      if (task.stopsAt !== undefined || !this.#place(task.service)) continue;
      task.stopsAt = this.now + MINUTE * (1 + Math.floor(3 * this.#random()));
      task.service.tasks.delete(task);
      this.moved += 1;
    }
  }

  #free(task: WorldTask): void {
    const { host, service } = task;
    host.tasks.delete(task);
    host.free.cpu += service.workload.needs.cpu;
    host.free.memory += service.workload.needs.memory;
  }
}
