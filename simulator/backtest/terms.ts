import type { Comparison, MetricPolicy, StepPolicy, TargetPolicy } from '../../lib/scaling/policy.ts';
import { isAbove } from './alarm.ts';
import { AWS_COOLDOWN_MS, type StepTerms, type TrackingTerms } from './aws.ts';
import type { LoadModel, MetricKind } from './load-model.ts';

/** What AWS would be told, to do the same as a target's policies; or why it cannot be compared. */
export interface Terms {
  readonly tracking: TrackingTerms | { readonly none: string };
  readonly steps: readonly StepTerms[];
  /** How the terms follow from the policy, where they are not simply its own. */
  readonly remarks: readonly string[];
}

/** The metric that a policy looks at under this model. */
export function metricOf(policy: MetricPolicy, { metric }: LoadModel): MetricKind {
  return policy.kind === 'backlog' ? 'queue' : metric;
}

/** Derives target tracking and step scaling with the same thresholds. */
export function awsTerms({ policies, min, max }: TargetPolicy, model: LoadModel): Terms {
  const steps = policies.filter((policy) => policy.kind === 'step');
  const goal = goalOf(policies, model);
  const remarks: string[] = [
    'AWS is a model of what it publishes. Target tracking goes out to current x metric / target after 3 points above it; in after 15 points below 90 % of it, by the highest of them. Step scaling is evaluated each minute of an alarm. Cooldowns are 5 minutes, or those of the policy with its own steps.',
  ];
  if (goal !== undefined && goal.remark !== undefined) remarks.push(goal.remark);
  const own = steps.map((policy) => ownSteps(policy, metricOf(policy, model)));
  if (own.length === 0 && goal !== undefined) {
    remarks.push(
      `AWS step scaling: the policy has no steps, so +10 % from ${goal.value}, +30 % from ${short(1.1 * goal.value)}, -10 % below ${short(0.9 * goal.value)}.`,
    );
  }
  return {
    tracking: trackingOf(goal, min, max),
    steps: own.length > 0 || goal === undefined ? own : likeTarget(goal.metric, goal.value),
    remarks,
  };
}

interface Goal {
  readonly metric: MetricKind;
  readonly value: number;
  readonly remark?: string;
}

/** The value that target tracking would keep: the policy's own, its backlog per task, or its scale-out threshold. */
function goalOf(policies: readonly MetricPolicy[], model: LoadModel): Goal | undefined {
  for (const policy of policies) {
    if (policy.kind === 'target-tracking') return { metric: metricOf(policy, model), value: policy.value };
    if (policy.kind !== 'backlog') continue;
    const value = short(policy.acceptableLatencyMs / policy.timePerMessageMs);
    const remark = `AWS target tracking: of the backlog per task, target ${value} (acceptable latency / time per message).`;
    return { metric: 'queue-per-task', value, remark };
  }
  const outs = policies.filter((policy) => policy.kind === 'step' && isAbove(policy.alarm.comparison));
  const thresholds = outs.map((policy) => (policy as StepPolicy).alarm.threshold);
  if (thresholds.length === 0) return undefined;
  const value = Math.min(...thresholds);
  const remark = `AWS target tracking: the policy has no target, so its scale-out threshold ${value} is one.`;
  return { metric: model.metric, value, remark };
}

function trackingOf(goal: Goal | undefined, min: number, max: number): Terms['tracking'] {
  if (goal === undefined) return { none: 'The policy has neither a target nor a scale-out threshold.' };
  if (goal.metric === 'load') {
    return {
      none: 'Target tracking needs a metric that falls as tasks are added; the trace itself does not.',
    };
  }
  return { metric: goal.metric, value: goal.value, min, max, cooldownMs: AWS_COOLDOWN_MS };
}

function ownSteps(policy: StepPolicy, metric: MetricKind): StepTerms {
  const { name, alarm, adjustment, steps, minMagnitude, cooldownMs } = policy;
  const { threshold, comparison } = alarm;
  return { name, threshold, comparison, adjustment, steps, minMagnitude, cooldownMs, metric };
}

/** The steps of the user guide's example, moved to the target. */
function likeTarget(metric: MetricKind, value: number): StepTerms[] {
  const common = {
    metric,
    adjustment: 'PercentChangeInCapacity',
    minMagnitude: 1,
    cooldownMs: AWS_COOLDOWN_MS,
  } as const;
  const above: Comparison = 'GreaterThanOrEqualToThreshold';
  const below: Comparison = 'LessThanThreshold';
  return [
    {
      ...common,
      name: 'out',
      threshold: value,
      comparison: above,
      steps: [
        { lower: 0, upper: 0.1 * value, adjustment: 10 },
        { lower: 0.1 * value, upper: null, adjustment: 30 },
      ],
    },
    {
      ...common,
      name: 'in',
      threshold: 0.9 * value,
      comparison: below,
      steps: [{ lower: null, upper: 0, adjustment: -10 }],
    },
  ];
}

const short = (value: number) => Number(value.toPrecision(4));
