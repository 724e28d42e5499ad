// What an event must have to mean anything, written down once more and without the schemas of `events/`, from the samples
// and AWS's documents: an event that lacks any of it may ask nothing of anybody. A field that is not listed here is
// not needed; one with a question mark may be absent.

type Fits = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Fits>>;

const text: Fits = (value) => typeof value === 'string' && value.length > 0;
const string: Fits = (value) => typeof value === 'string';
const flag: Fits = (value) => typeof value === 'boolean';
const count: Fits = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const like =
  (pattern: RegExp): Fits =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
const oneOf =
  (...words: readonly string[]): Fits =>
  (value) =>
    words.some((word) => word === value);
const listOf =
  (item: Fits): Fits =>
  (value) =>
    Array.isArray(value) && value.every(item);
const startingWith =
  (item: Fits): Fits =>
  (value) =>
    Array.isArray(value) && item(value[0]);

const instance = like(/^m?i-[0-9a-z]+$/);
const name = like(/^[\w-]+$/);
const time: Fits = (value) =>
  like(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/)(value) && Number.isFinite(Date.parse(String(value)));
const arn = (service: string, resource: string) =>
  like(new RegExp(`^arn:[^:]+:${service}:[^:]*:[^:]*:${resource}[/:].+`));
const digest = like(/^sha256:[0-9a-f]{64}$/);
const repository = like(/^[a-z0-9][a-z0-9._/-]*$/);
const tag = like(/^\w[\w.-]*$/);
const alarmState = oneOf('OK', 'ALARM', 'INSUFFICIENT_DATA');

const envelope: Shape = { id: text, account: text, region: text, time, 'resources?': listOf(string) };

const byServiceArn: Shape = {
  resources: startingWith(arn('ecs', 'service')),
  'detail.clusterArn?': arn('ecs', 'cluster'),
};
const scan = (named: Fits): Shape => ({
  'detail.scan-status': text,
  'detail.repository-name': named,
  'detail.image-digest': digest,
  'detail.image-tags?': listOf(string),
});

const hook: Shape = {
  LifecycleActionToken: text,
  AutoScalingGroupName: text,
  LifecycleHookName: text,
  EC2InstanceId: instance,
  LifecycleTransition: oneOf('autoscaling:EC2_INSTANCE_TERMINATING'),
};

const within = (field: string, shape: Shape): Shape =>
  Object.fromEntries(Object.entries(shape).map(([path, fits]) => [`${field}.${path}`, fits]));

const alarm: Shape = {
  alarmName: text,
  'state.value': alarmState,
  'state.timestamp': string,
  'state.reason?': string,
};

