import { clusterName, groupName, serviceName } from '../ids.ts';
import type {
  BacklogPolicy,
  Comparison,
  Freeze,
  Metric,
  MetricPolicy,
  ScalingPolicy,
  Schedule,
  StepPolicy,
  Target,
  TargetPolicy,
  TargetTrackingPolicy,
} from '../scaling/policy.ts';
import { type MetricFile, RESULT } from './scaling-metric.ts';
import type { ScalingFile, TargetFile } from './scaling-schema.ts';
import { amount, kindOf } from './scaling-steps.ts';

type PolicyFile = TargetFile['policies'][string];
type AlarmFile = ScalingFile['alarms'][string];
type StepFile = NonNullable<PolicyFile['step']>;
type TrackingFile = NonNullable<PolicyFile['target']>;
type BacklogFile = NonNullable<PolicyFile['backlog']>;
type ScheduleFile = TargetFile['schedules'][string];

/** The scaling section as the functions read it. What the checks of the file refuse does not come here. */
export function scalingPolicy(scaling: ScalingFile): ScalingPolicy {
  const services = Object.entries(scaling.services).map(([id, file]) => {
    const [cluster = '', service = ''] = id.split('/');
    const target: Target = {
      kind: 'service',
      id: `service/${id}`,
      cluster: clusterName(cluster),
      service: serviceName(service),
    };
    return targetPolicy(target, file, scaling.alarms);
  });
  const groups = Object.entries(scaling.groups).map(([name, file]) => {
    const target: Target = {
      kind: 'group',
      id: `group/${name}`,
      group: groupName(name),
      cluster: file.cluster === undefined ? null : clusterName(file.cluster),
      warmupMs: file.warmup,
    };
    return targetPolicy(target, file, scaling.alarms);
  });
  return { mode: scaling.mode, targets: [...services, ...groups] };
}

function targetPolicy(target: Target, file: TargetFile, alarms: ScalingFile['alarms']): TargetPolicy {
  const { min, max, limits, otherOwner, holdFlapping } = file;
  return {
    target,
    min,
    max,
    policies: Object.entries(file.policies).flatMap(([name, policy]) => metricPolicies(name, policy, alarms)),
    schedules: Object.entries(file.schedules).flatMap(([name, schedule]) => schedules(name, schedule)),
    freezes: Object.entries(file.freezes).map(
      ([name, { cron, duration, ...freeze }]): Freeze => ({
        name,
        ...freeze,
        cron: oneSpace(cron),
        durationMs: duration,
      }),
    ),
    limits,
    otherOwner,
    holdFlapping,
  };
}

function metricPolicies(name: string, policy: PolicyFile, alarms: ScalingFile['alarms']): MetricPolicy[] {
  if (policy.target !== undefined) return [trackingPolicy(name, policy.target)];
  if (policy.backlog !== undefined) return [backlogPolicy(name, policy.backlog)];
  const alarm = policy.step && alarms[policy.step.alarm];
  return policy.step && alarm ? [stepPolicy(name, policy.step, alarm)] : [];
}

const comparisons: Readonly<Record<AlarmFile['comparison'], Comparison>> = {
  '>=': 'GreaterThanOrEqualToThreshold',
  '>': 'GreaterThanThreshold',
  '<=': 'LessThanOrEqualToThreshold',
  '<': 'LessThanThreshold',
};

const adjustments = {
  numbers: 'ChangeInCapacity',
  nothing: 'ChangeInCapacity',
  'counts to set': 'ExactCapacity',
  percent: 'PercentChangeInCapacity',
} as const;

function stepPolicy(name: string, step: StepFile, alarm: AlarmFile): StepPolicy {
  const kinds = step.steps.map(kindOf);
  return {
    kind: 'step',
    name,
    alarm: { name: step.alarm, threshold: alarm.threshold, comparison: comparisons[alarm.comparison] },
    adjustment: adjustments[kinds.find((kind) => kind !== 'nothing') ?? 'nothing'],
    steps: step.steps
      .map(({ from = null, to = null, by = 0, set }) => ({
        lower: from,
        upper: to,
        adjustment: set ?? amount(by),
      }))
      .toSorted((a, b) => (a.lower ?? Number.NEGATIVE_INFINITY) - (b.lower ?? Number.NEGATIVE_INFINITY)),
    minMagnitude: step.minMagnitude ?? null,
    cooldownMs: step.cooldown,
    noData: step.noData,
  };
}

function trackingPolicy(name: string, file: TrackingFile): TargetTrackingPolicy {
  const behaviour = ({ stabilisation, rates, ...rest }: TrackingFile['out']) => ({
    ...rest,
    stabilisationMs: stabilisation,
    rates: rates.map(({ change, period }) => ({ change, periodMs: period })),
  });
  return {
    kind: 'target-tracking',
    name,
    metric: metricOf(file.metric),
    value: file.value,
    tolerance: file.tolerance,
    out: behaviour(file.out),
    in: behaviour(file.in),
  };
}

function backlogPolicy(name: string, file: BacklogFile): BacklogPolicy {
  return {
    kind: 'backlog',
    name,
    messages: metricOf(file.messages),
    acceptableLatencyMs: file.acceptableLatency,
    timePerMessageMs: file.timePerMessage,
    activation: file.activation,
    zeroAfterMs: file.zeroAfter,
    inCooldownMs: file.inCooldown,
  };
}

function metricOf(file: MetricFile): Metric {
  const periodSeconds = file.period / 1000;
  if (!('expression' in file)) {
    const { name, period: _, ...rest } = file;
    return { periodSeconds, queries: [{ id: RESULT, returnData: true, metric: name, ...rest }] };
  }
  const sources = Object.entries(file.metrics).map(([id, { name, ...rest }]) => ({
    id,
    returnData: false,
    metric: name,
    ...rest,
  }));
  return {
    periodSeconds,
    queries: [...sources, { id: RESULT, returnData: true, expression: file.expression }],
  };
}

function schedules(name: string, file: ScheduleFile): Schedule[] {
  const when = whenOf(file);
  if (when === undefined) return [];
  const { timeZone, min = null, max = null, desired = null, makeUp } = file;
  return [{ name, when, timeZone, min, max, desired, makeUpMs: makeUp }];
}

function whenOf({ at, rate, cron }: ScheduleFile): Schedule['when'] | undefined {
  if (at !== undefined) return { kind: 'at', local: at.length === 16 ? `${at}:00` : at };
  if (rate !== undefined) return { kind: 'rate', everyMs: rate };
  return cron === undefined ? undefined : { kind: 'cron', expression: oneSpace(cron) };
}

const oneSpace = (text: string) => text.trim().split(/\s+/).join(' ');
