import {
  arnOf,
  type Circumstances,
  type Input,
  isInput,
  type Mapping,
  onAll,
  type Place,
  text,
  texts,
} from './request.ts';

/** The unique id of a group is in its ARN, and Auto Scaling gives it. */
const GROUP_ID = '0b1f8a4e-2f53-4f6e-9f7d-2f8a4c1d9e10';

const groupArn = (at: Place, name: string) =>
  arnOf(at, 'autoscaling', `autoScalingGroup:${GROUP_ID}:autoScalingGroupName/${name}`);

const onGroup = (operation: string) => (input: Input, at: Place) => [
  {
    action: `autoscaling:${operation}`,
    resource: groupArn(at, text(input, 'AutoScalingGroupName')),
    context: {},
  },
];

/** The call names an instance; IAM is asked about its group. */
function onGroupOfInstance(operation: string) {
  return (input: Input, at: Circumstances) => {
    const id = text(input, 'InstanceId');
    const group = at.groupOf(id);
    if (group === undefined) throw new Error(`${id} is in no Auto Scaling group`);
    return [{ action: `autoscaling:${operation}`, resource: groupArn(at, group), context: {} }];
  };
}

// Service Authorization Reference, "... for Amazon EC2 Auto Scaling": what describes has no resource type.
export const autoScaling: Mapping = {
  DescribeAutoScalingGroups: onAll('autoscaling:DescribeAutoScalingGroups'),
  DescribeLifecycleHooks: onAll('autoscaling:DescribeLifecycleHooks'),
  CompleteLifecycleAction: onGroup('CompleteLifecycleAction'),
  RecordLifecycleActionHeartbeat: onGroup('RecordLifecycleActionHeartbeat'),
  SetDesiredCapacity: onGroup('SetDesiredCapacity'),
  TerminateInstanceInAutoScalingGroup: onGroupOfInstance('TerminateInstanceInAutoScalingGroup'),
};

// "... for Amazon EC2": no resource type.
export const ec2: Mapping = {
  DescribeInstances: onAll('ec2:DescribeInstances'),
  DescribeInstanceTypes: onAll('ec2:DescribeInstanceTypes'),
  DescribeLaunchTemplateVersions: onAll('ec2:DescribeLaunchTemplateVersions'),
  DescribeSubnets: onAll('ec2:DescribeSubnets'),
};

// "... for AWS Application Auto Scaling": no resource type.
export const applicationAutoScaling: Mapping = {
  DescribeScalableTargets: onAll('application-autoscaling:DescribeScalableTargets'),
  DescribeScalingPolicies: onAll('application-autoscaling:DescribeScalingPolicies'),
};

// "... for Amazon CloudWatch": GetMetricData has only the data set of a grant, which is no part of these calls.
export const cloudWatch: Mapping = {
  // "Your cloudwatch:DescribeAlarms permission must have a * scope" to have composite alarms (API DescribeAlarms).
  DescribeAlarms: (input, at) => [
    ...onAll('cloudwatch:DescribeAlarms')(),
    ...texts(input, 'AlarmNames').map((name) => ({
      action: 'cloudwatch:DescribeAlarms',
      resource: arnOf(at, 'cloudwatch', `alarm:${name}`),
      context: {},
    })),
  ],
  GetMetricData: onAll('cloudwatch:GetMetricData'),
};

// "... for Amazon EventBridge": events:source has as many values as the call has entries.
export const eventBridge: Mapping = {
  PutEvents: (input, at) => {
    const entries = Array.isArray(input.Entries) ? input.Entries.filter(isInput) : [];
    // Without a name it is the default bus (API PutEvents).
    const buses = new Set(entries.map(({ EventBusName = 'default' }) => String(EventBusName)));
    const context = {
      'events:source': entries.map((entry) => text(entry, 'Source')),
      'events:detail-type': entries.map((entry) => text(entry, 'DetailType')),
    };
    return [...buses].map((bus) => ({
      action: 'events:PutEvents',
      resource: arnOf(at, 'events', `event-bus/${bus}`),
      context,
    }));
  },
};

const table = (at: Place, name: string): string => arnOf(at, 'dynamodb', `table/${name}`);

const onTable = (operation: string) => (input: Input, at: Place) => [
  { action: `dynamodb:${operation}`, resource: table(at, text(input, 'TableName')), context: {} },
];

const onTables = (operation: string) => (input: Input, at: Place) =>
  Object.keys(isInput(input.RequestItems) ? input.RequestItems : {}).map((name) => ({
    action: `dynamodb:${operation}`,
    resource: table(at, name),
    context: {},
  }));

// "... for Amazon DynamoDB". A query of an index is authorised on the index (DynamoDB developer guide, "Using IAM policy
// conditions": `table/NAME/index/INDEX`).
export const dynamoDb: Mapping = {
  ...Object.fromEntries(
    ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map((operation) => [operation, onTable(operation)]),
  ),
  BatchGetItem: onTables('BatchGetItem'),
  BatchWriteItem: onTables('BatchWriteItem'),
  Query: (input, at) => {
    const index = typeof input.IndexName === 'string' ? `/index/${input.IndexName}` : '';
    const resource = table(at, text(input, 'TableName')) + index;
    return [{ action: 'dynamodb:Query', resource, context: {} }];
  },
};

const logStream = (operation: string) => (input: Input, at: Place) => [
  {
    action: `logs:${operation}`,
    resource: arnOf(at, 'logs', `log-group:${text(input, 'logGroup')}:log-stream:2026/11/21/[1]0`),
    context: {},
  },
];

// "... for Amazon SQS" and "... for Amazon CloudWatch Logs": what Lambda itself does with the function's role.
export const lambda: Mapping = {
  SendMessage: (input) => [
    { action: 'sqs:SendMessage', resource: text(input, 'queue'), context: { 'aws:SecureTransport': 'true' } },
  ],
  CreateLogStream: logStream('CreateLogStream'),
  PutLogEvents: logStream('PutLogEvents'),
};
