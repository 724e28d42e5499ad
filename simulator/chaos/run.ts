import { createHash } from 'node:crypto';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import type { World } from '../world.ts';
import { buildStage, type Stage } from './build.ts';
import { type Seen, seenIn } from './coverage.ts';
import { FAULTS_MS, type Fault } from './faults.ts';
import { inject } from './inject.ts';
import type { Oracle, Violation } from './oracle.ts';
import { planFaults } from './schedule.ts';

/** So long the world has to converge after the last fault. */
export const CALM_MS = 100 * MINUTE;
const STEP_MS = SECOND;

export interface ChaosOptions {
  readonly seed: number;
  readonly oracles: readonly Oracle[];
  /** The numbers of the faults that happen; all of the seed's unless said. */
  readonly only?: readonly number[];
}

export interface ChaosRun {
  readonly seed: number;
  /** Those that happened, in order of time. */
  readonly faults: readonly Fault[];
  /** Of the first step at which there is one: the run ends there. */
  readonly violations: readonly Violation[];
  readonly simulatedMs: number;
  readonly startsAt: number;
  /** Of every call, event, invocation and journal entry: the same for the same seed and faults. */
  readonly hash: string;
  readonly seen: Seen;
}

/** Plays the world of a seed with its faults, and then in peace, and asks each oracle at each second. */
export async function runChaos({ seed, oracles, only }: ChaosOptions): Promise<ChaosRun> {
  const faults = planFaults(seed).filter(({ id }) => only === undefined || only.includes(id));
  const stage = buildStage(seed);
  const startsAt = stage.world.now();
  inject(stage, faults);
  const violations = await play(stage, oracles);
  return {
    seed,
    faults,
    violations,
    startsAt,
    simulatedMs: stage.world.now() - startsAt,
    hash: hashOf(stage),
    seen: seenIn(stage),
  };
}

async function play({ world, deployment, policy }: Stage, oracles: readonly Oracle[]): Promise<Violation[]> {
  const faultsEndAt = world.now() + FAULTS_MS;
  const watching = oracles.map((oracle) => oracle.watch({ world, deployment, policy, faultsEndAt }));
  let found: Violation[] = [];
  let nextAt = world.now();
  const until = () => {
    if (world.now() < nextAt) return false;
    nextAt = world.now() + STEP_MS;
    found = watching.flatMap((oracle) => oracle.step());
    return found.length > 0;
  };
  try {
    await world.run({ until, limit: faultsEndAt + CALM_MS });
  } catch (error) {
    // What the simulator cannot play is a fault of its own, or of the call that it was asked.
    return [broken(world, error)];
  }
  return found.length > 0 ? found : watching.flatMap((oracle) => oracle.end());
}

function broken(world: World, error: unknown): Violation {
  const sentence = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { oracle: 'simulator', at: world.now(), sentence };
}

function hashOf({ world: { recording }, deployment: { journal } }: Stage): string {
  const hash = createHash('sha256');
  for (const records of [recording.calls, recording.events, recording.invocations, journal]) {
    for (const record of records) hash.update(JSON.stringify(record)).update('\n');
  }
  return hash.digest('hex');
}
