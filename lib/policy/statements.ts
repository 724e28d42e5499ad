import type { ClusterPolicy, DrainingPolicy } from '../draining/policy.ts';

/** A CloudFormation value that becomes an ARN in the partition, Region and account of the stack. */
export interface Arn {
  readonly 'Fn::Sub': string;
}

/** One statement of a role's policy, as CloudFormation takes it. */
export interface IamStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: '*' | readonly Arn[];
  readonly Condition?:
    | { readonly ArnEquals: Readonly<Record<string, readonly Arn[]>> }
    | { readonly StringEquals: Readonly<Record<string, string>> }
    // Of keys with many values. ForAllValues alone would let none of them pass too.
    | {
        readonly 'ForAllValues:StringEquals': Readonly<Record<string, string>>;
        readonly Null: Readonly<Record<string, 'false'>>;
      };
}

export const arn = (service: string, resource: string): Arn => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});

/**
 * What the drain function may do to ECS, Auto Scaling and EC2 under this policy, and no more: only the clusters and
 * groups that it names, only the writes that it can lead to. Under `mode: observe` there is no write at all, so
 * that the role itself proves that nothing is changed. Which action takes which resource: Service Authorization
 * Reference, Amazon ECS and EC2 Auto Scaling. Resources carry the cluster's name in the long ARN format only.
 */
export function statementsFor(policy: DrainingPolicy): IamStatement[] {
  const { clusters, mode } = policy;
  return [...readStatements(clusters), ...(mode === 'act' ? writeStatements(clusters) : [])];
}

function readStatements(clusters: readonly ClusterPolicy[]): IamStatement[] {
  const ecs = resources(clusters);
  return [
    {
      Sid: 'EcsListContainerInstances',
      Effect: 'Allow',
      Action: ['ecs:ListContainerInstances'],
      Resource: ecs.clusters,
    },
    {
      // ListTasks authorises on the container instance that it filters by, not on the cluster (aws-cdk#3199).
      Sid: 'EcsReadContainerInstances',
      Effect: 'Allow',
      Action: ['ecs:DescribeContainerInstances', 'ecs:ListTasks'],
      Resource: ecs.containerInstances,
    },
    {
      Sid: 'EcsReadTasks',
      Effect: 'Allow',
      Action: ['ecs:DescribeTasks', 'ecs:GetTaskProtection'],
      Resource: ecs.tasks,
    },
    { Sid: 'EcsReadServices', Effect: 'Allow', Action: ['ecs:DescribeServices'], Resource: ecs.services },
    {
      // A cluster's capacity providers are attached to it by name and may change without a deployment of ours.
      Sid: 'EcsReadCapacityProviders',
      Effect: 'Allow',
      Action: ['ecs:DescribeCapacityProviders'],
      Resource: [arn('ecs', 'capacity-provider/*')],
    },
    {
      // The action has no resource type: AWS accepts nothing but *.
      Sid: 'EcsReadTaskDefinitions',
      Effect: 'Allow',
      Action: ['ecs:DescribeTaskDefinition'],
      Resource: '*',
    },
    {
      // Neither action has a resource type.
      Sid: 'AutoScalingRead',
      Effect: 'Allow',
      Action: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeLifecycleHooks'],
      Resource: '*',
    },
    {
      // EC2's Describe actions have no resource type.
      Sid: 'Ec2Read',
      Effect: 'Allow',
      Action: ['ec2:DescribeInstances'],
      Resource: '*',
    },
  ];
}

function writeStatements(clusters: readonly ClusterPolicy[]): IamStatement[] {
  const all = resources(clusters);
  const reaping = resources(clusters.filter(({ ghosts }) => reaps(ghosts)));
  const stopping = resources(clusters.filter(stopsTasks));
  const groups = clusters.flatMap((cluster) => cluster.groups).filter(({ hooks }) => hooks.length > 0);
  const statements: IamStatement[] = [
    {
      Sid: 'EcsDrain',
      Effect: 'Allow',
      Action: ['ecs:UpdateContainerInstancesState'],
      Resource: all.containerInstances,
      Condition: { ArnEquals: { 'ecs:cluster': all.clusters } },
    },
    {
      // Long authorised on the cluster alone; newer policies of AWS name the container instance too.
      Sid: 'EcsDeregister',
      Effect: 'Allow',
      Action: ['ecs:DeregisterContainerInstance'],
      Resource: [...reaping.clusters, ...reaping.containerInstances],
    },
    { Sid: 'EcsStopTasks', Effect: 'Allow', Action: ['ecs:StopTask'], Resource: stopping.tasks },
    {
      Sid: 'AutoScalingAnswerHooks',
      Effect: 'Allow',
      Action: ['autoscaling:CompleteLifecycleAction', 'autoscaling:RecordLifecycleActionHeartbeat'],
      // The * stands for the group's unique id, which is not known before the group exists.
      Resource: groups.map(({ name }) =>
        arn('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${name}`),
      ),
    },
  ];
  return statements.filter(({ Resource }) => Resource.length > 0);
}

function resources(clusters: readonly ClusterPolicy[]) {
  const of = (type: string, suffix: string) =>
    clusters.map(({ cluster }) => arn('ecs', `${type}/${cluster}${suffix}`));
  return {
    clusters: of('cluster', ''),
    containerInstances: of('container-instance', '/*'),
    tasks: of('task', '/*'),
    services: of('service', '/*'),
  };
}

const reaps = ({ terminatedAfterMs, stoppedAfterMs }: ClusterPolicy['ghosts']) =>
  terminatedAfterMs !== null || stoppedAfterMs !== null;

const stopsTasks = ({ atDeadline, standaloneTasks, spotStopLeadMs }: ClusterPolicy) =>
  atDeadline === 'stop-tasks' || standaloneTasks.kind === 'stop' || spotStopLeadMs !== null;
