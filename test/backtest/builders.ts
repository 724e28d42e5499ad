import { MINUTE } from '../../lib/clock.ts';
import { clusterName, serviceName } from '../../lib/ids.ts';
import type { StepPolicy, TargetPolicy, TargetTrackingPolicy } from '../../lib/scaling/policy.ts';
import type { Move, Sight } from '../../simulator/backtest/engine.ts';
import type { LoadModel } from '../../simulator/backtest/load-model.ts';
import type { Load } from '../../simulator/backtest/trace.ts';

/** A load from a value per minute. */
export const aLoad = (...values: readonly number[]): Load => ({
  startsAt: Date.UTC(2026, 10, 21),
  values: Float64Array.from(values),
  spacingMs: MINUTE,
});

/** `minutes` times the same value. */
export const flat = (minutes: number, value: number): number[] =>
  Array.from({ length: minutes }, () => value);

/** One task serves 10; metrics and new tasks are there at once unless said otherwise. */
export const aModel = (change: Partial<LoadModel> = {}): LoadModel => ({
  perTask: 10,
  startUpMs: 0,
  lagMs: 0,
  metric: 'utilisation',
  datapoints: { above: 3, below: 15 },
  ...change,
});

/** What a scaler sees in a minute. */
export const aSight = (minute: number, running: number, metric: number | null, desired = running): Sight => ({
  now: minute * MINUTE,
  desired,
  running,
  metricAt: (minute - 1) * MINUTE,
  metric: () => metric,
});

export const hold: Move = { reason: 'held', sentence: 'Nothing to do.' };

const wide = { enabled: true, stabilisationMs: 0, rates: [], select: 'most' } as const;

export const aTracking = (change: Partial<TargetTrackingPolicy> = {}): TargetTrackingPolicy => ({
  kind: 'target-tracking',
  name: 'cpu',
  metric: {
    queries: [
      {
        id: 'm',
        returnData: true,
        namespace: 'AWS/ECS',
        metric: 'CPUUtilization',
        dimensions: {},
        stat: 'Average',
      },
    ],
    periodSeconds: 60,
  },
  value: 60,
  tolerance: 0.1,
  out: wide,
  in: { ...wide, stabilisationMs: 5 * MINUTE },
  ...change,
});

export const aStepPolicy = (change: Partial<StepPolicy> = {}): StepPolicy => ({
  kind: 'step',
  name: 'out',
  alarm: { name: 'cpu-high', threshold: 70, comparison: 'GreaterThanOrEqualToThreshold' },
  adjustment: 'PercentChangeInCapacity',
  steps: [
    { lower: 0, upper: 15, adjustment: 10 },
    { lower: 15, upper: null, adjustment: 30 },
  ],
  minMagnitude: 1,
  cooldownMs: 3 * MINUTE,
  noData: 'hold',
  ...change,
});

export const aStepIn = (): StepPolicy =>
  aStepPolicy({
    name: 'in',
    alarm: { name: 'cpu-low', threshold: 40, comparison: 'LessThanThreshold' },
    steps: [{ lower: null, upper: 0, adjustment: -10 }],
  });

export const aTarget = (change: Partial<TargetPolicy> = {}): TargetPolicy => ({
  target: {
    kind: 'service',
    id: 'service/shop/web',
    cluster: clusterName('shop'),
    service: serviceName('web'),
  },
  min: 1,
  max: 50,
  policies: [aTracking()],
  schedules: [],
  freezes: [],
  limits: { perChange: null, perHour: null },
  otherOwner: 'refuse',
  holdFlapping: true,
  ...change,
});
