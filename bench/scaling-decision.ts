import { type EpochMs, MINUTE } from '../lib/clock.ts';
import { clusterName, serviceName } from '../lib/ids.ts';
import { decide } from '../lib/scaling/decide.ts';
import type { MetricPolicy, StepPolicy, TargetPolicy } from '../lib/scaling/policy.ts';
import type { ScalingRecord } from '../lib/scaling/record.ts';
import type { ScalingSnapshot } from '../lib/scaling/snapshot.ts';
import type { Figure } from './figure.ts';

const START: EpochMs = Date.UTC(2026, 10, 21, 12);
const DECISIONS = 20_000;

const step = (name: string, threshold: number, adjustment: number): StepPolicy => ({
  kind: 'step',
  name,
  alarm: {
    name,
    threshold,
    comparison: adjustment > 0 ? 'GreaterThanOrEqualToThreshold' : 'LessThanOrEqualToThreshold',
  },
  adjustment: 'PercentChangeInCapacity',
  steps:
    adjustment > 0
      ? [
          { lower: 0, upper: 10, adjustment },
          { lower: 10, upper: null, adjustment: 2 * adjustment },
        ]
      : [{ lower: null, upper: 0, adjustment }],
  minMagnitude: 1,
  cooldownMs: 5 * MINUTE,
  noData: 'hold',
});

const policies: readonly MetricPolicy[] = [
  step('cpu-high', 70, 10),
  step('cpu-low', 30, -10),
  {
    kind: 'target-tracking',
    name: 'requests',
    metric: { periodSeconds: 60, queries: [] },
    value: 100,
    tolerance: 0.1,
    out: {
      enabled: true,
      stabilisationMs: 0,
      rates: [{ change: { kind: 'percent', value: 100 }, periodMs: MINUTE }],
      select: 'most',
    },
    in: { enabled: true, stabilisationMs: 5 * MINUTE, rates: [], select: 'most' },
  },
];

const everyDay = (name: string, hour: number) => ({
  name,
  when: { kind: 'cron', expression: `0 ${hour} * * MON-FRI` } as const,
  timeZone: 'Europe/Berlin',
  min: hour,
  max: null,
  desired: null,
  makeUpMs: 10 * MINUTE,
});

/** Everything that a decision can depend on: three policies, two schedules, a freeze, both limits. */
const target: TargetPolicy = {
  target: {
    kind: 'service',
    id: 'service/prod/web',
    cluster: clusterName('prod'),
    service: serviceName('web'),
  },
  min: 2,
  max: 400,
  policies,
  schedules: [everyDay('morning', 8), everyDay('evening', 20)],
  freezes: [
    {
      name: 'night',
      cron: '0 1 * * *',
      timeZone: 'Europe/Berlin',
      durationMs: 60 * MINUTE,
      directions: 'in',
    },
  ],
  limits: { perChange: { kind: 'percent', value: 50 }, perHour: { kind: 'count', value: 100 } },
  otherOwner: 'refuse',
  holdFlapping: true,
};

/** Measures one decision, in microseconds: the median of many over a day whose load rises and falls. */
export async function measureScalingDecision(): Promise<Figure[]> {
  let record: ScalingRecord = {
    target: target.target.id,
    changes: [],
    wanted: {},
    schedulesSeen: {},
    inAlarm: [],
    seen: [],
    emptySince: {},
  };
  const times: number[] = [];
  for (let look = 0; look < DECISIONS; look += 1) {
    const now = START + look * MINUTE;
    const snapshot = snapshotAt(look, now);
    const begun = performance.now();
    const { next } = decide(record, snapshot, target, now);
    times.push((performance.now() - begun) * 1_000);
    const { intent: _, ...settled } = next;
    record = settled;
  }
  times.sort((a, b) => a - b);
  const quantile = (share: number) => times[Math.floor(share * (times.length - 1))] ?? Number.NaN;
  const note = `of ${DECISIONS} with three policies, two schedules in a time zone, a freeze and limits`;
  return [
    { name: 'scaling decision, median', value: quantile(0.5), unit: 'us', noisy: true, atMost: 100, note },
    { name: 'scaling decision, 99th percentile', value: quantile(0.99), unit: 'us' },
  ];
}

function snapshotAt(look: number, now: EpochMs): ScalingSnapshot {
  const load = 50 + 40 * Math.sin(look / 229);
  const value = (of: number) => ({ kind: 'value', value: of, at: now - MINUTE }) as const;
  return {
    capacity: {
      desired: 20,
      running: 20,
      deploying: false,
      warming: 0,
      protectedFromScaleIn: 0,
      bounds: null,
      suspended: [],
    },
    alarms: new Map(
      policies.flatMap((one) => {
        if (one.kind !== 'step') return [];
        const { threshold, comparison } = one.alarm;
        const breaching = one.name === 'cpu-high' ? load >= threshold : load <= threshold;
        const state = breaching ? ('ALARM' as const) : ('OK' as const);
        const view = { name: one.name, state, since: START, kind: 'metric', threshold, comparison } as const;
        return [[one.name, { ...view, periodSeconds: 60 }] as const];
      }),
    ),
    metrics: new Map([
      ['cpu-high', value(load)],
      ['cpu-low', value(load)],
      ['requests', value(load * 2)],
    ]),
  };
}
