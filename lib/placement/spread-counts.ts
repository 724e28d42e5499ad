import type { Bin } from './packing.ts';

/**
 * How many tasks of each group are on hosts with each value of one field of a spread: `instanceId` or an attribute.
 * Hosts without the attribute are counted together, as if they had a value of their own: the Developer Guide does not
 * say what ECS does with them, and so none is preferred to all others nor shut out.
 */
export class SpreadCounts {
  /** Of each bin, the number of its value. */
  readonly #value: Int32Array;
  readonly #values: number;
  readonly #counts = new Map<string, Int32Array>();

  constructor(field: string, bins: readonly Bin[]) {
    const numbers = new Map<string | undefined, number>();
    this.#value = Int32Array.from(bins, ({ host }) => {
      const value = fieldOf(field, host);
      const number = numbers.get(value) ?? numbers.size;
      numbers.set(value, number);
      return number;
    });
    this.#values = numbers.size;
    for (const bin of bins) for (const [group, count] of bin.groups) this.add(bin, group, count);
  }

  /** Tasks of the group on hosts like this one. What is returned stays right while the packing changes. */
  of(group: string): (bin: Bin) => number {
    const counts = this.#of(group);
    const value = this.#value;
    return ({ index }) => counts[value[index] ?? 0] ?? 0;
  }

  add(bin: Bin, group: string, by: number): void {
    const counts = this.#of(group);
    const value = this.#value[bin.index] ?? 0;
    counts[value] = (counts[value] ?? 0) + by;
  }

  #of(group: string): Int32Array {
    let counts = this.#counts.get(group);
    if (counts === undefined) {
      counts = new Int32Array(this.#values);
      this.#counts.set(group, counts);
    }
    return counts;
  }
}

function fieldOf(field: string, { id, attributes }: Bin['host']): string | undefined {
  // API reference, PlacementStrategy: "instanceId (or host, which has the same effect)".
  return field === 'instanceId' || field === 'host' ? id : attributes.get(field.replace(/^attribute:/, ''));
}
