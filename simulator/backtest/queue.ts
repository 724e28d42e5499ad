/** Work that waits in order of its arrival. */
export interface Queue {
  readonly length: number;
  /** Takes in a minute's arrivals, serves up to `capacity` of what waits; returns how many minutes the oldest waits. */
  pass(minute: number, arrivals: number, capacity: number): number;
}

export function createQueue(): Queue {
  let waiting: { readonly since: number; amount: number }[] = [];
  let first = 0;
  let length = 0;
  return {
    get length() {
      return length;
    },
    pass(minute, arrivals, capacity) {
      if (arrivals > 0) waiting.push({ since: minute, amount: arrivals });
      length += arrivals;
      let room = capacity;
      for (let oldest = waiting[first]; oldest !== undefined && room > 0; oldest = waiting[first]) {
        const served = Math.min(room, oldest.amount);
        oldest.amount -= served;
        room -= served;
        length -= served;
        if (oldest.amount <= 1e-9) first++;
      }
      const oldest = waiting[first];
      if (oldest === undefined || first > 4096) {
        waiting = waiting.slice(first);
        first = 0;
      }
      if (oldest === undefined) length = 0;
      return oldest === undefined ? 0 : minute - oldest.since;
    },
  };
}