/** By source and detail-type. */
const shapes: Readonly<Record<string, Shape>> = {
  'aws.autoscaling EC2 Instance-terminate Lifecycle Action': within('detail', hook),
  'aws.ec2 EC2 Spot Instance Interruption Warning': {
    'detail.instance-id': instance,
    'detail.instance-action': oneOf('terminate', 'stop', 'hibernate'),
  },
  'aws.ec2 EC2 Instance Rebalance Recommendation': { 'detail.instance-id': instance },
  'aws.ec2 EC2 Instance State-change Notification': { 'detail.instance-id': instance, 'detail.state': text },
  'aws.health AWS Health Event': {
    'detail.eventArn': text,
    'detail.service': oneOf('EC2'),
    'detail.eventTypeCode': text,
    'detail.eventTypeCategory': oneOf('scheduledChange'),
    'detail.statusCode?': oneOf('open', 'upcoming', 'closed'),
    'detail.startTime?': string,
  },
  'aws.ecs ECS Container Instance State Change': {
    'detail.clusterArn': arn('ecs', 'cluster'),
    'detail.containerInstanceArn': arn('ecs', 'container-instance'),
    'detail.ec2InstanceId?': instance,
    'detail.status': text,
    'detail.agentConnected': flag,
    'detail.version': count,
  },
  'aws.ecs ECS Task State Change': {
    'detail.taskArn': arn('ecs', 'task'),
    'detail.clusterArn': arn('ecs', 'cluster'),
    'detail.containerInstanceArn?': arn('ecs', 'container-instance'),
    'detail.lastStatus': text,
    'detail.desiredStatus': text,
    'detail.version': count,
  },
  'aws.ecs ECS Service Action': { ...byServiceArn, 'detail.eventName': text },
  'aws.ecs ECS Deployment State Change': {
    ...byServiceArn,
    'detail.eventName': like(/^SERVICE_DEPLOYMENT_(IN_PROGRESS|COMPLETED|FAILED)$/),
    'detail.deploymentId': text,
  },
  'aws.cloudwatch CloudWatch Alarm State Change': {
    resources: startingWith(arn('cloudwatch', 'alarm')),
    ...within('detail', alarm),
  },
  'aws.ecr ECR Image Action': {
    'detail.result': text,
    'detail.action-type': text,
    'detail.repository-name': repository,
    'detail.image-digest': digest,
    'detail.image-tag?': string,
  },
  'aws.ecr ECR Image Scan': scan(repository),
  'aws.inspector2 Inspector2 Scan': scan(like(/^(arn:[^:]+:ecr:.*:repository\/)?[a-z0-9][a-z0-9._/-]*$/)),
  'stevedore.operator Stevedore Drain Order': {
    'detail.verb': oneOf('drain', 'release'),
    'detail.instanceId': instance,
    'detail.cluster?': name,
    'detail.by': text,
  },
  'stevedore.operator Stevedore Scale Order': {
    'detail.target': like(/^(service\/[\w-]+\/[\w-]+|group\/.+)$/s),
    'detail.count': count,
    'detail.by': text,
  },
  'stevedore.operator Stevedore Failover Order': {
    'detail.verb': oneOf('fail-over', 'fail-back', 'reset'),
    'detail.cluster': name,
    'detail.service': name,
    'detail.by': text,
  },
  'stevedore.operator Stevedore Retag Order': {
    'detail.verb': oneOf('promote', 'rollback', 'approve', 'release'),
    'detail.repository': repository,
    'detail.tag': tag,
    'detail.image?': like(/^(sha256:[0-9a-f]{64}|\w[\w.-]*)$/),
    'detail.to?': digest,
    'detail.digest?': digest,
    'detail.skipGates?': flag,
    'detail.by': text,
  },
  'aws.events Scheduled Event': {},
};

/** A field of the object itself; what it inherits is nobody's message. */
const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;

const valueAt = (value: unknown, path: string): unknown => path.split('.').reduce(field, value);

/** The paths at which `value` is not what the shape asks for. */
const faults = (value: unknown, shape: Shape): string[] =>
  Object.entries(shape).flatMap(([path, fits]) => {
    const found = valueAt(value, path.replace('?', ''));
    return (path.endsWith('?') && found === undefined) || fits(found) ? [] : [path];
  });

const messageShape: Shape = { ...hook, Time: time };
const testShape: Shape = { AutoScalingGroupName: text, Time: time };
const alarmMessage: Shape = {
  AlarmName: text,
  AlarmArn: arn('cloudwatch', 'alarm'),
  NewStateValue: alarmState,
  StateChangeTime: string,
};
const directAction: Shape = {
  alarmArn: arn('cloudwatch', 'alarm'),
  time: string,
  ...within('alarmData', alarm),
};

/** How many events `raw` can at most be read as; each thing in it that is invalid counts for none. */
export function mostEvents(raw: unknown): number {
  const records = field(raw, 'Records');
  if (Array.isArray(records)) return records.filter(isMessage).length;
  if (field(raw, 'source') === 'aws.cloudwatch' && field(raw, 'alarmData') !== undefined)
    return faults(raw, directAction).length === 0 ? 1 : 0;
  const source = field(raw, 'source');
  const type = field(raw, 'detail-type');
  if (source === 'stevedore.schedule' && type === 'Stevedore Tick') return 1;
  if (typeof source !== 'string' || typeof type !== 'string') return 0;
  const kind = `${source} ${type}`;
  const shape = Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
  if (shape === undefined) return 0;
  return faults(raw, { ...envelope, ...shape }).length === 0 ? 1 : 0;
}

function isMessage(record: unknown): boolean {
  const message = messageIn(record);
  return [messageShape, alarmMessage, ...(field(message, 'Event') === undefined ? [] : [testShape])].some(
    (shape) => faults(message, shape).length === 0,
  );
}

function messageIn(record: unknown): unknown {
  if (field(record, 'EventSource') === 'aws:sns') return json(valueAt(record, 'Sns.Message'));
  if (field(record, 'eventSource') !== 'aws:sqs') return undefined;
  const body = json(field(record, 'body'));
  return field(body, 'Type') === 'Notification' ? json(field(body, 'Message')) : body;
}

function json(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : undefined;
  } catch {
    return undefined;
  }
}
