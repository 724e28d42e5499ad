import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { largest } from '../../lib/scaling/combine.ts';
import { withChange } from '../../lib/scaling/cooldown.ts';
import { guard } from '../../lib/scaling/guards.ts';
import type { AdjustmentType, Comparison, Step } from '../../lib/scaling/policy.ts';
import type { ScalingRecord } from '../../lib/scaling/record.ts';
import { boundsAfter, countAfter } from '../../lib/scaling/scheduled.ts';
import type { Situation } from '../../lib/scaling/situation.ts';
import { proposeStep } from '../../lib/scaling/step-size.ts';
import { adjust, distance, roundDelta, stepFor } from '../../lib/scaling/steps.ts';
import { trackedCount, wholeCount } from '../../lib/scaling/tracking.ts';
import { evaluate, type MissingDataRule } from '../../simulator/cloudwatch/missing.ts';
import { areAccepted } from './accepted-steps.ts';
import { aRecord, aSnapshot, aTarget, capacity, group, later, START, service } from './situations.ts';

// AWS's own numbers, and what follows from its documents; every row names its source.

interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly service?: string;
  readonly adjustmentType?: AdjustmentType;
  readonly comparison?: Comparison;
  readonly steps?: readonly Step[];
  readonly stepCount?: number;
  readonly threshold?: number;
  readonly metric?: number;
  readonly target?: number;
  readonly current?: number | null;
  readonly desired?: number;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly minAdjustmentMagnitude?: number | null;
  readonly adjustment?: number;
  readonly direction?: 'in' | 'out';
  readonly raw?: number;
  readonly rawDelta?: number;
  readonly proposals?: readonly {
    delta?: number;
    desired?: number;
    adjustmentType?: AdjustmentType;
    adjustment?: number;
  }[];
  readonly cooldown?: {
    readonly active?: boolean;
    readonly direction?: 'in' | 'out';
    readonly capacityBefore?: number;
    readonly lastAdjustment?: number;
    readonly warming?: number;
  } | null;
  readonly newMin?: number | null;
  readonly newMax?: number | null;
  readonly oldMin?: number | null;
  readonly oldMax?: number | null;
  readonly datapoints?: string;
  readonly evaluationPeriods?: number;
  readonly datapointsToAlarm?: number;
  readonly expected: Readonly<Record<string, unknown>>;
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL('./step-scaling-vectors.json', import.meta.url), 'utf8'),
);
const of = (kind: string) => vectors.filter((one) => one.kind === kind);

/** Kinds of rows that say how other systems count, where this one counts otherwise. */
const NOT_OURS: Readonly<Record<string, string>> = {
  keda: 'Queue workers are counted by latency and time per message (backlog), not by a scaler of KEDA.',
  'disruption-budget': 'Karpenter’s budgets; here limits.perChange and limits.perHour bound a change.',
  'cas-reservation': 'CapacityProviderReservation belongs to ECS managed scaling, which is left to ECS.',
  escalator: 'Escalator sizes groups by requested resources; the bounds are covered by the step rows.',
};

const NO_BOUND = { min: 0, max: Number.POSITIVE_INFINITY };

/** The record after the change that a row's cooldown speaks of was applied. */
function cooled({ cooldown }: Vector): ScalingRecord {
  const { active, capacityBefore: from, lastAdjustment, direction } = cooldown ?? {};
  if (from === undefined || lastAdjustment === undefined || direction === undefined) return aRecord();
  const at = active ? START : START - 6 * MINUTE;
  const intent = {
    desired: from + lastAdjustment,
    from,
    policy: 'before',
    decidedAt: at,
    cooldownMs: 5 * MINUTE,
  };
  return withChange(aRecord(), intent, at);
}

function situationOf(vector: Vector): Situation {
  const { min, max, current, desired = 0, cooldown } = vector;
  const policy = aTarget({
    target: vector.service === 'autoscaling' ? group : service,
    min: min ?? NO_BOUND.min,
    max: max ?? NO_BOUND.max,
  });
  return {
    record: cooled(vector),
    policy,
    capacity: capacity(desired, { running: current ?? desired, warming: cooldown?.warming ?? 0 }),
    bounds: policy,
    now: later(MINUTE),
  };
}

/** What a step policy decides, with the guards, since those hold a scale-in during its cooldown. */
function decideStep(vector: Vector) {
  const {
    steps = [],
    threshold = 0,
    metric = 0,
    comparison = 'GreaterThanThreshold',
    adjustmentType,
  } = vector;
  const chosen = stepFor(steps, distance(metric, threshold), comparison);
  if (chosen === undefined) return { error: 'no step' };
  const situation = situationOf(vector);
  const { desired } = situation.capacity;
  const size = {
    adjustment: adjustmentType ?? 'ChangeInCapacity',
    minMagnitude: vector.minAdjustmentMagnitude ?? null,
  };
  const proposed = proposeStep(size, chosen.adjustment, situation);
  const wish = { from: desired, to: proposed.desired, by: 'policy' as const };
  const { to, findings } =
    wish.to === desired
      ? { to: desired, findings: [] }
      : guard(wish, situation, aSnapshot(situation.policy, situation.capacity, {}));
  return { desired: to, step: chosen, reason: proposed.reason ?? findings[0]?.reason, situation };
}

