import type * as z from 'zod';
import { type Finding, parsed, valueIn } from './raw.ts';
import { type alarm, steps } from './scaling-schema.ts';

type Path = readonly PropertyKey[];
export type Alarm = z.output<typeof alarm>;
export type Steps = z.output<typeof steps>;
type Step = Steps[number];

/** What the bounds of a step mean where none is written. */
const lower = ({ from }: Step) => from ?? -Infinity;
const upper = ({ to }: Step) => to ?? Infinity;

/**
 * What is wrong with the steps of a policy. The rules are those of API StepAdjustment (Application Auto Scaling), and
 * that every step can come to pass: past the threshold the alarm's metric is on one side of it only.
 */
export function stepFindings(path: Path, step: unknown, watched: Alarm | undefined): Finding[] {
  const list = parsed(steps, valueIn(step, 'steps'));
  if (list === undefined) return [];
  const at = (index: number) => [...path, 'steps', index];
  const findings = list.flatMap((one, index): Finding[] => [
    ...oneStep(at(index), one),
    ...(watched === undefined ? [] : pastThreshold(at(index), one, watched)),
  ]);
  if (findings.length > 0) return findings;
  return [
    ...neighbours(at, list),
    ...openEnds(path, list),
    ...oneKind(path, list, valueIn(step, 'minMagnitude')),
  ];
}

function oneStep(path: Path, step: Step): Finding[] {
  const findings: Finding[] = [];
  if ((step.by === undefined) === (step.set === undefined))
    findings.push({ path, at: 'value', found: step.by ? 'both' : 'neither', expected: 'either by or set' });
  if (step.from === undefined && step.to === undefined)
    findings.push({ path, at: 'value', found: 'no bound', expected: 'from, to or both' });
  else if (lower(step) >= upper(step)) {
    const found = `a step ${range(step)}`;
    findings.push({ path, at: 'value', found, expected: 'from below to' });
  }
  return findings;
}

function pastThreshold(path: Path, step: Step, { comparison, threshold }: Alarm): Finding[] {
  const above = isAbove(comparison);
  if (canApply(step, above)) return [];
  const found = `a step ${range(step)}, where the alarm (${comparison} ${threshold}) is never in ALARM`;
  const expected = above
    ? 'bounds of 0 or more, since they count from the threshold'
    : 'bounds of 0 or less, since they count from the threshold';
  return [{ path, at: 'value', found, expected }];
}

const canApply = (step: Step, above: boolean) => (above ? upper(step) > 0 : lower(step) < 0);

function neighbours(at: (index: number) => Path, list: Steps): Finding[] {
  const ordered = list
    .map((step, index) => ({ step, index }))
    .toSorted((a, b) => lower(a.step) - lower(b.step));
  return ordered.slice(1).flatMap(({ step, index }, before): Finding[] => {
    const previous = ordered[before]?.step ?? step;
    const [end, begin] = [upper(previous), lower(step)];
    if (end === begin) return [];
    const found = `a step ${range(step)}, which ${begin < end ? 'overlaps' : 'leaves a gap to'} the one ${range(previous)}`;
    return [
      { path: at(index), at: 'value', found, expected: 'each step to begin where the one before it ends' },
    ];
  });
}

function openEnds(path: Path, list: Steps): Finding[] {
  const [low, high] = [Math.min(...list.map(lower)), Math.max(...list.map(upper))];
  const findings: Finding[] = [];
  const expected = 'the outermost step to be open, or nothing would happen when it is worst';
  if (low < 0 && low !== -Infinity)
    findings.push({ path: [...path, 'steps'], at: 'value', found: `no step below ${low}`, expected });
  if (high > 0 && high !== Infinity)
    findings.push({ path: [...path, 'steps'], at: 'value', found: `no step above ${high}`, expected });
  return findings;
}

/** One policy has one adjustment type. Nothing more or fewer is the same in both. */
function oneKind(path: Path, list: Steps, minMagnitude: unknown): Finding[] {
  const kinds = new Set(list.map(kindOf).filter((kind) => kind !== 'nothing'));
  const findings: Finding[] = [];
  if (kinds.size > 1)
    findings.push({
      path: [...path, 'steps'],
      at: 'value',
      found: `steps in ${[...kinds].join(' and ')}`,
      expected: 'all steps of a policy of one kind',
    });
  if (minMagnitude !== undefined && kinds.size === 1 && !kinds.has('percent'))
    findings.push({
      path: [...path, 'minMagnitude'],
      at: 'key',
      found: 'minMagnitude',
      expected: 'it with steps in percent only',
    });
  return findings;
}

export function kindOf({ by, set }: Step): 'numbers' | 'percent' | 'counts to set' | 'nothing' {
  if (set !== undefined) return 'counts to set';
  if (by === undefined || amount(by) === 0) return 'nothing';
  return typeof by === 'number' ? 'numbers' : 'percent';
}

export const amount = (by: number | string) => (typeof by === 'number' ? by : Number.parseInt(by, 10));

export const isAbove = (comparison: Alarm['comparison']) => comparison.startsWith('>');

const range = (step: Step) =>
  step.from === undefined
    ? `up to ${step.to}`
    : step.to === undefined
      ? `from ${step.from} on`
      : `from ${step.from} to ${step.to}`;

export interface StepsOf {
  readonly policy: string;
  readonly path: Path;
  readonly watched: Alarm;
  readonly steps: Steps;
}

/**
 * Policies of one target of which one adds at a value of the metric at which the other removes: whatever the one
 * does, the other undoes. Thresholds that only touch count too, since between them is no value to rest at.
 */
export function fights(policies: readonly StepsOf[]): Finding[] {
  return policies.flatMap((one, index): Finding[] => {
    const other = policies.slice(0, index).find((earlier) => fight(one, earlier));
    if (other === undefined) return [];
    const [removes, adds] = meet(one, other, -1) ? [one, other] : [other, one];
    const found = `a policy that fights ${other.policy}: ${describe(removes)} removes where ${describe(adds)} adds`;
    const expected = `room between where they add and where they remove by the metric ${one.watched.metric}`;
    return [{ path: one.path, at: 'key', found, expected }];
  });
}

const fight = (one: StepsOf, other: StepsOf) =>
  one.watched.metric === other.watched.metric && (meet(one, other, 1) || meet(one, other, -1));

const describe = ({ policy, watched }: StepsOf) => `${policy} (${watched.comparison} ${watched.threshold})`;

/** Whether `one` moves by `sign` at a value at which `other` moves the other way. */
const meet = (one: StepsOf, other: StepsOf, sign: 1 | -1) =>
  reach(one, sign).some(([low, high]) =>
    reach(other, -sign).some(([otherLow, otherHigh]) => low <= otherHigh && otherLow <= high),
  );

/** The values of the metric at which the steps move by `sign`. */
function reach({ steps, watched }: StepsOf, sign: number): [number, number][] {
  const { threshold } = watched;
  const above = isAbove(watched.comparison);
  return steps
    .filter((step) => canApply(step, above) && Math.sign(amount(step.by ?? 0)) === sign)
    .map((step) => [
      above ? Math.max(threshold, threshold + lower(step)) : threshold + lower(step),
      above ? threshold + upper(step) : Math.min(threshold, threshold + upper(step)),
    ]);
}
