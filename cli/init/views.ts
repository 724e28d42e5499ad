import type { ScalingPolicy as AppPolicy } from '@aws-sdk/client-application-auto-scaling';
import type { ScalingPolicy as GroupPolicy } from '@aws-sdk/client-auto-scaling';
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { SECOND } from '../../lib/clock.ts';
import type { AlarmSeen, AwsPolicy, MetricSeen, StepPolicy } from './snapshot.ts';

// What the SDK calls policies and alarms, as plain values.

const COMPARISONS: Readonly<Record<string, AlarmSeen['comparison']>> = {
  GreaterThanOrEqualToThreshold: '>=',
  GreaterThanThreshold: '>',
  LessThanOrEqualToThreshold: '<=',
  LessThanThreshold: '<',
};

export function alarmSeen(alarm: MetricAlarm): AlarmSeen {
  const { AlarmName = '', Namespace, MetricName, Dimensions = [], AlarmActions = [] } = alarm;
  const stat = alarm.ExtendedStatistic ?? alarm.Statistic ?? 'Average';
  const known = Namespace !== undefined && MetricName !== undefined;
  return {
    name: AlarmName,
    metric: known
      ? { namespace: Namespace, name: MetricName, dimensions: dimensionsOf(Dimensions), stat }
      : null,
    threshold: alarm.ThresholdMetricId === undefined ? (alarm.Threshold ?? null) : null,
    comparison: COMPARISONS[alarm.ComparisonOperator ?? ''] ?? null,
    scales: AlarmActions.some((action) => action.includes(':scalingPolicy:')),
  };
}

interface Named {
  readonly Name?: string | undefined;
  readonly Value?: string | undefined;
}

const dimensionsOf = (dimensions: readonly Named[]) =>
  Object.fromEntries(dimensions.map(({ Name = '', Value = '' }) => [Name, Value]));

/** Of Application Auto Scaling, for a service. */
export function appPolicy(policy: AppPolicy): AwsPolicy {
  const { PolicyName: name = '', PolicyType = 'unknown', ResourceId = '', Alarms = [] } = policy;
  const { StepScalingPolicyConfiguration: step, TargetTrackingScalingPolicyConfiguration: target } = policy;
  if (step !== undefined) return { name, ...stepPolicy({ ...step, Alarms }) };
  if (target === undefined) return { name, kind: 'other', what: PolicyType };
  const [, cluster = '', service = ''] = ResourceId.split('/');
  const dimensions = { ClusterName: cluster, ServiceName: service };
  return { name, ...tracking(target, 'ECSServiceAverage', { namespace: 'AWS/ECS', dimensions }) };
}

/** Of an Auto Scaling group. */
export function groupPolicy(policy: GroupPolicy): AwsPolicy {
  const { PolicyName: name = '', PolicyType = 'SimpleScaling', AutoScalingGroupName = '' } = policy;
  const { TargetTrackingConfiguration: target } = policy;
  if (PolicyType === 'SimpleScaling') {
    const StepAdjustments = [{ ScalingAdjustment: policy.ScalingAdjustment }];
    return { name, ...stepPolicy({ ...policy, StepAdjustments }) };
  }
  // A step policy of a group has a warm-up and no cooldown.
  if (PolicyType === 'StepScaling') return { name, ...stepPolicy({ ...policy, Cooldown: undefined }) };
  if (target === undefined) return { name, kind: 'other', what: PolicyType };
  const dimensions = { AutoScalingGroupName };
  return { name, ...tracking(target, 'ASGAverage', { namespace: 'AWS/EC2', dimensions }) };
}

interface StepFields {
  readonly AdjustmentType?: string | undefined;
  readonly StepAdjustments?:
    | readonly {
        readonly MetricIntervalLowerBound?: number | undefined;
        readonly MetricIntervalUpperBound?: number | undefined;
        readonly ScalingAdjustment?: number | undefined;
      }[]
    | undefined;
  readonly MinAdjustmentMagnitude?: number | undefined;
  readonly Cooldown?: number | undefined;
  readonly Alarms?: readonly { readonly AlarmName?: string | undefined }[] | undefined;
}

const ADJUSTMENTS: Readonly<Record<string, StepPolicy['adjustment']>> = {
  PercentChangeInCapacity: 'percent',
  ExactCapacity: 'exact',
};

const stepPolicy = (fields: StepFields): StepPolicy => ({
  kind: 'step',
  alarms: (fields.Alarms ?? []).flatMap(({ AlarmName }) => AlarmName ?? []),
  adjustment: ADJUSTMENTS[fields.AdjustmentType ?? ''] ?? 'change',
  steps: (fields.StepAdjustments ?? []).map((step) => ({
    from: step.MetricIntervalLowerBound ?? null,
    to: step.MetricIntervalUpperBound ?? null,
    by: step.ScalingAdjustment ?? 0,
  })),
  minMagnitude: fields.MinAdjustmentMagnitude ?? null,
  cooldownMs: fields.Cooldown === undefined ? null : fields.Cooldown * SECOND,
});

interface TargetFields {
  readonly TargetValue: number | undefined;
  readonly PredefinedMetricSpecification?: { readonly PredefinedMetricType: string | undefined } | undefined;
  readonly CustomizedMetricSpecification?:
    | {
        readonly Namespace?: string | undefined;
        readonly MetricName?: string | undefined;
        readonly Dimensions?: readonly Named[] | undefined;
        readonly Statistic?: string | undefined;
      }
    | undefined;
}

/** `prefix` is that of the predefined metrics which are plain metrics of the target, such as ECSServiceAverageCPUUtilization. */
function tracking(
  { TargetValue: value = 0, PredefinedMetricSpecification: own, CustomizedMetricSpecification }: TargetFields,
  prefix: string,
  of: Pick<MetricSeen, 'namespace' | 'dimensions'>,
) {
  const type = own?.PredefinedMetricType ?? '';
  const name = /^(CPU|Memory)Utilization$/.test(type.slice(prefix.length)) && type.startsWith(prefix);
  if (name)
    return {
      kind: 'target',
      metric: { ...of, name: type.slice(prefix.length), stat: 'Average' },
      value,
    } as const;
  const {
    Namespace,
    MetricName,
    Dimensions = [],
    Statistic = 'Average',
  } = CustomizedMetricSpecification ?? {};
  if (Namespace === undefined || MetricName === undefined) {
    return { kind: 'other', what: `target tracking of ${type === '' ? 'metric math' : type}` } as const;
  }
  const dimensions = dimensionsOf(Dimensions);
  return {
    kind: 'target',
    metric: { namespace: Namespace, name: MetricName, dimensions, stat: Statistic },
    value,
  } as const;
}
