import type { ScalingPolicy, Target } from '../scaling/policy.ts';
import { arn, type IamStatement } from './statements.ts';

/**
 * What the scale function may do under this policy: see `statementsFor`. Only the services and groups that it names
 * are written to, and none under `mode: observe`.
 */
export function scalingStatements({ mode, targets }: ScalingPolicy): IamStatement[] {
  const all = targets.map(({ target }) => target);
  const statements = [...reads(all), ...(mode === 'act' ? writes(all) : [])];
  return statements.filter(({ Resource }) => Resource.length > 0);
}

function reads(targets: readonly Target[]): IamStatement[] {
  if (targets.length === 0) return [];
  const groups = targets.filter(({ kind }) => kind === 'group');
  const clusters = groups.flatMap((target) => (target.kind === 'group' ? (target.cluster ?? []) : []));
  return [
    {
      // GetMetricData has no resource type. Under a narrower scope DescribeAlarms leaves out composite alarms, and
      // the children of one are in no policy (API DescribeAlarms).
      Sid: 'CloudWatchRead',
      Effect: 'Allow',
      Action: ['cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricData'],
      Resource: '*',
    },
    {
      Sid: 'EcsReadServices',
      Effect: 'Allow',
      Action: ['ecs:DescribeServices'],
      Resource: servicesOf(targets),
    },
    {
      Sid: 'EcsListContainerInstances',
      Effect: 'Allow',
      Action: ['ecs:ListContainerInstances'],
      Resource: [...new Set(clusters)].map((cluster) => arn('ecs', `cluster/${cluster}`)),
    },
    ...(groups.length === 0 ? [] : readGroups),
    ...(groups.length === targets.length ? [] : readScalableTargets),
  ];
}

const readGroups: readonly IamStatement[] = [
  {
    // Which capacity provider scales a group by itself is not known before it is asked for.
    Sid: 'EcsReadCapacityProviders',
    Effect: 'Allow',
    Action: ['ecs:DescribeCapacityProviders'],
    Resource: [arn('ecs', 'capacity-provider/*')],
  },
  {
    // The action has no resource type.
    Sid: 'AutoScalingRead',
    Effect: 'Allow',
    Action: ['autoscaling:DescribeAutoScalingGroups'],
    Resource: '*',
  },
];

const readScalableTargets: readonly IamStatement[] = [
  {
    // Neither action has a resource type.
    Sid: 'ScalableTargetsRead',
    Effect: 'Allow',
    Action: [
      'application-autoscaling:DescribeScalableTargets',
      'application-autoscaling:DescribeScalingPolicies',
    ],
    Resource: '*',
  },
];

function writes(targets: readonly Target[]): IamStatement[] {
  return [
    {
      Sid: 'EcsSetDesiredCount',
      Effect: 'Allow',
      Action: ['ecs:UpdateService'],
      Resource: servicesOf(targets),
    },
    {
      Sid: 'AutoScalingSetDesiredCapacity',
      Effect: 'Allow',
      Action: ['autoscaling:SetDesiredCapacity'],
      // The * stands for the group's unique id, which is not known before the group exists.
      Resource: targets.flatMap((target) =>
        target.kind === 'group'
          ? [arn('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${target.group}`)]
          : [],
      ),
    },
  ];
}

const servicesOf = (targets: readonly Target[]) =>
  targets.flatMap((target) =>
    target.kind === 'service' ? [arn('ecs', `service/${target.cluster}/${target.service}`)] : [],
  );
