import type { Oracle } from './oracle.ts';
import { type ChaosRun, runChaos } from './run.ts';

/**
 * Removes faults while the same oracle still fails: halves first, then smaller parts, down to single faults (Zeller's
 * ddmin). Runs the world at most `budget` times more. Returns the failing run with the fewest faults.
 */
export async function shrink(
  failing: ChaosRun,
  oracles: readonly Oracle[],
  budget: number,
): Promise<ChaosRun> {
  const name = failing.violations[0]?.oracle;
  let best = failing;
  let parts = 2;
  for (let runs = 0; runs < budget && best.faults.length > 0; ) {
    const ids = best.faults.map(({ id }) => id);
    const size = Math.ceil(ids.length / parts);
    let smaller: ChaosRun | undefined;
    for (let from = 0; from < ids.length && runs < budget; from += size) {
      const only = [...ids.slice(0, from), ...ids.slice(from + size)];
      runs += 1;
      const run = await runChaos({ seed: failing.seed, oracles, only });
      if (run.violations.some(({ oracle }) => oracle === name)) {
        smaller = run;
        break;
      }
    }
    if (smaller !== undefined) {
      best = smaller;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) return best;
    else parts *= 2;
  }
  return best;
}
