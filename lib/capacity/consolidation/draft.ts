import type { GroupName } from '../../ids.ts';
import { type Fit, fitsInEveryOrder, seemsToFit } from '../../placement/fit.ts';
import type { Host, Placed } from '../../placement/model.ts';
import { type Bin, Packing } from '../../placement/packing.ts';
import { randomTies, Scheduler } from '../../placement/place.ts';
import { wayOut } from '../leaving.ts';
import type { Waiting } from '../pending.ts';
import type { Removal } from '../plan.ts';
import type { GroupView, TaskView } from '../view.ts';
import type { Removable, Situation } from './situation.ts';
import { changed, type ZoneCounts } from './zones.ts';

export interface DraftGroup {
  readonly view: GroupView;
  /** The desired count once all that leaves has left. */
  desired: number;
  /** Replacements that the plan launches. */
  launched: number;
  zones: ZoneCounts;
}

/** A move whose end changes when its end is removed too. */
interface Move {
  readonly task: string;
  readonly group: string;
  readonly from: string;
  to: string;
}

/** The instance that a step of the plan launches, in the zone that it will probably come to: for the moves to name. */
export const replacementId = (group: GroupName, number: number, zone: string) =>
  `${group}/new-${number}/${zone}`;

/** A plan in the making: the cluster as it is once the steps so far have been carried out. */
export class Draft {
  packing: Packing;
  readonly groups: ReadonlyMap<GroupName, DraftGroup>;
  readonly steps: Removal[] = [];
  /** Tasks of instances that leave already and that find no place. */
  readonly stranded: readonly Waiting[];
  /** Instances on their way out, those of this plan among them. */
  goingOut: number;
  /** Instances that could go but for the time that they have to wait. */
  waiting = 0;
  readonly #random: () => number;
  /** Tasks that are to come to a host, by the host. */
  readonly #arriving = new Map<string, Placed[]>();
  readonly #moves = new Map<string, Move>();

  constructor(situation: Situation, random: () => number) {
    const { view, state } = situation;
    this.#random = random;
    this.packing = new Packing(view.hosts, view.tasks);
    const leaving = view.hosts.filter((host) => wayOut(host, state) !== undefined);
    this.goingOut = leaving.length;
    for (const { id } of leaving) this.packing.close(this.binOf(id));
    this.stranded = this.#evacuate(leaving.flatMap(({ id }) => situation.tasksOn(id)));
    this.groups = new Map(view.groups.map((group) => [group.name, draftGroup(group, situation)]));
  }

  binOf(host: string): Bin {
    const bin = this.packing.bins.get(host);
    if (bin === undefined)
      throw new Error(`Host ${host} is not in the packing; plan with the view it is of.`);
    return bin;
  }

  groupOf({ group }: Removable): DraftGroup {
    const found = this.groups.get(group.name);
    if (found === undefined)
      throw new Error(`Group ${group.name} is not in the view; add it to view.groups.`);
    return found;
  }

  isReceiving(host: string): boolean {
    return this.#arriving.has(host);
  }

  /** What has to find another place when the host goes: with what earlier steps send there. */
  tasksOf({ host, tasks }: Removable): readonly Placed[] {
    return [...tasks, ...(this.#arriving.get(host.id) ?? [])];
  }

  /** Whether the tasks of these hosts fit on what stays open. Changes nothing. */
  fits(removables: readonly Removable[]): Fit {
    return this.#without(removables, (moving) => fitsInEveryOrder(this.packing, moving, this.#random));
  }

  /** Whether they probably do: by far sooner said than proven. Changes nothing. */
  seemToFit(removables: readonly Removable[]): Fit {
    return this.#without(removables, (moving) => seemsToFit(this.packing, moving, this.#random));
  }

  #without(removables: readonly Removable[], ask: (moving: readonly Placed[]) => Fit): Fit {
    const mark = this.packing.mark();
    // What fits nowhere is found out at once, when the choosiest and then the largest come first.
    const moving = this.#vacate(removables).toSorted(
      (a, b) => choosinessOf(b) - choosinessOf(a) || weightOf(b) - weightOf(a),
    );
    const fit = ask(moving);
    this.packing.rollback(mark);
    return fit;
  }

