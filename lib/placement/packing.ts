import type { Amounts, Host, Needs, Placed, Workload } from './model.ts';
import { SpreadCounts } from './spread-counts.ts';

/** A host and what is on it now. Mutable: a packing is worked on, and undone. */
export interface Bin {
  readonly host: Host;
  /** Its number among the hosts, from 0: a faster key than its id. */
  readonly index: number;
  readonly free: { cpu: number; memory: number; gpu: number; enis: number };
  /** Ports taken, by tasks or by the instance itself: how many hold each. */
  readonly tcp: Map<number, number>;
  readonly udp: Map<number, number>;
  readonly tasks: Map<string, Placed>;
  /** Tasks per task group. */
  readonly groups: Map<string, number>;
  /** Whether ECS places tasks there: ACTIVE, with its agent connected, and not closed by the plan. */
  open: boolean;
}

/**
 * A cluster that can be tried out: tasks are placed and removed, hosts closed, and all of it undone. Several thousand
 * of these happen in one plan, so that nothing here copies the cluster.
 */
export class Packing {
  readonly bins: ReadonlyMap<string, Bin>;
  /** By the field, once somebody has asked. */
  readonly #counts = new Map<string, SpreadCounts>();
  #journal: (() => void)[] = [];

  constructor(hosts: readonly Host[], tasks: readonly Placed[]) {
    this.bins = new Map(hosts.map((host, index) => [host.id, emptyBin(host, index)]));
    for (const task of tasks) {
      const bin = this.bins.get(task.host);
      if (bin !== undefined) put(bin, task);
    }
  }

  /** Tasks per task group and value of a spread's field. Kept up to date from then on: spread asks for every task. */
  countsBy(field: string): SpreadCounts {
    let counts = this.#counts.get(field);
    if (counts === undefined) {
      counts = new SpreadCounts(field, [...this.bins.values()]);
      this.#counts.set(field, counts);
    }
    return counts;
  }

  /** Nothing is placed on it from here on, as on an instance that is set DRAINING. */
  close(bin: Bin): void {
    if (!bin.open) return;
    bin.open = false;
    this.#journal.push(() => {
      bin.open = true;
    });
  }

  /** Puts a task there, fit or not: tasks that are there already are not asked. */
  place(id: string, workload: Workload, bin: Bin): Placed {
    const task: Placed = { id, workload, host: bin.host.id };
    this.#put(bin, task);
    this.#journal.push(() => this.#take(bin, task));
    return task;
  }

  remove(task: Placed): void {
    const bin = this.bins.get(task.host);
    if (bin === undefined) return;
    this.#take(bin, task);
    this.#journal.push(() => this.#put(bin, task));
  }

  /** A point to which `rollback` returns. */
  mark(): number {
    return this.#journal.length;
  }

  rollback(mark: number): void {
    for (const undo of this.#journal.splice(mark).reverse()) undo();
  }

  #put(bin: Bin, task: Placed): void {
    put(bin, task);
    for (const counts of this.#counts.values()) counts.add(bin, task.workload.group, 1);
  }

  #take(bin: Bin, task: Placed): void {
    take(bin, task);
    for (const counts of this.#counts.values()) counts.add(bin, task.workload.group, -1);
  }
}

function emptyBin(host: Host, index: number): Bin {
  const { cpu, memory, gpu, enis } = host.registered;
  return {
    host,
    index,
    free: { cpu, memory, gpu, enis },
    tcp: new Map(host.reserved.tcp.map((port) => [port, 1])),
    udp: new Map(host.reserved.udp.map((port) => [port, 1])),
    tasks: new Map(),
    groups: new Map(),
    open: host.status === 'ACTIVE' && host.agentConnected,
  };
}

function put(bin: Bin, task: Placed): void {
  const { needs, group } = task.workload;
  bin.tasks.set(task.id, task);
  change(bin.free, needs, -1);
  for (const port of needs.tcp) count(bin.tcp, port, 1);
  for (const port of needs.udp) count(bin.udp, port, 1);
  count(bin.groups, group, 1);
}

function take(bin: Bin, task: Placed): void {
  const { needs, group } = task.workload;
  bin.tasks.delete(task.id);
  change(bin.free, needs, 1);
  for (const port of needs.tcp) count(bin.tcp, port, -1);
  for (const port of needs.udp) count(bin.udp, port, -1);
  count(bin.groups, group, -1);
}

function change(free: Bin['free'], by: Amounts, sign: 1 | -1): void {
  free.cpu += sign * by.cpu;
  free.memory += sign * by.memory;
  free.gpu += sign * by.gpu;
  free.enis += sign * by.enis;
}

function count<Key>(counts: Map<Key, number>, key: Key, by: 1 | -1): void {
  const now = (counts.get(key) ?? 0) + by;
  if (now === 0) counts.delete(key);
  else counts.set(key, now);
}

/** Why a task does not fit, in the order in which ECS looks (Developer Guide, "How Amazon ECS places tasks"). */
export type Misfit = 'cpu' | 'memory' | 'gpu' | 'tcp-port' | 'udp-port' | 'eni' | 'required-attribute';

/** The first thing that the host lacks for it; undefined when it fits. */
export function misfit(bin: Bin, needs: Needs): Misfit | undefined {
  return shortage(bin, needs) ?? (hasRequired(bin.host, needs) ? undefined : 'required-attribute');
}

/** Of that, what other tasks have to do with. */
export function shortage({ free, tcp, udp }: Bin, needs: Needs): Misfit | undefined {
  if (lacks(needs.cpu, free.cpu)) return 'cpu';
  if (lacks(needs.memory, free.memory)) return 'memory';
  if (lacks(needs.gpu, free.gpu)) return 'gpu';
  if (anyTaken(tcp, needs.tcp)) return 'tcp-port';
  if (anyTaken(udp, needs.udp)) return 'udp-port';
  return lacks(needs.enis, free.enis) ? 'eni' : undefined;
}

/** Whether there is enough of each amount. */
export function hasRoom(free: Amounts, needed: Amounts): boolean {
  return !(
    lacks(needed.cpu, free.cpu) ||
    lacks(needed.memory, free.memory) ||
    lacks(needed.gpu, free.gpu) ||
    lacks(needed.enis, free.enis)
  );
}

/** Who needs none of it does not mind that others have taken more than there is. */
function lacks(needed: number, free: number): boolean {
  return needed > free && needed > 0;
}

function anyTaken(taken: ReadonlyMap<number, number>, ports: readonly number[]): boolean {
  // Asked of every host for every task, and most tasks have no fixed port.
  if (ports.length === 0) return false;
  for (const port of ports) if (taken.has(port)) return true;
  return false;
}

/** Of that, what never changes. */
export function hasRequired({ attributes }: Host, needs: Needs): boolean {
  return needs.requires.every(
    ({ name, value }) => attributes.has(name) && (value === undefined || attributes.get(name) === value),
  );
}
