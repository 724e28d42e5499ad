/** An attribute's value has at most 128 characters (API reference, Attribute); of task groups longer ones are rare. */
const LONGEST = 128;
/** Three repetitions without an upper bound, and a choice or two. The worst value then takes about a second. */
const MOST_WAYS = 2.5e7;

interface Group {
  /** Of its alternatives before this one. */
  before: number;
  /** Of this alternative, without its last atom. */
  product: number;
  /** Of its last atom; 1: matches in one way. */
  last: number;
}

/**
 * Counts the ways in which a pattern may match a value, which is what a backtracking engine may have to try: the ways of
 * atoms in a row multiply, those of alternatives add up, and to repeat what matches in several ways is without bound.
 */
export class PatternCost {
  readonly #groups: Group[] = [{ before: 0, product: 1, last: 1 }];
  #highest = 1;
  /** Whether a quantifier may follow: after an atom, once. */
  repeatable = false;

  get tooHigh(): boolean {
    return this.#highest > MOST_WAYS;
  }

  atom(ways = 1): void {
    const group = this.#group();
    group.product *= group.last;
    group.last = ways;
    this.repeatable = true;
    this.#highest = Math.max(this.#highest, group.product * ways);
  }

  repeat(least: number, most: number): void {
    const group = this.#group();
    const { last } = group;
    if (last === 1) group.last = Math.min(most - least + 1, LONGEST);
    else group.last = most === Infinity ? Infinity : last ** most * (most - least + 1);
    this.repeatable = false;
    this.#highest = Math.max(this.#highest, group.product * group.last);
  }

  alternative(): void {
    const group = this.#group();
    group.before += group.product * group.last;
    group.product = 1;
    group.last = 1;
    this.repeatable = false;
  }

  open(): void {
    this.#groups.push({ before: 0, product: 1, last: 1 });
    this.repeatable = false;
  }

  close(): void {
    this.atom(this.#waysOf(this.#groups.pop()));
  }

  end(): void {
    this.#highest = Math.max(this.#highest, this.#waysOf(this.#group()));
  }

  #group(): Group {
    const group = this.#groups.at(-1);
    if (group === undefined) throw new RangeError('A pattern closes more groups than it opens');
    return group;
  }

  #waysOf(group: Group | undefined): number {
    return group === undefined ? 1 : group.before + group.product * group.last;
  }
}