  /** Takes a step: what comes after goes by the cluster as it then is. */
  take(
    removables: readonly Removable[],
    fit: Extract<Fit, { fits: true }>,
    step: Omit<Removal, 'moves'>,
  ): void {
    const moving = new Map(this.#vacate(removables).map((task) => [task.id, task]));
    const moves: Move[] = [];
    for (const { task: id, to } of fit.moves) {
      const task = moving.get(id);
      if (task === undefined) continue;
      this.#arrive(id, task, to);
      // Both hosts drain at once: a task that was to go to the second never does.
      const earlier = this.#moves.get(id);
      if (earlier !== undefined) earlier.to = to;
      else moves.push({ task: id, group: task.workload.group, from: task.host, to });
    }
    for (const move of moves) this.#moves.set(move.task, move);
    for (const { host } of removables) this.#arriving.delete(host.id);
    this.#count(removables);
    this.steps.push({ ...step, moves });
  }

  /** Hosts that may be launched, with the tasks that start on them by themselves. */
  add(hosts: readonly Host[], tasks: readonly Placed[]): void {
    const bins = [...this.packing.bins.values()];
    const closed = bins.filter((bin) => !bin.open);
    const there = bins.flatMap((bin) => [...bin.tasks.values()]);
    this.packing = new Packing([...bins.map(({ host }) => host), ...hosts], [...there, ...tasks]);
    for (const { host } of closed) this.packing.close(this.binOf(host.id));
  }

  /** Of what was added, one is launched with the step that was taken last. */
  launched(group: DraftGroup, zone: string): void {
    group.launched += 1;
    group.desired += 1;
    group.zones = changed(group.zones, { gone: [], come: [zone] });
  }

  #vacate(removables: readonly Removable[]): readonly Placed[] {
    const moving = removables.flatMap((removable) => this.tasksOf(removable));
    for (const { host } of removables) this.packing.close(this.binOf(host.id));
    for (const task of moving) this.packing.remove(task);
    return moving;
  }

  #arrive(id: string, { workload }: Placed, to: string): void {
    const placed = this.packing.place(id, workload, this.binOf(to));
    const arriving = this.#arriving.get(to);
    if (arriving === undefined) this.#arriving.set(to, [placed]);
    else arriving.push(placed);
  }

  /** A move that is no step's: ECS makes it already. */
  #follow(task: TaskView, to: string): void {
    this.#arrive(task.id, task, to);
    this.#moves.set(task.id, { task: task.id, group: task.workload.group, from: task.host, to });
  }

  #count(removables: readonly Removable[]): void {
    this.goingOut += removables.length;
    for (const removable of removables) {
      const group = this.groupOf(removable);
      group.desired -= 1;
      group.zones = changed(group.zones, { gone: [removable.host.zone] });
    }
  }

  /** ECS starts the tasks of a DRAINING instance elsewhere: room that is gone before anything is planned. */
  #evacuate(tasks: readonly TaskView[]): readonly Waiting[] {
    const scheduler = new Scheduler(this.packing, randomTies(this.#random));
    const stranded: Waiting[] = [];
    for (const task of tasks) {
      if (task.kind !== 'service' || task.stopping) continue;
      this.packing.remove(task);
      const placement = scheduler.next(task.workload);
      if (placement.kind === 'nowhere') stranded.push({ workload: task.workload, count: 1 });
      else this.#follow(task, placement.bin.host.id);
    }
    return stranded;
  }
}

const choosinessOf = ({ workload: { needs, constraints } }: Placed) =>
  constraints.length + needs.tcp.length + needs.udp.length + needs.requires.length;

const weightOf = ({ workload: { needs } }: Placed) => needs.cpu + needs.memory / 4;

function draftGroup(group: GroupView, { view, state }: Situation): DraftGroup {
  const hosts = view.hosts.filter((host) => host.group === group.name && host.lifecycleState === 'InService');
  const leaving = hosts.filter((host) => wayOut(host, state) !== undefined);
  // The desired count is lowered with the order to terminate.
  const toBeLowered = leaving.filter(({ id }) => state.leaving[id]?.phase !== 'terminating').length;
  const none = new Map(group.zones.map((zone) => [zone, 0]));
  const staying = hosts.filter((host) => host.status === 'ACTIVE' && !leaving.includes(host));
  const come = [
    ...staying.map(({ zone }) => zone),
    ...[...group.launching].flatMap(([zone, count]) => Array.from({ length: count }, () => zone)),
  ];
  return {
    view: group,
    desired: group.desired - toBeLowered,
    launched: 0,
    zones: changed(none, { gone: [], come }),
  };
}
