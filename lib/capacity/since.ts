import type { EpochMs } from '../clock.ts';

/** Since when what is seen now has been seen, from one observation to the next; what is seen no more is forgotten. */
export class Since {
  readonly #before: Readonly<Record<string, EpochMs>>;
  readonly #seen: Record<string, EpochMs> = {};
  readonly #now: EpochMs;

  constructor(before: Readonly<Record<string, EpochMs>>, now: EpochMs) {
    this.#before = before;
    this.#now = now;
  }

  of(key: string): EpochMs {
    const since = this.#before[key] ?? this.#now;
    this.#seen[key] = since;
    return since;
  }

  /** For the record. */
  get seen(): Readonly<Record<string, EpochMs>> {
    return this.#seen;
  }
}
