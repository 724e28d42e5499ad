import type { World } from '../world.ts';

/** A request of a function to the table. */
export interface StoreRequest {
  readonly function: string;
  readonly operation: string;
}

/** Whether the function dies at this request, and if so, whether the table carries it out. */
export type CrashAtStore = (request: StoreRequest) => 'applied' | 'not-applied' | undefined;

/**
 * The table as the functions see it: each request takes a few milliseconds, so that others come between, and the
 * function may die at it. What is asked from outside an invocation is answered at once.
 */
export function distantStore(
  world: World,
  crashAt: CrashAtStore,
): <Store extends object>(store: Store) => Store {
  const random = world.kernel.random.fork('store');

  function request(operation: string, run: () => unknown): unknown {
    const scope = world.activity.current();
    if (scope === undefined) return run();
    const crash = scope.dead ? undefined : crashAt({ function: scope.function, operation });
    const latencyMs = random.between(2, 12);
    const answer = world.activity.wait<unknown>((resolve) => {
      if (crash === 'not-applied') return;
      world.kernel.after(latencyMs >> 1, () => {
        const result = run();
        world.kernel.after(latencyMs - (latencyMs >> 1), () => resolve(result));
      });
    });
    if (crash !== undefined) scope.crash(`Crashed by an injected fault at the table's ${operation}`);
    return answer;
  }

  return (store) =>
    new Proxy(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]) =>
          request(String(name), (): unknown => Reflect.apply(value, target, parameters));
      },
    });
}
