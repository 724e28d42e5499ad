import { type EpochMs, SECOND } from '../../../lib/clock.ts';
import type { SimulatedEntry } from '../../deployment.ts';
import { x } from '../curves.ts';
import type { Observation, Series, Step } from '../observation.ts';
import { GLANCE_MS } from '../observe.ts';
import type { Kept, Note } from '../playback.ts';
import type { RunFigures } from './figures.ts';

/** A run of a simulated world, as its report tells it. */
export interface Run {
  readonly title: string;
  /** What was played: file, policy, seed. */
  readonly subtitle: string;
  readonly observation: Observation;
  readonly steps: readonly Step[];
  readonly journal: readonly SimulatedEntry[];
  readonly figures: RunFigures;
  /** What this is and what it is not, at the end of the page. */
  readonly remarks: readonly string[];
}

/** What a run is and what it is not. */
export const RUN_REMARKS: readonly string[] = [
  'The Lambda handlers are the ones that are deployed. ECS, EC2, Auto Scaling, ECR, CloudWatch and EventBridge are simulated, and so is the time: their paces are those that AWS documents or that people have seen, not those of your account.',
  `The curves are as exact as ${GLANCE_MS / SECOND} seconds; decisions and what happens to the world have their own time. All times are UTC.`,
  'A task is lost when its host ends before it has stopped. A task-minute below desired is one task too few for a minute; daemons are not counted.',
];

/** Times in the page count from the start, in milliseconds. */
export const sinceStart = <Value>({ startsAt }: Observation, series: Series<Value>): Kept<Value> =>
  series.map(([at, value]) => [at - startsAt, value] as const);

export const lengthOf = ({ startsAt, endsAt }: Observation) => endsAt - startsAt;

export const notable = (journal: readonly SimulatedEntry[]) =>
  journal.filter(({ weight }) => weight === 'notable');

export function noteOf(entry: SimulatedEntry, startsAt: EpochMs): Note {
  const { at, outcome, reason, sentence, capability } = entry;
  return [at - startsAt, `${outcome}, ${reason}`, sentence, capability];
}

export const clockTime = (at: EpochMs) => new Date(at).toISOString().slice(11, 19);

/** How far from the left, for CSS. */
export const percentAt = (at: number, length: number) =>
  `${Math.round(x(at, { from: 0, to: length }) * 10) / 100}%`;

/** Counted with its noun: `1 task`, `2 tasks`. */
export const counted = (count: number, noun: string) => `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;
export const whole = (count: number) => Math.round(count).toLocaleString('en-GB');

/** `6m 21s`. */
export function secondsText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round(seconds % 60);
  if (minutes === 0) return `${rest} s`;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}
