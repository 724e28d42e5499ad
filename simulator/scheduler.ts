import type { EpochMs } from '../lib/clock.ts';

export interface Timer {
  readonly at: EpochMs;
  cancel(): void;
}

interface Entry extends Timer {
  readonly order: number;
  run: (() => void) | undefined;
}

/**
 * Discrete-event time: what is scheduled, in order of time and, at the same time, in order of scheduling, so that a
 * seed gives one timeline. A binary heap, since a burst holds tens of thousands of timers.
 */
export class Scheduler {
  #now: EpochMs;
  #order = 0;
  readonly #heap: Entry[] = [];

  constructor(start: EpochMs) {
    this.#now = start;
  }

  get now(): EpochMs {
    return this.#now;
  }

  /** Whole milliseconds, as a clock reads. Times in the past run now, after what is already due. */
  at(time: EpochMs, run: () => void): Timer {
    const entry: Entry = {
      at: Math.max(Math.ceil(time), this.#now),
      order: this.#order++,
      run,
      cancel() {
        // The entry stays in the heap until its time comes: removing it would cost more than skipping it.
        entry.run = undefined;
      },
    };
    this.#push(entry);
    return entry;
  }

  after(ms: number, run: () => void): Timer {
    return this.at(this.#now + ms, run);
  }

  /** When the next thing happens, or undefined if nothing will. */
  peek(): EpochMs | undefined {
    while (this.#heap[0] !== undefined && this.#heap[0].run === undefined) this.#pop();
    return this.#heap[0]?.at;
  }

  /** Moves time forward to `time` and runs all that is due then, including what that schedules for the same moment. */
  advanceTo(time: EpochMs): void {
    this.#now = Math.max(this.#now, time);
    for (let due = this.peek(); due !== undefined && due <= this.#now; due = this.peek()) {
      this.#pop()?.run?.();
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !before(entry, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      let child = heap[below];
      if (child === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && before(right, child)) {
        child = right;
        below += 1;
      }
      if (!before(child, last)) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = last;
    return top;
  }
}

function before(left: Entry, right: Entry): boolean {
  return left.at < right.at || (left.at === right.at && left.order < right.order);
}
