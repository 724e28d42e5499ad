import { HOUR } from '../../../lib/clock.ts';
import type { SimulatedEntry } from '../../deployment.ts';
import type { Recording } from '../../recording.ts';
import type { Observation } from '../observation.ts';

/** What a run of a simulated world came to. */
export interface RunFigures {
  /** Tasks that ended with their host, without being told to stop. */
  readonly lost: number;
  /** Tasks that Fargate Spot took back. */
  readonly interrupted: number;
  readonly drains: {
    readonly begun: number;
    readonly drained: number;
    readonly longestSeconds: number | null;
    readonly longestOf: string | null;
  };
  /** Task-minutes below the desired counts, of all services. */
  readonly belowMinutes: number;
  /** The service with the most of them. */
  readonly mostBelow: string | null;
  readonly updateServiceCalls: number;
  readonly callsPerHour: number;
  /** By operation, the most called first. */
  readonly calls: readonly { readonly operation: string; readonly count: number }[];
  /** Notable entries of the journal by reason, the most frequent first. */
  readonly decisions: readonly {
    readonly capability: string;
    readonly reason: string;
    readonly count: number;
  }[];
}

export function runFigures(
  observation: Observation,
  recording: Recording,
  journal: readonly SimulatedEntry[],
): RunFigures {
  const { services, startsAt, endsAt, lost, interrupted } = observation;
  const worst = services.toSorted((a, b) => b.belowMinutes - a.belowMinutes)[0];
  return {
    lost,
    interrupted,
    drains: drainsOf(journal),
    belowMinutes: services.reduce((sum, { belowMinutes }) => sum + belowMinutes, 0),
    mostBelow: worst === undefined || worst.belowMinutes === 0 ? null : worst.id,
    updateServiceCalls: recording.countOf('ECS:UpdateService'),
    callsPerHour: recording.countOf() / ((endsAt - startsAt) / HOUR),
    calls: [...recording.callCounts]
      .map(([operation, count]) => ({ operation, count }))
      .toSorted((a, b) => b.count - a.count || (a.operation < b.operation ? -1 : 1)),
    decisions: decisionsOf(journal),
  };
}

function drainsOf(journal: readonly SimulatedEntry[]): RunFigures['drains'] {
  const drained = journal.filter(({ reason }) => reason === 'drained');
  const seconds = drained.map(({ facts, subject = '' }) => {
    const value = facts?.seconds;
    return { subject, value: typeof value === 'number' ? value : 0 };
  });
  const longest = seconds.toSorted((a, b) => b.value - a.value)[0];
  return {
    begun: journal.filter(({ reason }) => reason === 'drain-begun').length,
    drained: drained.length,
    longestSeconds: longest?.value ?? null,
    longestOf: longest?.subject ?? null,
  };
}

function decisionsOf(journal: readonly SimulatedEntry[]): RunFigures['decisions'] {
  const notable = journal.filter(({ weight }) => weight === 'notable');
  return [...Map.groupBy(notable, ({ capability, reason }) => `${capability} ${reason}`)]
    .map(([key, { length: count }]) => {
      const [capability = '', reason = ''] = key.split(' ');
      return { capability, reason, count };
    })
    .toSorted((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}