describe('step', () => {
  it.each(of('step').map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const { expected, steps, desired: before = 0 } = vector;

    const decided = decideStep(vector);

    if (expected.error !== undefined) {
      expect(decided).toHaveProperty('error');
      return;
    }
    expect(decided.desired).toBe(expected.desired);
    expect((decided.desired ?? 0) - before).toBe(expected.delta ?? (expected.desired as number) - before);
    if (expected.stepIndex !== undefined) expect(decided.step).toEqual(steps?.[expected.stepIndex as number]);
    if (expected.reason === 'cooldown') expect(decided.reason).toMatch(/^cooldown-/);
    if (expected.cooldownCleared === 'in')
      expect(afterwards(vector, decided.desired ?? 0).lastIn).toBeUndefined();
  });
});

const afterwards = (vector: Vector, desired: number) =>
  withChange(
    cooled(vector),
    { desired, from: vector.desired ?? 0, policy: 'now', decidedAt: later(MINUTE), cooldownMs: MINUTE },
    later(MINUTE),
  );

describe('scaling edge 3: the change is rounded, not the total', () => {
  it.each(of('rounding').map((one) => [one.id, one] as const))('%s', (_, { raw = 0, expected }) => {
    expect(roundDelta(raw)).toBe(expected);
  });
});

describe('validation', () => {
  it.each(of('validation').map((one) => [one.id, one] as const))('%s', (_, vector) => {
    const { stepCount = 0, steps = manySteps(stepCount), expected } = vector;
    expect(areAccepted(steps)).toBe(expected.valid);
  });
});

const manySteps = (count: number): Step[] =>
  Array.from({ length: count }, (_, index) => ({
    lower: index,
    upper: index === count - 1 ? null : index + 1,
    adjustment: index + 1,
  }));

describe('multi-policy', () => {
  it.each(of('multi-policy').map((one) => [one.id, one] as const))('%s', (_, vector) => {
    const { proposals = [], expected } = vector;
    const current = vector.current ?? 10;
    const results = proposals.map(({ delta, desired, adjustmentType, adjustment = 0 }) => ({
      desired:
        desired ?? (adjustmentType ? adjust(adjustmentType, adjustment, current) : current + (delta ?? 0)),
    }));

    const winner = largest(results)?.desired ?? Number.NaN;

    expect(winner).toBe(expected.desired ?? current + (expected.delta as number));
  });
});

describe('ecs-bounds', () => {
  it.each(of('ecs-bounds').map((one) => [one.id, one] as const))('%s', (_, vector) => {
    const size = { adjustment: 'ChangeInCapacity' as const, minMagnitude: null };

    const proposed = proposeStep(size, vector.adjustment ?? 0, situationOf(vector));

    expect(proposed.desired).toBe(vector.expected.desired);
  });
});

describe('target-tracking', () => {
  it.each(of('target-tracking').map((one) => [one.id, one] as const))('%s', (_, vector) => {
    const { rawDelta, current, metric = 0, target = 1, expected } = vector;
    if (rawDelta !== undefined) {
      expect(wholeCount(10 + rawDelta) - 10).toBe(expected.delta);
      return;
    }
    expect(trackedCount(current ?? 0, metric, target, 0)).toBe(expected.desired);
  });
});

describe('scheduled', () => {
  it.each(of('scheduled').map((one) => [one.id, one] as const))('%s', (_, vector) => {
    const { oldMin, oldMax, newMin = null, newMax = null, current, expected } = vector;

    const bounds = boundsAfter({ min: newMin, max: newMax }, { min: oldMin ?? 0, max: oldMax ?? 1_000 });

    if (expected.error !== undefined) expect(bounds).toBe('min-above-max');
    else
      expect(bounds === 'min-above-max' ? bounds : countAfter(current ?? 0, bounds)).toBe(expected.desired);
  });
});

// CloudWatch's own part, which the simulator plays.
describe('alarm-missing-data', () => {
  const POINTS: Readonly<Record<string, boolean>> = { X: true, '0': false };

  it.each(of('alarm-missing-data').map((one) => [one.id, one] as const))('%s', (_, vector) => {
    const { datapoints = '', evaluationPeriods = 1, datapointsToAlarm = 1, expected } = vector;
    const range = [...datapoints].map((point) => POINTS[point]);

    const states = Object.keys(expected).map((treat) => {
      const treatMissingData = treat as MissingDataRule;
      const state = evaluate(range, { evaluationPeriods, datapointsToAlarm, treatMissingData });
      return [treat, state === 'retain' ? 'RETAIN' : state];
    });

    expect(Object.fromEntries(states)).toEqual(expected);
  });
});

it('covers every kind of row, or says why not', () => {
  const covered = [
    'step',
    'rounding',
    'validation',
    'multi-policy',
    'ecs-bounds',
    'target-tracking',
    'scheduled',
    'alarm-missing-data',
  ];
  const unknown = vectors.filter(({ kind }) => !covered.includes(kind) && NOT_OURS[kind] === undefined);
  expect(unknown).toEqual([]);
  expect(covered.filter((kind) => of(kind).length === 0)).toEqual([]);
});
