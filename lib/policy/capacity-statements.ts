import type { CapacityPolicy, ClusterPolicy } from '../capacity/policy.ts';
import { arn, type IamStatement } from './statements.ts';

/**
 * What the capacity function may do under this policy: see `statementsFor`. It reads the clusters that the policy
 * names, and writes to its groups only; none under `mode: observe`. It drains nothing itself: it orders that.
 */
export function capacityStatements({ mode, clusters }: CapacityPolicy): IamStatement[] {
  if (clusters.length === 0) return [];
  const statements = [...reads(clusters), ...(mode === 'act' ? writes(clusters) : [])];
  return statements.filter(({ Resource }) => Resource.length > 0);
}

function reads(clusters: readonly ClusterPolicy[]): IamStatement[] {
  const of = (type: string, suffix: string) =>
    clusters.map(({ cluster }) => arn('ecs', `${type}/${cluster}${suffix}`));
  return [
    {
      Sid: 'EcsListContainerInstances',
      Effect: 'Allow',
      Action: ['ecs:ListContainerInstances'],
      Resource: of('cluster', ''),
    },
    {
      Sid: 'EcsReadContainerInstances',
      Effect: 'Allow',
      Action: ['ecs:DescribeContainerInstances'],
      Resource: of('container-instance', '/*'),
    },
    {
      // Without a container instance to filter by, ListTasks asks for * in some accounts (cdklabs/construct-hub#1207).
      // ListServices has no resource type.
      Sid: 'EcsList',
      Effect: 'Allow',
      Action: ['ecs:ListTasks', 'ecs:ListServices'],
      Resource: '*',
      Condition: { ArnEquals: { 'ecs:cluster': of('cluster', '') } },
    },
    {
      Sid: 'EcsReadTasks',
      Effect: 'Allow',
      Action: ['ecs:DescribeTasks', 'ecs:GetTaskProtection'],
      Resource: of('task', '/*'),
    },
    {
      // Any service of the cluster may have tasks on the instances.
      Sid: 'EcsReadServices',
      Effect: 'Allow',
      Action: ['ecs:DescribeServices'],
      Resource: of('service', '/*'),
    },
    {
      // Which providers a cluster has is not known before it is asked for.
      Sid: 'EcsReadCapacityProviders',
      Effect: 'Allow',
      Action: ['ecs:DescribeCapacityProviders'],
      Resource: [arn('ecs', 'capacity-provider/*')],
    },
    ...readAnywhere,
  ];
}

/** Actions without a resource type. */
const readAnywhere: readonly IamStatement[] = [
  {
    Sid: 'EcsReadTaskDefinitions',
    Effect: 'Allow',
    Action: ['ecs:DescribeTaskDefinition'],
    Resource: '*',
  },
  {
    Sid: 'AutoScalingRead',
    Effect: 'Allow',
    Action: ['autoscaling:DescribeAutoScalingGroups'],
    Resource: '*',
  },
  {
    Sid: 'Ec2Read',
    Effect: 'Allow',
    Action: ['ec2:DescribeInstances', 'ec2:DescribeInstanceTypes', 'ec2:DescribeLaunchTemplateVersions'],
    Resource: '*',
  },
];

function writes(clusters: readonly ClusterPolicy[]): IamStatement[] {
  const growing = clusters.filter(({ scaleOut, consolidation }) => scaleOut ?? consolidation?.replace);
  const consolidated = clusters.filter(({ consolidation }) => consolidation !== null);
  // The * stands for the group's unique id, which is not known before the group exists.
  const groupsOf = (some: readonly ClusterPolicy[]) =>
    some
      .flatMap(({ groups }) => groups)
      .map((group) => arn('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${group}`));
  return [
    {
      Sid: 'AutoScalingSetDesiredCapacity',
      Effect: 'Allow',
      Action: ['autoscaling:SetDesiredCapacity'],
      Resource: groupsOf(growing),
    },
    {
      Sid: 'AutoScalingTerminate',
      Effect: 'Allow',
      Action: ['autoscaling:TerminateInstanceInAutoScalingGroup'],
      Resource: groupsOf(consolidated),
    },
    {
      // As an operator gives orders: draining has guards of its own.
      Sid: 'OrderDrains',
      Effect: 'Allow',
      Action: ['events:PutEvents'],
      Resource: consolidated.length === 0 ? [] : [arn('events', 'event-bus/default')],
      // Both keys have many values.
      Condition: {
        'ForAllValues:StringEquals': {
          'events:source': 'stevedore.operator',
          'events:detail-type': 'Stevedore Drain Order',
        },
        Null: { 'events:source': 'false', 'events:detail-type': 'false' },
      },
    },
  ];
}
