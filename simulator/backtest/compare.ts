import { MINUTE } from '../../lib/clock.ts';
import type { TargetPolicy } from '../../lib/scaling/policy.ts';
import { awsStepScaling, awsTargetTracking } from './aws.ts';
import { controller } from './controller.ts';
import { type Played, play, type Scaler } from './engine.ts';
import { type Figures, figuresOf } from './figures.ts';
import { type LoadModel, tasksFor } from './load-model.ts';
import { awsTerms } from './terms.ts';
import type { Load } from './trace.ts';

export type RivalKey = 'policy' | 'fixed-peak' | 'fixed-mean' | 'aws-target-tracking' | 'aws-step';

/** One way of scaling, played over the trace. */
export interface Rival {
  readonly key: RivalKey;
  readonly title: string;
  readonly played: Played;
  readonly figures: Figures;
}

/** The policy and what it is compared with, over one trace. */
export interface Comparison {
  readonly policy: TargetPolicy;
  readonly model: LoadModel;
  readonly load: Load;
  /** The policy first. */
  readonly rivals: readonly Rival[];
  /** How the rivals follow from the policy, and which could not be made. */
  readonly remarks: readonly string[];
}

/** Plays a trace against a policy and its rivals. All start with what the first minute needs, within min and max. */
export function compare(
  load: Load,
  policy: TargetPolicy,
  model: LoadModel,
  onProgress: (done: number, of: number) => void = () => {},
): Comparison {
  const { min, max } = policy;
  const terms = awsTerms(policy, model);
  const remarks = [...terms.remarks];
  const first = load.values.find((value) => !Number.isNaN(value)) ?? 0;
  const initial = Math.min(max, Math.max(min, tasksFor(first, model)));
  const rivals: Rival[] = [];
  const of = 5;
  const add = (key: RivalKey, title: string, scaler: Scaler, start = initial) => {
    const played = play(load, model, scaler, start, (minute, minutes) =>
      onProgress(rivals.length + minute / minutes, of),
    );
    rivals.push({ key, title, played, figures: figuresOf(played, load, model) });
  };

  add('policy', 'Stevedore', controller(policy, model, load.startsAt));
  const peak = smallestNeverShort(load, model);
  add('fixed-peak', `Fixed at ${peak} (never short)`, still, peak);
  const mean = meanSize(load, model);
  add('fixed-mean', `Fixed at ${mean} (mean)`, still, mean);
  if ('none' in terms.tracking) remarks.push(`Without AWS target tracking: ${terms.tracking.none}`);
  else add('aws-target-tracking', 'AWS target tracking', awsTargetTracking(terms.tracking));
  if (terms.steps.length === 0) remarks.push('Without AWS step scaling: the policy has no threshold.');
  else add('aws-step', 'AWS step scaling', awsStepScaling(terms.steps, { min, max }, model.datapoints));
  onProgress(of, of);
  return { policy, model, load, rivals, remarks };
}

const still: Scaler = () => undefined;

/** The smallest constant size that is never under-provisioned. Whatever min and max say: it is a yardstick. */
function smallestNeverShort(load: Load, model: LoadModel): number {
  const peak = load.values.reduce((most, value) => (value > most ? value : most), 0);
  const enough = tasksFor(peak, model);
  if (model.acceptableLatencyMs === undefined) return enough;
  let low = 0;
  let high = enough;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (play(load, model, still, middle).short.includes(1)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The constant size that the mean load needs. */
function meanSize(load: Load, model: LoadModel): number {
  const known = load.values.filter((value) => !Number.isNaN(value));
  const sum = known.reduce((total, value) => total + value, 0);
  return tasksFor(sum / Math.max(1, known.length), model);
}

export const nounOf = ({ target }: TargetPolicy) => (target.kind === 'service' ? 'task' : 'instance');

/** When a minute of the trace was. */
export const momentOf = ({ startsAt }: Load, minute: number) => startsAt + minute * MINUTE;
