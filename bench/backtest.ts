import { join } from 'node:path';
import { MINUTE, SECOND } from '../lib/clock.ts';
import { clusterName, serviceName } from '../lib/ids.ts';
import type { MetricPolicy, StepPolicy, TargetPolicy, TargetTrackingPolicy } from '../lib/scaling/policy.ts';
import { compare } from '../simulator/backtest/compare.ts';
import { controller } from '../simulator/backtest/controller.ts';
import { play } from '../simulator/backtest/engine.ts';
import { DEFAULTS, type LoadModel } from '../simulator/backtest/load-model.ts';
import { type ShapeName, shape, shapes } from '../simulator/backtest/shapes.ts';
import { readTrace, toLoad } from '../simulator/backtest/trace.ts';
import type { Figure } from './figure.ts';

const SERVICES = 100;
const DAYS = 30;
const MINUTES = DAYS * 24 * 60;
const TRACE = join(import.meta.dirname, '../examples/traces/elb_request_count_8c0756.csv');
const model: LoadModel = { ...DEFAULTS, perTask: 20, metric: 'utilisation' };

/** How fast policies are back-tested: one trace of two weeks with everything, and a hundred services for a month. */
export async function measureBacktest(onProgress: (done: number, of: number) => void): Promise<Figure[]> {
  onProgress(0, SERVICES + 1);
  const weeks = measureTwoWeeks();
  const names = Object.keys(shapes) as ShapeName[];
  const began = performance.now();
  let changes = 0;
  for (let index = 0; index < SERVICES; index++) {
    const name = names[index % names.length] ?? 'diurnal';
    const load = shape(name, { minutes: MINUTES, base: 100, peak: 600, seed: index });
    const policy = service(`service-${index}`, index % 2 === 0 ? [tracking] : steps);
    const { notes } = play(load, model, controller(policy, model, load.startsAt), 5);
    changes += notes.filter(({ from, to }) => from !== to).length;
    onProgress(index + 2, SERVICES + 1);
    // So that the progress is seen, and a signal heard.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return [
    weeks,
    {
      name: `back-test of ${SERVICES} services for ${DAYS} days, minute by minute`,
      value: (performance.now() - began) / SECOND,
      unit: 's',
      noisy: true,
      atMost: 60,
      note: `${(SERVICES * MINUTES).toLocaleString('en')} decisions, ${changes.toLocaleString('en')} changes`,
    },
  ];
}

function measureTwoWeeks(): Figure {
  const began = performance.now();
  const parsed = readTrace(TRACE);
  if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
  const load = toLoad(parsed.trace);
  const { rivals } = compare(load, service('web', [tracking]), model);
  return {
    name: 'back-test of two weeks of five-minute points',
    value: (performance.now() - began) / SECOND,
    unit: 's',
    noisy: true,
    atMost: 1,
    note: `${load.values.length.toLocaleString('en')} minutes, the policy and ${rivals.length - 1} others, from a cold start`,
  };
}

const free = { enabled: true, rates: [], select: 'most' } as const;
const tracking: TargetTrackingPolicy = {
  kind: 'target-tracking',
  name: 'cpu',
  metric: { queries: [], periodSeconds: 60 },
  value: 60,
  tolerance: 0.1,
  out: { ...free, stabilisationMs: 0 },
  in: { ...free, stabilisationMs: 5 * MINUTE },
};

const stepOut: StepPolicy = {
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
};
const stepIn: StepPolicy = {
  ...stepOut,
  name: 'in',
  alarm: { name: 'cpu-low', threshold: 40, comparison: 'LessThanThreshold' },
  steps: [{ lower: null, upper: 0, adjustment: -10 }],
};
const steps = [stepOut, stepIn];

const service = (name: string, policies: readonly MetricPolicy[]): TargetPolicy => ({
  target: {
    kind: 'service',
    id: `service/bench/${name}`,
    cluster: clusterName('bench'),
    service: serviceName(name),
  },
  min: 1,
  max: 100,
  policies,
  schedules: [],
  freezes: [],
  limits: { perChange: null, perHour: null },
  otherOwner: 'refuse',
  holdFlapping: true,
});
