import { AsyncLocalStorage } from 'node:async_hooks';

/** One invocation as the clock sees it. */
export interface Scope {
  readonly id: string;
  readonly function: string;
  /** API calls it has made. */
  calls: number;
  /** Calls and sleeps that the world has not answered yet. */
  pending: number;
  /** Crashed or timed out: what it still asks for is neither done nor answered. */
  dead: boolean;
  /** Stops the invocation as a crash; set by the Lambda service. */
  crash(reason: string): void;
}

/** A handler that waits for something outside the world (a socket, a real timer) is given this many turns. */
const MAX_TURNS = 500_000;
/** Or fewer, if others wait for the clock: then it may be one of those that it waits for (a shared promise). */
const PATIENCE = 20_000;

/**
 * Knows which invocation is running and when all of them have come to rest, that is wait for the virtual clock. Time
 * may only advance then; otherwise a handler's next call would seem to come late.
 */
export class Activity {
  readonly #storage = new AsyncLocalStorage<Scope>();
  /**
   * Runs a function in the async context of now. Without it every AsyncLocalStorage that some handler ever used (a
   * client's, a logger's) would stay a key of the world's own context, which Node copies at each `run`.
   */
  readonly #outside = AsyncLocalStorage.snapshot();
  readonly #open = new Set<Scope>();
  /** Open invocations that wait for nothing of this world: they are computing, or wait for a real macrotask. */
  #busy = 0;
  #woken = false;

  current(): Scope | undefined {
    return this.#storage.getStore();
  }

  /** Runs `body` as `scope` until it settles or the scope dies. */
  run(scope: Scope, body: () => Promise<unknown>): Promise<unknown> {
    this.#open.add(scope);
    this.#busy += 1;
    this.#woken = true;
    const start = () => this.#storage.run(scope, async () => body());
    return this.#outside(start).finally(() => this.close(scope));
  }

  /** Something outside any invocation (a scenario) has been let run, and may have promises to run on. */
  wake(): void {
    this.#woken = true;
  }

  close(scope: Scope): void {
    if (this.#open.delete(scope) && scope.pending === 0) this.#busy -= 1;
  }

  /** A promise that the world will resolve. Meanwhile the invocation that asked is at rest. */
  wait<T>(start: (resolve: (value: T) => void) => void): Promise<T> {
    const scope = this.current();
    if (scope?.dead) return new Promise<T>(() => {});
    if (scope !== undefined && this.#open.has(scope) && scope.pending === 0) this.#busy -= 1;
    if (scope !== undefined) scope.pending += 1;
    return new Promise<T>((resolve) => {
      start((value) => {
        if (scope?.dead) return;
        if (scope !== undefined) scope.pending -= 1;
        if (scope !== undefined && this.#open.has(scope) && scope.pending === 0) this.#busy += 1;
        this.#woken = true;
        resolve(value);
      });
    });
  }

  /**
   * Resolves once every promise that could run has run. One macrotask turn empties the microtask queue, and a warm SDK
   * client needs nothing but microtasks (measured: one turn from `send` to `handle`, one back). An invocation that
   * still waits for nothing of ours is given more turns, since it does real I/O, e.g. a dynamic import.
   */
  async settle(): Promise<void> {
    if (!this.#woken) return;
    for (let turns = 0; this.#woken || this.#busy > 0; turns++) {
      this.#woken = false;
      await new Promise((resolve) => setImmediate(resolve));
      if (turns > PATIENCE && this.#open.size > this.#busy) return;
      if (turns > MAX_TURNS) throw new Error(this.#stuck());
    }
  }

  #stuck(): string {
    const names = [...this.#open].filter((scope) => scope.pending === 0).map((s) => `${s.function} ${s.id}`);
    return `The invocation ${names.join(', ')} waits for something outside the simulated world (a socket, a real timer). Use the world's clock and requestHandler in it.`;
  }
}
