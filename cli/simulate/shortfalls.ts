import { utc } from '../../lib/clock.ts';
import type { InstanceTrack, Observation, Series, ServiceTrack } from '../../simulator/report/observation.ts';
import { PLACES } from '../../simulator/report/observation.ts';
import { counted, type Run } from '../../simulator/report/run/run.ts';

/** Something that a run is not to end with. */
export interface Shortfall {
  readonly kind: 'tasks-lost' | 'drain-cut-short' | 'below-desired';
  /** An instance or `CLUSTER/SERVICE`; null: the run as a whole. */
  readonly subject: string | null;
  readonly sentence: string;
}

/** Tasks that ended with their host, instances that ended before their drain did, services with too few tasks. Pure. */
export function shortfallsOf({ observation, journal }: Pick<Run, 'observation' | 'journal'>): Shortfall[] {
  return [
    ...lostOf(observation),
    ...observation.instances.flatMap((one) => cutShort(one, journal)),
    ...observation.services.flatMap(below),
  ];
}

function lostOf({ lost }: Observation): Shortfall[] {
  if (lost === 0) return [];
  const sentence = `${counted(lost, 'task')} ended with ${lost === 1 ? 'its' : 'their'} host, without being told to stop.`;
  return [{ kind: 'tasks-lost', subject: null, sentence }];
}

function cutShort({ id, state, tasks }: InstanceTrack, journal: Run['journal']): Shortfall[] {
  if (state.at(-1)?.[1] !== 'gone') return [];
  // What EC2 has ended is unreachable until ECS forgets it.
  const before = state.at(-2);
  const endedAt = (before?.[1] === 'unreachable' ? before : state.at(-1))?.[0] ?? 0;
  const left = valueAt(tasks, endedAt);
  const entries = journal.filter(({ subject, at }) => subject === id && at <= endedAt);
  const has = (reason: string) => entries.some((entry) => entry.reason === reason);
  const drains = has('drain-begun') || has('already-draining');
  if (!drains || has('drained') || left === 0) return [];
  const sentence = `${id} ended at ${utc(endedAt)}, before its drain was over: ${counted(left, 'task')} had not stopped.`;
  return [{ kind: 'drain-cut-short', subject: id, sentence }];
}

function below({ id, daemon, desired, running }: ServiceTrack): Shortfall[] {
  const wanted = desired.at(-1)?.[1] ?? 0;
  const runs = PLACES.reduce((sum, place) => sum + (running[place].at(-1)?.[1] ?? 0), 0);
  if (daemon || runs >= wanted) return [];
  const sentence = `${id} ended below its desired count: ${runs} of ${counted(wanted, 'task')} ran.`;
  return [{ kind: 'below-desired', subject: id, sentence }];
}

const valueAt = (series: Series<number>, at: number) => series.findLast(([since]) => since <= at)?.[1] ?? 0;
