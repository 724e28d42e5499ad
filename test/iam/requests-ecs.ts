import {
  arnOf,
  type IamRequest,
  type Input,
  isInput,
  type Mapping,
  type Place,
  text,
  texts,
} from './request.ts';

// Service Authorization Reference, "Actions, resources, and condition keys for Amazon Elastic Container Service".

/** Of a name; an ARN is one already. */
const ecsArn = (at: Place, type: string, path: string) =>
  path.startsWith('arn:') ? path : arnOf(at, 'ecs', `${type}/${path}`);

const clusterOf = (input: Input, at: Place): string => ecsArn(at, 'cluster', text(input, 'cluster'));

/** What AWS numbers itself can be named by no role, so that all of a kind in a cluster are one to IAM. */
const anyId = (arn: string): string => arn.replace(/[^/]*$/, 'id');

/** Actions on things in a cluster: AWS hands over `ecs:cluster`, for which the evaluator knows where it counts. */
const inCluster = (action: string, cluster: string, resources: readonly string[]): IamRequest[] =>
  [...new Set(resources)].map((resource) => ({ action, resource, context: { 'ecs:cluster': cluster } }));

/** `container-instance/CLUSTER/ID` and the like. */
const members = (type: string, member: string, action: string) => (input: Input, at: Place) => {
  const ids = member.endsWith('s') ? texts(input, member) : [text(input, member)];
  const cluster = clusterOf(input, at);
  const path = (id: string) => (id.startsWith('arn:') ? id : `${cluster.split('/')[1]}/${id}`);
  const arns = ids.map((id) => ecsArn(at, type, path(id)));
  return inCluster(action, cluster, type === 'service' ? arns : arns.map(anyId));
};

const clusters = (action: string) => (input: Input, at: Place) =>
  texts(input, 'clusters').map((name) => ({ action, resource: ecsArn(at, 'cluster', name), context: {} }));

const cluster = (action: string) => (input: Input, at: Place) => [
  { action, resource: clusterOf(input, at), context: {} },
];

/**
 * The reference marks two resource types as required, the service and what is described, and "you must include an ARN
 * or pattern for each required resource type" (introduction of every page of the reference).
 */
const partsOfServices = (member: string, action: string) => (input: Input, at: Place) =>
  texts(input, member).flatMap((arn) => {
    const [, clusterPart = '', service = ''] = arn.split('/');
    const owner = arnOf(at, 'ecs', `service/${clusterPart}/${service}`);
    return inCluster(action, arnOf(at, 'ecs', `cluster/${clusterPart}`), [anyId(arn), owner]);
  });

/** The revision that ECS takes of a family, or makes: any number will do. */
const definitionArn = (at: Place, id: string) =>
  id.startsWith('arn:') ? id : arnOf(at, 'ecs', `task-definition/${id.includes(':') ? id : `${id}:1`}`);

export const ecs: Mapping = {
  DescribeClusters: clusters('ecs:DescribeClusters'),
  PutClusterCapacityProviders: cluster('ecs:PutClusterCapacityProviders'),
  ListContainerInstances: cluster('ecs:ListContainerInstances'),
  // On the cluster alone: the reference has no container instance for it.
  DeregisterContainerInstance: cluster('ecs:DeregisterContainerInstance'),
  DescribeContainerInstances: members(
    'container-instance',
    'containerInstances',
    'ecs:DescribeContainerInstances',
  ),
  UpdateContainerInstancesState: members(
    'container-instance',
    'containerInstances',
    'ecs:UpdateContainerInstancesState',
  ),
  // The container instance that it filters by (aws-cdk#3199); without one it asks for * in some accounts
  // (cdklabs/construct-hub#1207).
  ListTasks: (input, at) =>
    input.containerInstance === undefined
      ? inCluster('ecs:ListTasks', clusterOf(input, at), ['*'])
      : members('container-instance', 'containerInstance', 'ecs:ListTasks')(input, at),
  DescribeTasks: members('task', 'tasks', 'ecs:DescribeTasks'),
  GetTaskProtection: members('task', 'tasks', 'ecs:GetTaskProtection'),
  StopTask: members('task', 'task', 'ecs:StopTask'),
  DescribeServices: members('service', 'services', 'ecs:DescribeServices'),
  UpdateService: members('service', 'service', 'ecs:UpdateService'),
  ListServiceDeployments: members('service', 'service', 'ecs:ListServiceDeployments'),
  DescribeServiceDeployments: partsOfServices('serviceDeploymentArns', 'ecs:DescribeServiceDeployments'),
  DescribeServiceRevisions: partsOfServices('serviceRevisionArns', 'ecs:DescribeServiceRevisions'),
  // No resource type; the cluster is a condition key.
  ListServices: (input, at) => inCluster('ecs:ListServices', clusterOf(input, at), ['*']),
  DescribeTaskDefinition: () => [{ action: 'ecs:DescribeTaskDefinition', resource: '*', context: {} }],
  // Without names it lists those of the account, or of a cluster.
  DescribeCapacityProviders: (input, at) => {
    const names = texts(input, 'capacityProviders');
    return (names.length > 0 ? names : ['*']).map((name) => ({
      action: 'ecs:DescribeCapacityProviders',
      resource: ecsArn(at, 'capacity-provider', name),
      context: {},
    }));
  },
  // The task definition of a probe has no roles, so that none is passed (serverless.yml).
  RunTask: (input, at) =>
    inCluster('ecs:RunTask', clusterOf(input, at), [definitionArn(at, text(input, 'taskDefinition'))]),
  RegisterTaskDefinition: (input, at) => {
    const resource = definitionArn(at, text(input, 'family'));
    return [
      { action: 'ecs:RegisterTaskDefinition', resource, context: {} },
      ...tagging(input, resource),
      ...passing(input, at),
    ];
  },
};

/** ECS developer guide, "Grant permission to tag resources on creation". */
function tagging(input: Input, resource: string): IamRequest[] {
  if (!Array.isArray(input.tags) || input.tags.length === 0) return [];
  const context = {
    'ecs:CreateAction': 'RegisterTaskDefinition',
    'aws:TagKeys': input.tags.filter(isInput).map((tag) => text(tag, 'key')),
  };
  return [{ action: 'ecs:TagResource', resource, context }];
}

/** ECS developer guide, "Task execution IAM role": who registers a task definition passes its roles to the tasks. */
function passing(input: Input, at: Place): IamRequest[] {
  return ['taskRoleArn', 'executionRoleArn'].flatMap((member) => {
    const role = input[member];
    if (typeof role !== 'string') return [];
    const resource = role.startsWith('arn:') ? role : `arn:aws:iam::${at.account}:role/${role}`;
    return [
      { action: 'iam:PassRole', resource, context: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    ];
  });
}
