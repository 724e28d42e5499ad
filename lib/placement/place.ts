import { candidatesFor } from './candidates.ts';
import type { Placed, Workload } from './model.ts';
import { type Bin, type Misfit, type Packing, shortage } from './packing.ts';
import { choose, type Ties } from './strategies.ts';

export { randomTies, SERVICE_DEFAULT_STRATEGIES, type Ties } from './strategies.ts';

/** Open hosts that can not take a task, by the first thing that each lacks. */
export type Misfits = ReadonlyMap<Misfit | 'constraint' | 'provider', number>;

export type Placement =
  | { readonly kind: 'placed'; readonly bin: Bin }
  | { readonly kind: 'nowhere'; readonly misfits: Misfits };

/**
 * ECS's way of placing: hosts with room, then constraints, then strategies
 * (Developer Guide, "How Amazon ECS places tasks on container instances").
 * With several capacity providers any of them may take a task. ECS settles on one by base and weight beforehand.
 */
export class Scheduler {
  readonly #packing: Packing;
  readonly #ties: Ties;
  // Used for every task anew, without being cleared: its length would have to be allocated again.
  readonly #able: Bin[] = [];

  constructor(packing: Packing, ties: Ties) {
    this.#packing = packing;
    this.#ties = ties;
  }

  /** Where the next task of the workload would go. Changes nothing. */
  next(workload: Workload): Placement {
    const { bins, admits } = candidatesFor(this.#packing, workload);
    const able = this.#able;
    let count = 0;
    for (const bin of bins) {
      if (!bin.open || shortage(bin, workload.needs) !== undefined) continue;
      if (admits === undefined || admits(bin)) able[count++] = bin;
    }
    const bin = count === 0 ? undefined : choose(this.#packing, workload, able, count, this.#ties);
    return bin === undefined
      ? { kind: 'nowhere', misfits: misfits(this.#packing, workload) }
      : { kind: 'placed', bin };
  }

  /** Places a task where ECS would; undefined when it fits nowhere. */
  place(id: string, workload: Workload): Placed | undefined {
    const placement = this.next(workload);
    return placement.kind === 'placed' ? this.#packing.place(id, workload, placement.bin) : undefined;
  }
}

/** For a task that fits nowhere: what the open hosts lack. */
function misfits(packing: Packing, workload: Workload): Misfits {
  const counts = new Map<Misfit | 'constraint' | 'provider', number>();
  const count = (why: Misfit | 'constraint' | 'provider') => counts.set(why, (counts.get(why) ?? 0) + 1);
  const { bins, excluded } = candidatesFor(packing, workload);
  for (const { bin, why } of excluded) if (bin.open) count(why);
  for (const bin of bins) {
    if (bin.open) count(shortage(bin, workload.needs) ?? 'constraint');
  }
  return counts;
}
