import { HOUR, MINUTE } from '../../lib/clock.ts';
import { faultText } from './faults.ts';
import type { Violation } from './oracle.ts';
import type { ChaosRun } from './run.ts';

/** What plays exactly this run again. */
export function replayCommand({ seed, faults }: Pick<ChaosRun, 'seed' | 'faults'>): string {
  const only = faults.length === 0 ? 'none' : faults.map(({ id }) => id).join(',');
  return `npm run chaos -- --seed ${seed} --only ${only}`;
}

/** For a person: what failed, what had to happen for it, and how to see it again. */
export function failureText(run: ChaosRun, faultsBefore: number): string {
  const [violation, ...others] = run.violations;
  if (violation === undefined) return `Seed ${run.seed}: no oracle fails.`;
  const told = (at: number) => `+${((at - run.startsAt) / MINUTE).toFixed(1).padStart(5)} min`;
  const line = ({ oracle, at, sentence }: Violation) => `  ${told(at)}  VIOLATED ${oracle}: ${sentence}`;
  return [
    `Seed ${run.seed}: ${violation.oracle}`,
    `  ${violation.sentence}`,
    `Timeline, shrunk from ${faultsBefore} faults to ${run.faults.length}:`,
    ...run.faults.map(
      ({ id, afterMs, what }) => `  ${told(run.startsAt + afterMs)}  #${id} ${faultText(what)}`,
    ),
    line(violation),
    ...others.map(line),
    `Replay: ${replayCommand(run)}`,
  ].join('\n');
}

export interface Totals {
  readonly seeds: number;
  readonly failed: number;
  readonly simulatedMs: number;
  readonly realMs: number;
}

/** How much was played, and how fast. */
export function figures({ seeds, failed, simulatedMs, realMs }: Totals) {
  return {
    seeds,
    failed,
    seedsPerMinute: Math.round((seeds / realMs) * MINUTE * 10) / 10,
    simulatedHoursPerSecond: Math.round((simulatedMs / HOUR / (realMs / 1000)) * 100) / 100,
  };
}

/** How far it has come. */
export function progressText(totals: Totals, ofSeeds: number): string {
  const { seeds, failed, seedsPerMinute } = figures(totals);
  return `${seeds} of ${ofSeeds} seeds, ${failed} failed; ${seedsPerMinute} a minute`;
}
