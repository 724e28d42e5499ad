import * as z from 'zod/mini';

// Fields that several events share. Each message says what belongs there: it becomes the "expected ..." of the
// sentence in which a malformed event is rejected.

/** A string that says something. */
export function text(what: string) {
  return z.string(what).check(z.minLength(1, what));
}

const anInstanceId = 'an instance id such as i-0123456789abcdef0';

/** An EC2 instance id, or the `mi-` id of an ECS Anywhere host. */
export const instanceId = z.string(anInstanceId).check(z.regex(/^m?i-[0-9a-z]{1,40}$/, anInstanceId));

const anIsoTime = 'a time such as 2026-11-21T14:00:00Z';

/** An ISO 8601 time with its zone, as milliseconds since the epoch. */
export const isoTime = moment(anIsoTime, readIsoTime);

/** The times of CloudWatch's alarms: their zone has no colon, as in 2026-11-21T14:00:00.412+0000. */
export const alarmTime = moment(anIsoTime, (value) =>
  readIsoTime(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')),
);

/**
 * The times of AWS Health, as milliseconds since the epoch. They are RFC 1123 dates (AWS Health user guide,
 * EventBridge schema) where every other service sends ISO 8601; either is read.
 */
export const healthTime = moment(
  'a time such as Thu, 27 Aug 2026 13:19:03 GMT',
  (value) => readHttpDate(value) ?? readIsoTime(value),
);

const aClusterName = 'the name of an ECS cluster (letters, digits, hyphens and underscores)';
export const clusterName = z.string(aClusterName).check(z.regex(/^[A-Za-z0-9_-]{1,255}$/, aClusterName));
const aServiceName = 'the name of an ECS service (letters, digits, hyphens and underscores)';
export const serviceName = z.string(aServiceName).check(z.regex(/^[A-Za-z0-9_-]{1,255}$/, aServiceName));

/** A cluster's ARN, as the cluster's name. */
export const clusterArn = z.pipe(
  ecsArn('cluster', '[A-Za-z0-9_-]{1,255}'),
  z.transform((arn: string) => arn.slice(arn.lastIndexOf('/') + 1)),
);

const aTarget = 'service/CLUSTER/NAME or group/NAME, as the policy names it';

/** What is scaled, by the id that it has in the policy. */
export const scalingTarget = z
  .string(aTarget)
  .check(z.regex(/^(?:service\/[A-Za-z0-9_-]{1,255}\/[A-Za-z0-9_-]{1,255}|group\/.{1,255})$/, aTarget));

const SERVICE_ARN =
  /^arn:[^:]+:ecs:[^:]*:[^:]*:service\/(?:([A-Za-z0-9_-]{1,255})\/)?([A-Za-z0-9_-]{1,255})$/;

// Accounts that have not opted in to the long format get ARNs without the cluster's name.
export const containerInstanceArn = ecsArn('container-instance', '(?:[A-Za-z0-9_-]+/)?[0-9A-Za-z-]+');
export const taskArn = ecsArn('task', '(?:[A-Za-z0-9_-]+/)?[0-9A-Za-z-]+');

const aServiceArn = 'the ARN of an ECS service';

/** A service's ARN, as its name and, in the long format, the name of its cluster. */
export const serviceArn = z.pipe(
  z.string(aServiceArn).check(z.regex(SERVICE_ARN, aServiceArn)),
  z.transform((arn: string) => {
    const [, cluster, service = ''] = SERVICE_ARN.exec(arn) ?? [];
    return { service, ...present({ cluster }) };
  }),
);

const anAlarmArn = 'the ARN of a CloudWatch alarm';
export const alarmArn = z
  .string(anAlarmArn)
  .check(z.regex(/^arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:.+$/, anAlarmArn));

const REPOSITORY = '[a-z0-9][a-z0-9._/-]{0,255}';
const REPOSITORY_ARN = new RegExp(`^arn:[^:]+:ecr:[^:]*:[^:]*:repository/(${REPOSITORY})$`);
const aRepository = 'the name of an ECR repository';
export const repositoryName = z
  .string(aRepository)
  .check(z.regex(new RegExp(`^${REPOSITORY}$`), aRepository));

const aRepositoryArn = `${aRepository}, or its ARN`;

/** A repository by its name or its ARN, as its name. */
export const repository = z.pipe(
  z
    .string(aRepositoryArn)
    .check(z.regex(new RegExp(`${REPOSITORY_ARN.source}|^${REPOSITORY}$`), aRepositoryArn)),
  z.transform((name: string) => REPOSITORY_ARN.exec(name)?.[1] ?? name),
);

const aDigest = 'the digest of an image, such as sha256:... with 64 digits';
export const digest = z.string(aDigest).check(z.regex(/^sha256:[0-9a-f]{64}$/, aDigest));

const aTag = 'the tag of an image (letters, digits, hyphens, underscores and dots, at most 128)';
export const tag = z.string(aTag).check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, aTag));

const aCount = 'a whole number, zero or more';
export const count = z.int(aCount).check(z.nonnegative(aCount));

function ecsArn(resource: string, rest: string) {
  const what = `the ARN of an ECS ${resource.replace('-', ' ')}`;
  return z.string(what).check(z.regex(new RegExp(`^arn:[^:]+:ecs:[^:]*:[^:]*:${resource}/${rest}$`), what));
}

function moment(what: string, parse: (value: string) => number | undefined) {
  return z.pipe(
    z.string(what),
    z.transform((value: string, context) => {
      const at = parse(value);
      if (at !== undefined) return at;
      context.issues.push({ code: 'custom', message: what, input: value });
      return z.NEVER;
    }),
  );
}

function readIsoTime(value: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.exec(value);
  return match && isDay(Number(match[1]), Number(match[2]), Number(match[3])) ? readDate(value) : undefined;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

// The day of the week is not checked: AWS's own published samples have it wrong.
function readHttpDate(value: string): number | undefined {
  const match = /^[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) \d\d:\d\d:\d\d (?:GMT|UTC)$/.exec(value);
  const month = match ? months.indexOf(match[2] ?? '') + 1 : 0;
  return match && isDay(Number(match[3]), month, Number(match[1])) ? readDate(value) : undefined;
}

/** Date.parse turns 30 February into 2 March; a date that does not exist is no date. */
function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return month > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function readDate(value: string): number | undefined {
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}

/** The fields that have a value: an optional field is left out rather than set to undefined. */
export function present<Fields extends object>(fields: Fields): PresentFields<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as PresentFields<Fields>;
}

type PresentFields<Fields> = { readonly [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
