/** The tasks of a service, or the instances of a group, as far as a back-test needs them. */
export interface Fleet {
  readonly desired: number;
  readonly running: number;
  /** Lets everything start that is due in this minute. */
  advance(minute: number): void;
  /** New ones serve `startUp` minutes later. The newest of those that still start are the first to go. */
  setDesired(count: number, minute: number): void;
}

/** A fleet of which all `initial` run. `startUp` in minutes. */
export function createFleet(initial: number, startUp: number): Fleet {
  let running = initial;
  let desired = initial;
  let starting: { readonly readyAt: number; count: number }[] = [];
  return {
    get desired() {
      return desired;
    },
    get running() {
      return running;
    },
    advance(minute) {
      while (starting[0] !== undefined && starting[0].readyAt <= minute) {
        running += starting.shift()?.count ?? 0;
      }
    },
    setDesired(count, minute) {
      if (count > desired) starting.push({ readyAt: minute + startUp, count: count - desired });
      let surplus = desired - count;
      while (surplus > 0 && starting.length > 0) {
        const newest = starting.at(-1);
        if (newest === undefined || newest.count > surplus) break;
        surplus -= newest.count;
        starting = starting.slice(0, -1);
      }
      const newest = starting.at(-1);
      if (surplus > 0 && newest !== undefined) newest.count -= surplus;
      else if (surplus > 0) running -= surplus;
      desired = count;
    },
  };
}
