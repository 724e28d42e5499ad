/** Every call that a doctor makes, as IAM names it. */
export type Action =
  | 'ecs:ListServices'
  | 'ecs:DescribeServices'
  | 'ecs:DescribeTaskDefinition'
  | 'ecs:ListContainerInstances'
  | 'ecs:DescribeContainerInstances'
  | 'ecs:DescribeCapacityProviders'
  | 'ec2:DescribeInstances'
  | 'ec2:DescribeSecurityGroups'
  | 'ec2:DescribeLaunchTemplateVersions'
  | 'autoscaling:DescribeAutoScalingGroups'
  | 'autoscaling:DescribeLifecycleHooks'
  | 'elasticloadbalancing:DescribeTargetGroups'
  | 'elasticloadbalancing:DescribeTargetGroupAttributes'
  | 'elasticloadbalancing:DescribeLoadBalancers'
  | 'ecr:DescribeRepositories'
  | 'ecr:GetLifecyclePolicy'
  | 'ecr:BatchGetRepositoryScanningConfiguration';

type Actions = readonly Action[];

// What one call is asked about comes from another one: each list has all calls that its part of the snapshot needs.
export const SERVICES: Actions = ['ecs:ListServices', 'ecs:DescribeServices'];
export const DEFINITIONS: Actions = [...SERVICES, 'ecs:DescribeTaskDefinition'];
export const INSTANCES: Actions = ['ecs:ListContainerInstances', 'ecs:DescribeContainerInstances'];
export const MACHINES: Actions = [...INSTANCES, 'ec2:DescribeInstances'];
export const PROVIDERS: Actions = ['ecs:DescribeCapacityProviders'];
export const GROUPS: Actions = [...MACHINES, ...PROVIDERS, 'autoscaling:DescribeAutoScalingGroups'];
export const HOOKS: Actions = [...GROUPS, 'autoscaling:DescribeLifecycleHooks'];
export const TEMPLATES: Actions = [...GROUPS, 'ec2:DescribeLaunchTemplateVersions'];
export const TARGETS: Actions = [
  ...SERVICES,
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeTargetGroupAttributes',
];
export const BALANCERS: Actions = [...TARGETS, 'elasticloadbalancing:DescribeLoadBalancers'];
export const FIREWALLS: Actions = [...MACHINES, 'ec2:DescribeSecurityGroups'];
export const REPOSITORIES: Actions = [...DEFINITIONS, 'ecr:DescribeRepositories'];
