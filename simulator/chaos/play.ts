import { oracles } from './oracles/index.ts';
import { type ChaosRun, runChaos } from './run.ts';
import { shrink } from './shrink.ts';

/** One seed, and what to do with it. All of it is data, since it may go to a worker. */
export interface Job {
  readonly seed: number;
  readonly only: readonly number[] | undefined;
  /** How many runs a failure may take to find fewer faults. */
  readonly budget: number;
}

export interface Played {
  readonly run: ChaosRun;
  /** If an oracle failed: with fewer faults, where fewer will do. */
  readonly shrunk: ChaosRun | undefined;
}

export async function play({ seed, only, budget }: Job): Promise<Played> {
  const run = await runChaos({ seed, oracles, ...(only === undefined ? {} : { only }) });
  const fails = run.violations.length > 0;
  return { run, shrunk: fails ? await shrink(run, oracles, budget) : undefined };
}
